"""Initial weights in MLX: of a kernel out×…×in, another of its shape."""

import math

import mlx.core as mx
import mlx.nn as nn


# --8<-- [start:glorot_uniform]
def glorot_uniform():
    return nn.init.glorot_uniform()
# --8<-- [end:glorot_uniform]


# --8<-- [start:glorot_normal]
def glorot_normal():
    return nn.init.glorot_normal()  # not cut
# --8<-- [end:glorot_normal]


# --8<-- [start:he_uniform]
# Without the paper's gain of √2 for a ReLU it is LeCun's.
def he_uniform():
    he = nn.init.he_uniform()
    return lambda kernel: he(kernel, gain=math.sqrt(2))
# --8<-- [end:he_uniform]


# --8<-- [start:he_normal]
# Without the paper's gain of √2 for a ReLU it is LeCun's. Not cut.
def he_normal():
    he = nn.init.he_normal()
    return lambda kernel: he(kernel, gain=math.sqrt(2))
# --8<-- [end:he_normal]


# --8<-- [start:lecun_normal]
def lecun_normal():
    return nn.init.he_normal()  # its gain is 1; not cut
# --8<-- [end:lecun_normal]


# --8<-- [start:truncated_normal]
# By hand. Cut at two deviations, and not drawn wider for it.
def truncated_normal(deviation):
    return lambda kernel: (
        deviation * mx.random.truncated_normal(-2, 2, kernel.shape)
    )
# --8<-- [end:truncated_normal]


# --8<-- [start:orthogonal]
# A matrix alone: a kernel is made one, out × the rest.
def orthogonal(gain=1.0):
    init = nn.init.orthogonal(gain)
    return lambda kernel: init(kernel.flatten(1)).reshape(kernel.shape)
# --8<-- [end:orthogonal]


# --8<-- [start:glorot_grouped]
# The fan out counts the outputs of all groups.
def glorot_grouped(groups):
    return nn.init.glorot_uniform()
# --8<-- [end:glorot_grouped]


# --8<-- [start:he_transposed]
# A transposed kernel is out×H×W×in as another: its fan in is right.
def he_transposed():
    he = nn.init.he_uniform()
    return lambda kernel: he(kernel, gain=math.sqrt(2))
# --8<-- [end:he_transposed]
