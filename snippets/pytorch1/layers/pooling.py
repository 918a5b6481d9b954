"""Pooling in PyTorch 1.0. Images N×C×H×W."""

import torch.nn as nn


# --8<-- [start:max_pool]
def max_pool(window, stride=None, padding=0):
    padding = tuple(before for before, behind in padding)
    return nn.MaxPool2d(tuple(window), tuple(stride), padding)
# --8<-- [end:max_pool]


# --8<-- [start:average_pool]
def average_pool(window, stride=None, padding=0, count_padding=True):
    padding = tuple(before for before, behind in padding)
    return nn.AvgPool2d(tuple(window), tuple(stride), padding,
                        count_include_pad=count_padding)
# --8<-- [end:average_pool]
