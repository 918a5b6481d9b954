"""Optimisers in TensorFlow 1; where gradients are changed first, by what."""

import tensorflow as tf


# --8<-- [start:sgd]
def sgd(rate, momentum, nesterov=False):
    return tf.train.MomentumOptimizer(rate, momentum, use_nesterov=nesterov)
# --8<-- [end:sgd]


# --8<-- [start:adam]
# eps is added before the bias is taken out.
def adam(rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    return tf.train.AdamOptimizer(rate, beta1, beta2, eps)
# --8<-- [end:adam]


# --8<-- [start:rmsprop]
# eps stands within the root, and what is remembered begins with ones.
def rmsprop(rate, keep=0.9, eps=1e-10):
    return tf.train.RMSPropOptimizer(rate, keep, epsilon=eps)
# --8<-- [end:rmsprop]


# --8<-- [start:clip_by_value]
def clip_by_value(rate, most):
    def clipped(pairs):
        return [(tf.clip_by_value(g, -most, most), w) for g, w in pairs]

    return tf.train.GradientDescentOptimizer(rate), clipped
# --8<-- [end:clip_by_value]


# --8<-- [start:clip_by_norm]
def clip_by_norm(rate, most):
    def clipped(pairs):
        return [(tf.clip_by_norm(g, most), w) for g, w in pairs]

    return tf.train.GradientDescentOptimizer(rate), clipped
# --8<-- [end:clip_by_norm]


# --8<-- [start:clip_by_global_norm]
def clip_by_global_norm(rate, most):
    def clipped(pairs):
        gradients, weights = zip(*pairs)
        gradients, _ = tf.clip_by_global_norm(gradients, most)
        return list(zip(gradients, weights))

    return tf.train.GradientDescentOptimizer(rate), clipped
# --8<-- [end:clip_by_global_norm]
