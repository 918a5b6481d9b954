"""Resizing in JAX: jax.image wants the whole shape. Images N×H×W×C."""

import jax
import jax.numpy as jnp


# --8<-- [start:resize_nearest]
# The pixel whose square the centre lies in.
def resize_nearest(size):
    def resize(x):
        n, _, _, c = x.shape
        return jax.image.resize(x, (n, *size, c), "nearest")

    return resize
# --8<-- [end:resize_nearest]


# --8<-- [start:resize_bilinear]
# Half-pixel centres. antialias=True unless told, which blurs an image that
# becomes smaller.
def resize_bilinear(size):
    def resize(x):
        n, _, _, c = x.shape
        shape = n, *size, c
        return jax.image.resize(x, shape, "bilinear", antialias=False)

    return resize
# --8<-- [end:resize_bilinear]


# --8<-- [start:resize_corners]
# resize has no corners to align; scale_and_translate moves them there.
def resize_corners(size):
    def resize(x):
        n, h, w, c = x.shape
        scale = (jnp.array(size) - 1) / (jnp.array([h, w]) - 1)
        return jax.image.scale_and_translate(
            x, (n, *size, c), (1, 2), scale, (1 - scale) / 2, "bilinear",
            antialias=False,
        )

    return resize
# --8<-- [end:resize_corners]


# --8<-- [start:resize_antialiased]
def resize_antialiased(size, antialias=True):
    def resize(x):
        n, _, _, c = x.shape
        shape = n, *size, c
        return jax.image.resize(x, shape, "bilinear", antialias=antialias)

    return resize
# --8<-- [end:resize_antialiased]


# --8<-- [start:resize_bicubic]
# a = −1/2; beyond the edge lies nothing. "bicubic-pytorch": −3/4, and the
# edge's pixel.
def resize_bicubic(size):
    def resize(x):
        n, _, _, c = x.shape
        shape = n, *size, c
        return jax.image.resize(x, shape, "bicubic", antialias=False)

    return resize
# --8<-- [end:resize_bicubic]


# --8<-- [start:pixel_shuffle]
# By hand. Channel c·r² + k·r + l becomes pixel (k, l) of channel c, as
# PyTorch's; or the block is first, k, l, c, as TensorFlow's.
def pixel_shuffle(factor, block_first):
    def shuffle(x):
        n, h, w, _ = x.shape
        if block_first:
            x = x.reshape(n, h, w, factor, factor, -1)
            x = x.transpose(0, 1, 3, 2, 4, 5)
        else:
            x = x.reshape(n, h, w, -1, factor, factor)
            x = x.transpose(0, 1, 4, 2, 5, 3)
        return x.reshape(n, h * factor, w * factor, -1)

    return shuffle
# --8<-- [end:pixel_shuffle]


# --8<-- [start:pad_reflect]
# "reflect" does not repeat the edge itself, "symmetric" does.
def pad_reflect(padding, symmetric):
    spread = [(0, 0), *padding, (0, 0)]
    mode = "symmetric" if symmetric else "reflect"
    return lambda x: jnp.pad(x, spread, mode)
# --8<-- [end:pad_reflect]
