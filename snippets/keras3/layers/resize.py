"""Resizing in Keras. Images N×H×W×C."""

from keras import ops


# --8<-- [start:resize_nearest]
# The pixel whose square the centre lies in.
def resize_nearest(size):
    return lambda x: ops.image.resize(x, size, "nearest")
# --8<-- [end:resize_nearest]


# --8<-- [start:resize_bilinear]
def resize_bilinear(size):
    return lambda x: ops.image.resize(x, size)  # half-pixel centres
# --8<-- [end:resize_bilinear]


# --8<-- [start:resize_corners]
# resize has no corners to align; scale_and_translate moves them there.
def resize_corners(size):
    def resize(x):
        n, h, w, c = x.shape
        scale = (ops.array(size) - 1) / (ops.array([h, w]) - 1)
        return ops.image.scale_and_translate(
            x, (n, *size, c), scale, (1 - scale) / 2, (1, 2), "bilinear",
            antialias=False,
        )

    return resize
# --8<-- [end:resize_corners]


# --8<-- [start:resize_antialiased]
def resize_antialiased(size, antialias=False):
    return lambda x: ops.image.resize(x, size, antialias=antialias)
# --8<-- [end:resize_antialiased]


# --8<-- [start:resize_bicubic]
# With antialias=True a = −1/2, and beyond the edge lies nothing; without it
# so too on JAX, nearly so on TensorFlow, but on PyTorch a = −3/4, and beyond
# the edge lies the edge's pixel.
def resize_bicubic(size):
    return lambda x: ops.image.resize(x, size, "bicubic", antialias=True)
# --8<-- [end:resize_bicubic]


# --8<-- [start:pixel_shuffle]
# Channel (k·r + l)·c + i becomes pixel (k, l) of channel i: the block first.
# With data_format="channels_first" so on TensorFlow alone: last on the others.
def pixel_shuffle(factor):
    return lambda x: ops.depth_to_space(x, factor)
# --8<-- [end:pixel_shuffle]


# --8<-- [start:pad_reflect]
# The edge itself is not repeated. "symmetric" repeats it; on PyTorch nothing
# but the edge's pixel, again and again.
def pad_reflect(padding):
    spread = [(0, 0), *map(tuple, padding), (0, 0)]
    return lambda x: ops.pad(x, spread, "reflect")
# --8<-- [end:pad_reflect]
