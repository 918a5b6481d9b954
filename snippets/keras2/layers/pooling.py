"""Pooling in Keras 2. Images N×H×W×C."""

import keras


# --8<-- [start:average_pool_same]
def average_pool_same(window, stride=None):
    return keras.layers.AveragePooling2D(window, stride, padding="same")
# --8<-- [end:average_pool_same]


# --8<-- [start:global_average_pool]
def global_average_pool():
    return keras.layers.GlobalAveragePooling2D()
# --8<-- [end:global_average_pool]
