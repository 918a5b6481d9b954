"""Rates in TensorFlow: of the variable that counts steps, a function without
arguments, which an optimiser takes for its rate. tf.compat.v1's, for
tf.optimizers.schedules is Keras'."""

import math

import tensorflow as tf


# --8<-- [start:step_decay]
def step_decay(step, rate, every, factor):
    return tf.compat.v1.train.exponential_decay(
        rate, step, every, factor, staircase=True)
# --8<-- [end:step_decay]


# --8<-- [start:exponential_decay]
def exponential_decay(step, rate, every, factor, stairs=False):
    return tf.compat.v1.train.exponential_decay(
        rate, step, every, factor, stairs)
# --8<-- [end:exponential_decay]


# --8<-- [start:inverse_time_decay]
def inverse_time_decay(step, rate, every, factor):
    return tf.compat.v1.train.inverse_time_decay(rate, step, every, factor)
# --8<-- [end:inverse_time_decay]


# --8<-- [start:cosine_decay]
# alpha is a share of the rate, not a rate.
def cosine_decay(step, rate, steps, least=0.0):
    return tf.compat.v1.train.cosine_decay(
        rate, step, steps, alpha=least / rate)
# --8<-- [end:cosine_decay]


# --8<-- [start:cosine_warmup]
def cosine_warmup(step, rate, warmup, steps, first):
    def now():
        t = tf.cast(step, tf.float32)
        up = first + (rate - first) * t / warmup
        share = tf.minimum(t - warmup, steps - warmup) / (steps - warmup)
        down = rate * (1 + tf.cos(math.pi * share)) / 2
        return tf.where(t < warmup, up, down)

    return now
# --8<-- [end:cosine_warmup]


# --8<-- [start:piecewise]
# The step at the edge has the old rate still.
def piecewise(step, rates, edges):
    return tf.compat.v1.train.piecewise_constant_decay(step, edges, rates)
# --8<-- [end:piecewise]


# --8<-- [start:polynomial_decay]
def polynomial_decay(step, rate, steps, last=1e-4, power=1.0):
    return tf.compat.v1.train.polynomial_decay(rate, step, steps, last, power)
# --8<-- [end:polynomial_decay]
