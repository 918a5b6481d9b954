"""Activations in JAX with Flax: nnx's are jax.nn's."""

import jax.numpy as jnp
from flax import nnx


# --8<-- [start:gelu]
# approximate=True unless told.
def gelu():
    return lambda x: nnx.gelu(x, approximate=False)
# --8<-- [end:gelu]


# --8<-- [start:gelu_tanh]
def gelu_tanh():
    return nnx.gelu
# --8<-- [end:gelu_tanh]


# --8<-- [start:silu]
def silu():
    return nnx.silu
# --8<-- [end:silu]


# --8<-- [start:leaky_relu]
def leaky_relu(slope=0.01):
    return lambda x: nnx.leaky_relu(x, slope)
# --8<-- [end:leaky_relu]


# --8<-- [start:elu]
def elu(alpha=1.0):
    return lambda x: nnx.elu(x, alpha)
# --8<-- [end:elu]


# --8<-- [start:selu]
def selu():
    return nnx.selu
# --8<-- [end:selu]


# --8<-- [start:prelu]
# One slope for all, where no array of slopes is said.
def prelu(channels):
    return nnx.PReLU(jnp.full(channels, 0.01))
# --8<-- [end:prelu]


# --8<-- [start:hard_sigmoid]
def hard_sigmoid():
    return nnx.hard_sigmoid  # x / 6 + 1/2
# --8<-- [end:hard_sigmoid]


# --8<-- [start:hard_swish]
def hard_swish():
    return nnx.hard_swish
# --8<-- [end:hard_swish]


# --8<-- [start:softplus]
def softplus():
    return nnx.softplus  # beta is 1
# --8<-- [end:softplus]


# --8<-- [start:softmax]
def softmax(axis=-1):
    return lambda x: nnx.softmax(x, axis)
# --8<-- [end:softmax]


# --8<-- [start:log_softmax]
def log_softmax(axis=-1):
    return lambda x: nnx.log_softmax(x, axis)
# --8<-- [end:log_softmax]


# --8<-- [start:glu]
def glu():
    return nnx.glu  # the second half opens the first
# --8<-- [end:glu]
