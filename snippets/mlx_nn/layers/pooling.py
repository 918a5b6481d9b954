"""Pooling in MLX. Images N×H×W×C."""

import mlx.core as mx
import mlx.nn as nn


# --8<-- [start:max_pool]
# The stride is the window's where it is not said. What is padded is −∞.
def max_pool(window, stride=None, padding=0):
    if padding:  # as many before as behind
        padding = [before for before, behind in padding]
    return nn.MaxPool2d(window, stride, padding)
# --8<-- [end:max_pool]


# --8<-- [start:max_pool_ceil]
# A last window that is not whole is left out, unless as many pixels as it
# lacks are padded behind.
def max_pool_ceil(window, stride):
    def pool(x):
        lacks = [
            (0, -(size - w) % s)
            for size, w, s in zip(x.shape[1:3], window, stride)
        ]
        spread = [(0, 0), *lacks, (0, 0)]
        x = mx.pad(x, spread, constant_values=-mx.inf)
        return nn.MaxPool2d(window, stride)(x)

    return pool
# --8<-- [end:max_pool_ceil]


# --8<-- [start:average_pool]
# Zeros that were added count as pixels.
def average_pool(window, stride=None, padding=0):
    if padding:  # as many before as behind
        padding = [before for before, behind in padding]
    return nn.AvgPool2d(window, stride, padding)
# --8<-- [end:average_pool]


# --8<-- [start:average_pool_same]
# TensorFlow counts no zeros: pad both, the image and a picture of ones.
def average_pool_same(image, window, stride, count_padding):
    spread = [(0, 0)]
    for size, w, s in zip(image, window, stride):
        zeros = max((-(-size // s) - 1) * s + w - size, 0)
        spread.append((zeros // 2, zeros - zeros // 2))
    spread.append((0, 0))
    average = nn.AvgPool2d(window, stride)

    def pool(x):
        y = average(mx.pad(x, spread))
        if count_padding:
            return y
        return y / average(mx.pad(mx.ones((1, *image, 1)), spread))

    return pool
# --8<-- [end:average_pool_same]


# --8<-- [start:global_average_pool]
def global_average_pool():
    return lambda x: x.mean((1, 2))  # N×H×W×C to N×C
# --8<-- [end:global_average_pool]


# --8<-- [start:global_max_pool]
def global_max_pool():
    return lambda x: x.max((1, 2))
# --8<-- [end:global_max_pool]


# --8<-- [start:adaptive_average_pool]
# By hand: part i of m goes from floor(i · n / m) to ceil((i + 1) · n / m).
def adaptive_average_pool(size):
    def pool(x):
        for axis, parts in enumerate(size, 1):
            n, means = x.shape[axis], []
            for i in range(parts):
                places = mx.arange(i * n // parts, -(-(i + 1) * n // parts))
                means.append(mx.take(x, places, axis).mean(axis))
            x = mx.stack(means, axis)
        return x

    return pool
# --8<-- [end:adaptive_average_pool]
