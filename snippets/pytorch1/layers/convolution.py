"""Convolutions in PyTorch 1.0. Images N×C×H×W, kernels out×in×H×W."""

import torch.nn as nn


# --8<-- [start:conv_2d]
def conv_2d(inputs, outputs, window, stride=1, dilation=1, padding=0):
    if padding:  # as many before as behind
        padding = tuple(before for before, behind in padding)
    return nn.Conv2d(inputs, outputs, tuple(window), tuple(stride), padding,
                     tuple(dilation))
# --8<-- [end:conv_2d]


# --8<-- [start:conv_transposed]
def conv_transposed(inputs, outputs, window, stride=1, padding=0, more=0):
    if padding:  # cut from the output, as many before as behind
        padding = tuple(before for before, behind in padding)
    return nn.ConvTranspose2d(inputs, outputs, tuple(window), tuple(stride),
                              padding, tuple(more))
# --8<-- [end:conv_transposed]
