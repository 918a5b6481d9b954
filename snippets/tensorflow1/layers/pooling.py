"""Pooling in TensorFlow 1. Images N×H×W×C."""

import tensorflow as tf


# --8<-- [start:average_pool_same]
def average_pool_same(window, stride):
    return tf.layers.AveragePooling2D(window, stride, padding="same")
# --8<-- [end:average_pool_same]
