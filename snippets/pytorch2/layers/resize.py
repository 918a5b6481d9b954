"""Resizing in PyTorch. Images N×C×H×W."""

from torch.nn import functional as F


# --8<-- [start:resize_nearest]
# mode="nearest" is floor(i · n / m); "nearest-exact" asks the centre.
def resize_nearest(size, half_pixel=False):
    mode = "nearest-exact" if half_pixel else "nearest"
    return lambda x: F.interpolate(x, size, mode=mode)
# --8<-- [end:resize_nearest]


# --8<-- [start:resize_bilinear]
def resize_bilinear(size, corners="half_pixel"):
    return lambda x: F.interpolate(
        x, size, mode="bilinear", align_corners=corners == "align_corners"
    )
# --8<-- [end:resize_bilinear]


# --8<-- [start:resize_corners]
def resize_corners(size):
    return lambda x: F.interpolate(
        x, size, mode="bilinear", align_corners=True
    )
# --8<-- [end:resize_corners]


# --8<-- [start:resize_antialiased]
def resize_antialiased(size, antialias=False):
    return lambda x: F.interpolate(
        x, size, mode="bilinear", antialias=antialias
    )
# --8<-- [end:resize_antialiased]


# --8<-- [start:resize_bicubic]
def resize_bicubic(size):  # a = −3/4, the edge's pixel beyond the edge
    return lambda x: F.interpolate(x, size, mode="bicubic")
# --8<-- [end:resize_bicubic]


# --8<-- [start:pixel_shuffle]
# Channel c·r² + k·r + l becomes pixel (k, l) of channel c.
def pixel_shuffle(factor):
    return lambda x: F.pixel_shuffle(x, factor)
# --8<-- [end:pixel_shuffle]


# --8<-- [start:pad_reflect]
# left, right, top, bottom. The edge itself is not repeated.
def pad_reflect(padding):
    (top, bottom), (left, right) = padding
    return lambda x: F.pad(x, (left, right, top, bottom), mode="reflect")
# --8<-- [end:pad_reflect]
