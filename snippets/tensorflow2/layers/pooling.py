"""Pooling in TensorFlow. Images N×H×W×C."""

import tensorflow as tf


# --8<-- [start:max_pool]
# The padding of batch and channels, which is none, must be said too.
def max_pool(window, stride, padding):
    padding = [[0, 0], *padding, [0, 0]]
    return lambda x: tf.nn.max_pool2d(x, window, stride, padding)
# --8<-- [end:max_pool]


# --8<-- [start:max_pool_ceil]
# A last window that is not whole is left out. "SAME" keeps it, but may begin
# before the image.
def max_pool_ceil(window, stride):
    return lambda x: tf.nn.max_pool2d(x, window, stride, "VALID")
# --8<-- [end:max_pool_ceil]


# --8<-- [start:average_pool]
# avg_pool2d takes no numbers for its padding. Padded by hand, zeros count;
# those of its own "SAME" do not.
def average_pool(window, stride, padding):
    padding = [[0, 0], *padding, [0, 0]]
    return lambda x: tf.nn.avg_pool2d(
        tf.pad(x, padding), window, stride, "VALID")
# --8<-- [end:average_pool]


# --8<-- [start:average_pool_same]
def average_pool_same(window, stride):
    return lambda x: tf.nn.avg_pool2d(x, window, stride, "SAME")
# --8<-- [end:average_pool_same]


# --8<-- [start:global_average_pool]
def global_average_pool():
    return lambda x: tf.reduce_mean(x, [1, 2])  # N×H×W×C to N×C
# --8<-- [end:global_average_pool]


# --8<-- [start:global_max_pool]
def global_max_pool():
    return lambda x: tf.reduce_max(x, [1, 2])
# --8<-- [end:global_max_pool]


# --8<-- [start:adaptive_average_pool]
# By hand: part i of m goes from floor(i · n / m) to ceil((i + 1) · n / m).
def adaptive_average_pool(size):
    def pool(x):
        for axis, parts in enumerate(size, 1):
            n, means = x.shape[axis], []
            for i in range(parts):
                places = tf.range(i * n // parts, -(-(i + 1) * n // parts))
                part = tf.gather(x, places, axis=axis)
                means.append(tf.reduce_mean(part, axis))
            x = tf.stack(means, axis)
        return x

    return pool
# --8<-- [end:adaptive_average_pool]
