"""Pooling in NumPy: what the frameworks' is compared with. N×H×W×C."""

import numpy as np


def windows(x, window, stride, padding, fill, ceil=False):
    """N×rows×columns×(window)×C, the windows of x with `fill` around it."""
    spread = [(0, 0), *map(tuple, padding), (0, 0)]
    # Where the last window reaches beyond the padding, it reads `fill` too.
    sizes = [size + sum(p) for size, p in zip(x.shape[1:3], padding)]
    counts = []
    for axis, (size, w, s, p) in enumerate(
        zip(sizes, window, stride, padding), 1
    ):
        count = (size - w) // s + 1
        # A window that would begin beyond the input and what is before it is
        # left out.
        if ceil and (size - w) % s and count * s < x.shape[axis] + p[0]:
            count += 1
            spread[axis] = (p[0], p[1] + (count - 1) * s + w - size)
        counts.append(count)
    x = np.pad(x, spread, constant_values=fill)
    (rows, columns), (sh, sw) = counts, stride
    return np.stack([
        x[:, k:k + sh * rows:sh, m:m + sw * columns:sw]
        for k, m in np.ndindex(*window)
    ], axis=3)


def largest(x, axis):
    """The largest of the real parts, whole."""
    best = x.real.argmax(axis, keepdims=True)
    return np.take_along_axis(x, best, axis).squeeze(axis)


# --8<-- [start:max_pool]
def max_pool(x, window, stride, padding):
    return largest(windows(x, window, stride, padding, -np.inf), 3)
# --8<-- [end:max_pool]


# --8<-- [start:max_pool_ceil]
# A last window that is not whole counts: PyTorch's ceil_mode, ONNX's.
# https://onnx.ai/onnx/operators/onnx__MaxPool.html
def max_pool_ceil(x, window, stride, ceil):
    none = [[0, 0], [0, 0]]
    return largest(windows(x, window, stride, none, -np.inf, ceil), 3)
# --8<-- [end:max_pool_ceil]


# --8<-- [start:average_pool]
# Zeros that were added count as pixels, or do not.
# https://onnx.ai/onnx/operators/onnx__AveragePool.html
def average_pool(x, window, stride, padding, count_padding):
    total = windows(x, window, stride, padding, 0).sum(axis=3)
    ones = np.ones_like(x.real)
    inside = windows(ones, window, stride, padding, 0).sum(axis=3)
    return total / (np.prod(window) if count_padding else inside)
# --8<-- [end:average_pool]


# --8<-- [start:average_pool_same]
def average_pool_same(x, window, stride, count_padding):
    padding = []
    for size, w, s in zip(x.shape[1:3], window, stride):
        total = max((-(-size // s) - 1) * s + w - size, 0)
        padding.append([total // 2, total - total // 2])
    return average_pool(x, window, stride, padding, count_padding)
# --8<-- [end:average_pool_same]


# --8<-- [start:global_average_pool]
# Lin, Chen, Yan, "Network in network", arXiv:1312.4400.
def global_average_pool(x):
    return x.mean(axis=(1, 2))
# --8<-- [end:global_average_pool]


# --8<-- [start:global_max_pool]
def global_max_pool(x):
    return largest(x.reshape(len(x), -1, x.shape[-1]), 1)
# --8<-- [end:global_max_pool]


# --8<-- [start:adaptive_average_pool]
# Output i averages the pixels from floor(i·n / m) to ceil((i + 1)·n / m).
# https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d
def adaptive_average_pool(x, size):
    for axis, wanted in enumerate(size, 1):
        n = x.shape[axis]
        parts = [
            x.take(range(i * n // wanted, -(-(i + 1) * n // wanted)), axis)
            for i in range(wanted)
        ]
        x = np.stack([part.mean(axis) for part in parts], axis)
    return x
# --8<-- [end:adaptive_average_pool]
