"""Convolutions in TensorFlow 1. Images N×H×W×C, kernels H×W×in×out."""

import tensorflow as tf


# --8<-- [start:conv_same]
def conv_same(outputs, window, stride=(1, 1)):
    return tf.layers.Conv2D(outputs, window, stride, padding="same")
# --8<-- [end:conv_same]


# --8<-- [start:conv_transposed_same]
# Its kernel is height × width × out × in.
def conv_transposed_same(outputs, window, stride=(1, 1)):
    return tf.layers.Conv2DTranspose(
        outputs, window, tuple(stride), padding="same")
# --8<-- [end:conv_transposed_same]
