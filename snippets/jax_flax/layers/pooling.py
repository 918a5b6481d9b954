"""Pooling in JAX with Flax. Images N×H×W×C."""

import jax.numpy as jnp
from flax import nnx
from jax import lax


# --8<-- [start:max_pool]
# The stride is 1 where it is not said. Window and stride must be tuples.
def max_pool(window, stride=(1, 1), padding=0):
    window, stride = tuple(window), tuple(stride)
    return lambda x: nnx.max_pool(x, window, stride, padding or "VALID")
# --8<-- [end:max_pool]


# --8<-- [start:max_pool_ceil]
# A last window that is not whole is left out, unless as many pixels as it
# lacks are padded behind; max_pool's are −∞.
def max_pool_ceil(window, stride=(1, 1)):
    window, stride = tuple(window), tuple(stride)

    def pool(x):
        padding = [
            (0, -(size - w) % s)
            for size, w, s in zip(x.shape[1:3], window, stride)
        ]
        return nnx.max_pool(x, window, stride, padding)

    return pool
# --8<-- [end:max_pool_ceil]


# --8<-- [start:average_pool]
def average_pool(window, stride=(1, 1), padding=0, count_padding=True):
    window, stride = tuple(window), tuple(stride)
    return lambda x: nnx.avg_pool(
        x, window, stride, padding or "VALID", count_padding
    )
# --8<-- [end:average_pool]


# --8<-- [start:average_pool_same]
# Zeros count, unless count_include_pad=False: TensorFlow's do not.
def average_pool_same(window, stride=(1, 1), count_padding=True):
    window, stride = tuple(window), tuple(stride)
    return lambda x: nnx.avg_pool(x, window, stride, "SAME", count_padding)
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
                first, end = i * n // parts, -(-(i + 1) * n // parts)
                part = lax.slice_in_dim(x, first, end, axis=axis)
                means.append(part.mean(axis))
            x = jnp.stack(means, axis)
        return x

    return pool
# --8<-- [end:adaptive_average_pool]
