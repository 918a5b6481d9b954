"""Optimisers in TensorFlow: tf.compat.v1's, for tf.optimizers is Keras'. Where
apply_gradients() is not all, what is called in its place with pairs of a
gradient and a weight."""

import tensorflow as tf


# --8<-- [start:sgd]
def sgd(rate, momentum, nesterov=False):
    return tf.compat.v1.train.MomentumOptimizer(
        rate, momentum, use_nesterov=nesterov)
# --8<-- [end:sgd]


# --8<-- [start:sgd_nesterov]
# The decay by hand: added to the gradient.
def sgd_nesterov(rate, momentum, decay):
    optimizer = tf.compat.v1.train.MomentumOptimizer(
        rate, momentum, use_nesterov=True)

    def step(pairs):
        optimizer.apply_gradients([(g + decay * w, w) for g, w in pairs])

    return optimizer, step
# --8<-- [end:sgd_nesterov]


# --8<-- [start:adam]
# eps is added before the bias is taken out.
def adam(rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    return tf.compat.v1.train.AdamOptimizer(rate, beta1, beta2, eps)
# --8<-- [end:adam]


# --8<-- [start:adam_l2]
# The decay by hand: added to the gradient.
def adam_l2(decay, rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    optimizer = tf.compat.v1.train.AdamOptimizer(rate, beta1, beta2, eps)

    def step(pairs):
        optimizer.apply_gradients([(g + decay * w, w) for g, w in pairs])

    return optimizer, step
# --8<-- [end:adam_l2]


# --8<-- [start:adamw]
# The decay by hand: beside the gradient. tf.keras has AdamW.
def adamw(decay, rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    optimizer = tf.compat.v1.train.AdamOptimizer(rate, beta1, beta2, eps)

    def step(pairs):
        for _, w in pairs:
            w.assign_sub(rate * decay * w)
        optimizer.apply_gradients(pairs)

    return optimizer, step
# --8<-- [end:adamw]


# --8<-- [start:rmsprop]
# eps stands within the root, and what is remembered begins with ones.
def rmsprop(rate, keep=0.9, eps=1e-10):
    return tf.compat.v1.train.RMSPropOptimizer(rate, keep, epsilon=eps)
# --8<-- [end:rmsprop]


# --8<-- [start:rmsprop_centred]
# The rate is in what the momentum remembers.
def rmsprop_centred(rate, keep=0.9, eps=1e-10, momentum=0.0):
    return tf.compat.v1.train.RMSPropOptimizer(
        rate, keep, momentum, eps, centered=True)
# --8<-- [end:rmsprop_centred]


# --8<-- [start:adagrad]
# No eps: the sum begins above zero, and 0 is refused.
def adagrad(rate, start=0.1):
    return tf.compat.v1.train.AdagradOptimizer(rate, start)
# --8<-- [end:adagrad]


# --8<-- [start:adadelta]
# The paper's rate is 1.
def adadelta(rate=1e-3, keep=0.95, eps=1e-8):
    return tf.compat.v1.train.AdadeltaOptimizer(rate, keep, eps)
# --8<-- [end:adadelta]


# --8<-- [start:clip_by_value]
def clip_by_value(rate, most):
    optimizer = tf.compat.v1.train.GradientDescentOptimizer(rate)

    def step(pairs):
        optimizer.apply_gradients(
            [(tf.clip_by_value(g, -most, most), w) for g, w in pairs])

    return optimizer, step
# --8<-- [end:clip_by_value]


# --8<-- [start:clip_by_norm]
def clip_by_norm(rate, most):
    optimizer = tf.compat.v1.train.GradientDescentOptimizer(rate)

    def step(pairs):
        optimizer.apply_gradients(
            [(tf.clip_by_norm(g, most), w) for g, w in pairs])

    return optimizer, step
# --8<-- [end:clip_by_norm]


# --8<-- [start:clip_by_global_norm]
def clip_by_global_norm(rate, most):
    optimizer = tf.compat.v1.train.GradientDescentOptimizer(rate)

    def step(pairs):
        gradients, weights = zip(*pairs)
        gradients, _ = tf.clip_by_global_norm(gradients, most)
        optimizer.apply_gradients(zip(gradients, weights))

    return optimizer, step
# --8<-- [end:clip_by_global_norm]


# --8<-- [start:average]
# The first apply() copies the weights as they are then. Called before the
# first step too, the average begins with those before it.
def average(rate, keep):
    optimizer = tf.compat.v1.train.GradientDescentOptimizer(rate)
    averages = tf.train.ExponentialMovingAverage(keep)

    def step(pairs):
        optimizer.apply_gradients(pairs)
        averages.apply([w for _, w in pairs])

    return optimizer, step, averages
# --8<-- [end:average]
