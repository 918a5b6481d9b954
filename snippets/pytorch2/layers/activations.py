"""Activations in PyTorch."""

from torch import nn


# --8<-- [start:gelu]
def gelu():
    return nn.GELU()
# --8<-- [end:gelu]


# --8<-- [start:gelu_tanh]
def gelu_tanh():
    return nn.GELU(approximate="tanh")
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
def selu():
    return nn.SELU()
# --8<-- [end:selu]


# --8<-- [start:prelu]
# One slope for all, where no number of channels is said.
def prelu(channels, image):
    return nn.PReLU(channels)
# --8<-- [end:prelu]


# --8<-- [start:hard_sigmoid]
def hard_sigmoid():
    return nn.Hardsigmoid()  # x / 6 + 1/2
# --8<-- [end:hard_sigmoid]


# --8<-- [start:hard_swish]
def hard_swish():
    return nn.Hardswish()
# --8<-- [end:hard_swish]


# --8<-- [start:softplus]
# Above 20 it is the line x itself.
def softplus(beta=1.0):
    return nn.Softplus(beta)
# --8<-- [end:softplus]


# --8<-- [start:softmax]
# dim=None guesses, with a warning: 0 of one or three axes, 1 of two or four.
def softmax(axis):
    return nn.Softmax(axis)
# --8<-- [end:softmax]


# --8<-- [start:log_softmax]
def log_softmax(axis):
    return nn.LogSoftmax(axis)
# --8<-- [end:log_softmax]


# --8<-- [start:glu]
def glu(axis=-1):
    return nn.GLU(axis)
# --8<-- [end:glu]
