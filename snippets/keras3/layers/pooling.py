"""Pooling in Keras. Images N×H×W×C."""

import keras
from keras import ops


# --8<-- [start:max_pool]
# padding is "valid" or "same". By hand −∞, for zeros would win over what is
# negative.
def max_pool(window, stride, padding):
    spread = [(0, 0), *map(tuple, padding), (0, 0)]
    window, stride = tuple(window), tuple(stride)

    def pool(x):
        x = ops.pad(x, spread, constant_values=-float("inf"))
        return ops.max_pool(x, window, stride)

    return pool
# --8<-- [end:max_pool]


# --8<-- [start:max_pool_ceil]
# A last window that is not whole is left out, unless as many −∞ as it lacks
# are padded behind. padding="same" may begin before the image.
def max_pool_ceil(window, stride):
    window, stride = tuple(window), tuple(stride)

    def pool(x):
        sizes = zip(x.shape[1:3], window, stride)
        spread = [(0, -(size - w) % s) for size, w, s in sizes]
        spread = [(0, 0), *spread, (0, 0)]
        x = ops.pad(x, spread, constant_values=-float("inf"))
        return ops.max_pool(x, window, stride)

    return pool
# --8<-- [end:max_pool_ceil]


# --8<-- [start:average_pool]
# Zeros of a layer of their own count; those of padding="same" do not.
def average_pool(window, padding, stride=None):
    return keras.Sequential([
        keras.layers.ZeroPadding2D(padding),
        keras.layers.AveragePooling2D(window, strides=stride),
    ])
# --8<-- [end:average_pool]


# --8<-- [start:average_pool_same]
# No zeros count. On PyTorch, where one more would be behind than before, the
# edge's pixels are repeated in their place, and count.
def average_pool_same(window, stride=None):
    return keras.layers.AveragePooling2D(
        window, strides=stride, padding="same"
    )
# --8<-- [end:average_pool_same]


# --8<-- [start:global_average_pool]
def global_average_pool():
    return keras.layers.GlobalAveragePooling2D()  # N×H×W×C to N×C
# --8<-- [end:global_average_pool]


# --8<-- [start:global_max_pool]
def global_max_pool():
    return keras.layers.GlobalMaxPooling2D()
# --8<-- [end:global_max_pool]


# --8<-- [start:adaptive_average_pool]
def adaptive_average_pool(size):
    return keras.layers.AdaptiveAveragePooling2D(tuple(size))
# --8<-- [end:adaptive_average_pool]
