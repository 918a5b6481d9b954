"""Resizing in TensorFlow 1. Images N×H×W×C."""

import tensorflow as tf


# --8<-- [start:resize_nearest]
def resize_nearest(size):  # floor(i · n / m)
    return lambda x: tf.image.resize_nearest_neighbor(x, size)
# --8<-- [end:resize_nearest]


# --8<-- [start:resize_bilinear]
# A pixel stands for its left upper corner: neither half-pixel centres nor
# aligned corners, and an image that is shifted.
def resize_bilinear(size):
    return lambda x: tf.image.resize_bilinear(x, size)
# --8<-- [end:resize_bilinear]


# --8<-- [start:resize_corners]
def resize_corners(size):
    return lambda x: tf.image.resize_bilinear(x, size, align_corners=True)
# --8<-- [end:resize_corners]
