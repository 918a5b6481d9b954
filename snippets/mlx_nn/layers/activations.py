"""Activations in MLX: a function of mlx.nn, and most a layer too."""

import mlx.core as mx
import mlx.nn as nn


# --8<-- [start:gelu]
def gelu():
    return nn.GELU()
# --8<-- [end:gelu]


# --8<-- [start:gelu_tanh]
# Not nn.gelu_fast_approx, which is x · sigmoid(1.702 x).
def gelu_tanh():
    return nn.GELU(approx="tanh")
# --8<-- [end:gelu_tanh]


# --8<-- [start:silu]
def silu():
    return nn.SiLU()
# --8<-- [end:silu]


# --8<-- [start:leaky_relu]
def leaky_relu(slope=0.01):
    return nn.LeakyReLU(slope)
# --8<-- [end:leaky_relu]


# --8<-- [start:elu]
def elu(alpha=1.0):
    return nn.ELU(alpha)
# --8<-- [end:elu]


# --8<-- [start:selu]
# Its constants are cut to 1.67326 and 1.0507.
def selu():
    return nn.SELU()
# --8<-- [end:selu]


# --8<-- [start:prelu]
# One slope for all, where no number of channels is said.
def prelu(channels):
    return nn.PReLU(channels)
# --8<-- [end:prelu]


# --8<-- [start:hard_sigmoid]
# By hand.
def hard_sigmoid(slope):
    return lambda x: mx.clip(slope * x + 0.5, 0, 1)
# --8<-- [end:hard_sigmoid]


# --8<-- [start:hard_swish]
def hard_swish():
    return nn.Hardswish()
# --8<-- [end:hard_swish]


# --8<-- [start:softplus]
def softplus():
    return nn.Softplus()  # beta is 1
# --8<-- [end:softplus]


# --8<-- [start:softmax]
# nn.Softmax() takes the last axis always; mx.softmax, where none is said, all
# axes together.
def softmax(axis=-1):
    return lambda x: nn.softmax(x, axis)
# --8<-- [end:softmax]


# --8<-- [start:log_softmax]
def log_softmax(axis=-1):
    return lambda x: nn.log_softmax(x, axis)
# --8<-- [end:log_softmax]


# --8<-- [start:glu]
def glu():
    return nn.GLU()  # the second half opens the first
# --8<-- [end:glu]
