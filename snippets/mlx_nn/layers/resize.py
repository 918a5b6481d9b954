"""Resizing in MLX: nn.Upsample takes factors, no size. Images N×H×W×C."""

import math

import mlx.core as mx
import mlx.nn as nn


# --8<-- [start:resize_nearest]
# By hand: nn.Upsample asks the centre of a pixel where it makes an image
# larger, and floor(i · n / m) where it makes it smaller.
def resize_nearest(size, half_pixel):
    def resize(x):
        for axis, wanted in enumerate(size, 1):
            i = mx.arange(wanted) + (0.5 if half_pixel else 0)
            places = mx.floor(i * x.shape[axis] / wanted)
            x = mx.take(x, places.astype(mx.int32), axis)
        return x

    return resize
# --8<-- [end:resize_nearest]


# --8<-- [start:resize_bilinear]
def resize_bilinear(size, corners="half_pixel"):
    def resize(x):
        # The size becomes int(n · factor), one less if m / n is rounded down.
        factors = [
            math.nextafter(m / n, math.inf) for m, n in zip(size, x.shape[1:3])
        ]
        aligned = corners == "align_corners"
        return nn.Upsample(factors, "linear", align_corners=aligned)(x)

    return resize
# --8<-- [end:resize_bilinear]


# --8<-- [start:resize_corners]
def resize_corners(size):
    def resize(x):
        # The size becomes int(n · factor), one less if m / n is rounded down.
        factors = [
            math.nextafter(m / n, math.inf) for m, n in zip(size, x.shape[1:3])
        ]
        return nn.Upsample(factors, "linear", align_corners=True)(x)

    return resize
# --8<-- [end:resize_corners]


# --8<-- [start:resize_antialiased]
# Upsample makes an image smaller too.
def resize_antialiased(size, antialias=False):
    def resize(x):
        # The size becomes int(n · factor), one less if m / n is rounded down.
        factors = [
            math.nextafter(m / n, math.inf) for m, n in zip(size, x.shape[1:3])
        ]
        return nn.Upsample(factors, "linear", antialias=antialias)(x)

    return resize
# --8<-- [end:resize_antialiased]


# --8<-- [start:resize_bicubic]
# a = −3/4, the edge's pixel beyond the edge; with antialias=True a = −1/2.
def resize_bicubic(size):
    def resize(x):
        # The size becomes int(n · factor), one less if m / n is rounded down.
        factors = [
            math.nextafter(m / n, math.inf) for m, n in zip(size, x.shape[1:3])
        ]
        return nn.Upsample(factors, "cubic")(x)

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
    return lambda x: mx.pad(x, spread, mode)
# --8<-- [end:pad_reflect]
