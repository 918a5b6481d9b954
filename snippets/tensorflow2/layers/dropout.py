"""Dropout and noise in TensorFlow. Images N×H×W×C. There is no mode: whoever
calls says whether it is training."""

import tensorflow as tf


# --8<-- [start:dropout]
# tf.nn.dropout drops whenever it is called.
def dropout(rate):
    return lambda x, training: tf.nn.dropout(x, rate) if training else x
# --8<-- [end:dropout]


# --8<-- [start:spatial_dropout]
# One number for a whole channel: its rows and columns share it.
def spatial_dropout(rate):
    def drop(x, training):
        if not training:
            return x
        return tf.nn.dropout(x, rate, noise_shape=[None, 1, 1, None])

    return drop
# --8<-- [end:spatial_dropout]


# --8<-- [start:alpha_dropout]
# By hand: what is dropped becomes SELU's least value.
def alpha_dropout(rate):
    least = -1.0507009873554805 * 1.6732632423543772
    a = ((1 - rate) * (1 + rate * least**2)) ** -0.5

    def drop(x, training):
        if not training:
            return x
        kept = tf.random.uniform(tf.shape(x)) >= rate
        return a * (tf.where(kept, x, least) - rate * least)

    return drop
# --8<-- [end:alpha_dropout]


# --8<-- [start:gaussian_noise]
def gaussian_noise(deviation):
    def add(x, training):
        if not training:
            return x
        return x + tf.random.normal(tf.shape(x), stddev=deviation)

    return add
# --8<-- [end:gaussian_noise]


# --8<-- [start:gaussian_dropout]
def gaussian_dropout(rate):
    deviation = (rate / (1 - rate)) ** 0.5

    def multiply(x, training):
        if not training:
            return x
        return x * tf.random.normal(tf.shape(x), 1.0, deviation)

    return multiply
# --8<-- [end:gaussian_dropout]
