"""Resizing in TensorFlow. Images N×H×W×C."""

import tensorflow as tf


# --8<-- [start:resize_nearest]
# The pixel whose square the centre lies in. TensorFlow 1: floor(i · n / m).
def resize_nearest(size):
    return lambda x: tf.image.resize(x, size, "nearest")
# --8<-- [end:resize_nearest]


# --8<-- [start:resize_bilinear]
# Half-pixel centres; TensorFlow 1's resize_bilinear has none.
def resize_bilinear(size):
    return lambda x: tf.image.resize(x, size)
# --8<-- [end:resize_bilinear]


# --8<-- [start:resize_corners]
# tf.image.resize has no corners to align any more.
def resize_corners(size):
    return lambda x: tf.compat.v1.image.resize_bilinear(
        x, size, align_corners=True)
# --8<-- [end:resize_corners]


# --8<-- [start:resize_antialiased]
def resize_antialiased(size, antialias=False):
    return lambda x: tf.image.resize(x, size, antialias=antialias)
# --8<-- [end:resize_antialiased]


# --8<-- [start:resize_bicubic]
# a = −1/2; beyond the edge lies nothing. A pixel's place is rounded to 1/1024,
# for the weights are in a table; with antialias=True they are not.
def resize_bicubic(size):
    return lambda x: tf.image.resize(x, size, "bicubic")
# --8<-- [end:resize_bicubic]


# --8<-- [start:pixel_shuffle]
# Channel (k·r + l)·c + i becomes pixel (k, l) of channel i: the block first.
def pixel_shuffle(factor):
    return lambda x: tf.nn.depth_to_space(x, factor)
# --8<-- [end:pixel_shuffle]


# --8<-- [start:pad_reflect]
# "REFLECT" does not repeat the edge itself, "SYMMETRIC" does.
def pad_reflect(padding, symmetric):
    padding = [[0, 0], *padding, [0, 0]]
    mode = "SYMMETRIC" if symmetric else "REFLECT"
    return lambda x: tf.pad(x, padding, mode)
# --8<-- [end:pad_reflect]
