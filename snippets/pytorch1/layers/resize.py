"""Resizing in PyTorch 1.0. Images N×C×H×W."""

import torch.nn.functional as F


# --8<-- [start:resize_nearest]
def resize_nearest(size):  # floor(i · n / m)
    return lambda x: F.interpolate(x, tuple(size), mode="nearest")
# --8<-- [end:resize_nearest]


# --8<-- [start:resize_bilinear]
# Before 0.4 the corners were aligned, always.
def resize_bilinear(size, corners="half_pixel"):
    return lambda x: F.interpolate(
        x, tuple(size), mode="bilinear",
        align_corners=corners == "align_corners")
# --8<-- [end:resize_bilinear]


# --8<-- [start:resize_corners]
def resize_corners(size):
    return lambda x: F.interpolate(
        x, tuple(size), mode="bilinear", align_corners=True)
# --8<-- [end:resize_corners]
