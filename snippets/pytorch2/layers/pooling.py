"""Pooling in PyTorch. Images N×C×H×W."""

from torch import nn
from torch.nn import functional as F


# --8<-- [start:max_pool]
# The stride is the window's where it is not said.
def max_pool(window, stride=None, padding=0):
    if padding:
        padding = [before for before, behind in padding]
    return nn.MaxPool2d(window, stride, padding)
# --8<-- [end:max_pool]


# --8<-- [start:max_pool_ceil]
def max_pool_ceil(window, stride=None, ceil=False):
    return nn.MaxPool2d(window, stride, ceil_mode=ceil)
# --8<-- [end:max_pool_ceil]


# --8<-- [start:average_pool]
def average_pool(window, stride=None, padding=0, count_padding=True):
    if padding:
        padding = [before for before, behind in padding]
    return nn.AvgPool2d(
        window, stride, padding, count_include_pad=count_padding
    )
# --8<-- [end:average_pool]


# --8<-- [start:average_pool_same]
# TensorFlow counts no zeros: pad both, the image and a picture of ones.
def average_pool_same(image, window, stride, count_padding):
    spread = []
    for size, w, s in zip(image[::-1], window[::-1], stride[::-1]):
        zeros = max((-(-size // s) - 1) * s + w - size, 0)
        spread += [zeros // 2, zeros - zeros // 2]

    def pool(x):
        y = F.avg_pool2d(F.pad(x, spread), window, stride)
        if count_padding:
            return y
        ones = x.new_ones(1, 1, *image)
        return y / F.avg_pool2d(F.pad(ones, spread), window, stride)

    return pool
# --8<-- [end:average_pool_same]


# --8<-- [start:global_average_pool]
def global_average_pool():
    return lambda x: x.mean((2, 3))  # N×C×H×W to N×C
# --8<-- [end:global_average_pool]


# --8<-- [start:global_max_pool]
def global_max_pool():
    return lambda x: x.amax((2, 3))
# --8<-- [end:global_max_pool]


# --8<-- [start:adaptive_average_pool]
def adaptive_average_pool(size):
    return nn.AdaptiveAvgPool2d(size)
# --8<-- [end:adaptive_average_pool]
