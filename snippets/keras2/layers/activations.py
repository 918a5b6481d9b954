"""Activations in Keras 2."""

import keras


# --8<-- [start:leaky_relu]
def leaky_relu(slope=0.3):
    return keras.layers.LeakyReLU(slope)
# --8<-- [end:leaky_relu]


# --8<-- [start:elu]
def elu(alpha=1.0):
    return keras.layers.ELU(alpha)
# --8<-- [end:elu]


# --8<-- [start:selu]
def selu():
    return keras.layers.Activation("selu")
# --8<-- [end:selu]


# --8<-- [start:prelu]
# Without shared_axes a slope for each number of the image.
def prelu():
    return keras.layers.PReLU(shared_axes=[1, 2])
# --8<-- [end:prelu]


# --8<-- [start:hard_sigmoid]
def hard_sigmoid():
    return keras.layers.Activation("hard_sigmoid")  # x / 5 + 1/2
# --8<-- [end:hard_sigmoid]
