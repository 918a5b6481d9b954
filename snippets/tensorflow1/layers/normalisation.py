"""Normalisation in TensorFlow 1. Images N×H×W×C."""

import tensorflow as tf


# --8<-- [start:batch_norm]
# The statistics move only where tf.GraphKeys.UPDATE_OPS are run.
def batch_norm(keep=0.99, eps=1e-3):
    return lambda x: tf.layers.batch_normalization(
        x, momentum=keep, epsilon=eps, training=True)
# --8<-- [end:batch_norm]


# --8<-- [start:batch_norm_frozen]
def batch_norm_frozen(eps=1e-3):
    return lambda x: tf.layers.batch_normalization(
        x, epsilon=eps, training=False)
# --8<-- [end:batch_norm_frozen]
