"""Activations in Keras."""

import keras


# --8<-- [start:gelu]
# keras.ops.gelu approximates unless told; this does not.
def gelu():
    return keras.activations.gelu
# --8<-- [end:gelu]


# --8<-- [start:gelu_tanh]
def gelu_tanh():
    return lambda x: keras.activations.gelu(x, approximate=True)
# --8<-- [end:gelu_tanh]


# --8<-- [start:silu]
def silu():
    return keras.activations.silu
# --8<-- [end:silu]


# --8<-- [start:leaky_relu]
# activation="leaky_relu" has a slope of 0.2, the layer 0.3.
def leaky_relu(slope=0.3):
    return keras.layers.LeakyReLU(slope)
# --8<-- [end:leaky_relu]


# --8<-- [start:elu]
def elu(alpha=1.0):
    return keras.layers.ELU(alpha)
# --8<-- [end:elu]


# --8<-- [start:selu]
def selu():
    return keras.activations.selu
# --8<-- [end:selu]


# --8<-- [start:prelu]
# Without shared_axes a slope for each number of the image.
def prelu():
    return keras.layers.PReLU(shared_axes=[1, 2])
# --8<-- [end:prelu]


# --8<-- [start:hard_sigmoid]
def hard_sigmoid():
    return keras.activations.hard_sigmoid  # x / 6 + 1/2; Keras 2: x / 5
# --8<-- [end:hard_sigmoid]


# --8<-- [start:hard_swish]
def hard_swish():
    return keras.activations.hard_swish
# --8<-- [end:hard_swish]


# --8<-- [start:softplus]
def softplus():
    return keras.activations.softplus  # beta is 1
# --8<-- [end:softplus]


# --8<-- [start:softmax]
def softmax(axis=-1):
    return keras.layers.Softmax(axis)
# --8<-- [end:softmax]


# --8<-- [start:log_softmax]
def log_softmax(axis=-1):
    return lambda x: keras.activations.log_softmax(x, axis)
# --8<-- [end:log_softmax]


# --8<-- [start:glu]
def glu():
    return keras.activations.glu  # the second half opens the first
# --8<-- [end:glu]
