"""Convolutions in Keras 2. Images N×H×W×C, kernels H×W×in×out."""

import keras


# --8<-- [start:conv_same]
def conv_same(outputs, window, stride=(1, 1)):
    return keras.layers.Conv2D(
        outputs, window, strides=stride, padding="same")
# --8<-- [end:conv_same]


# --8<-- [start:conv_depthwise]
def conv_depthwise(more, window, stride=(1, 1)):
    return keras.layers.DepthwiseConv2D(
        window, strides=stride, depth_multiplier=more)
# --8<-- [end:conv_depthwise]


# --8<-- [start:conv_separable]
def conv_separable(more, outputs, window):
    return keras.layers.SeparableConv2D(
        outputs, window, depth_multiplier=more)
# --8<-- [end:conv_separable]


# --8<-- [start:conv_transposed_same]
# Its kernel is height × width × out × in.
def conv_transposed_same(outputs, window, stride=(1, 1)):
    return keras.layers.Conv2DTranspose(
        outputs, window, strides=tuple(stride), padding="same")
# --8<-- [end:conv_transposed_same]
