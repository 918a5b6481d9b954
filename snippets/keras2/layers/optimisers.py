"""Optimisers in Keras 2."""

import keras


# --8<-- [start:sgd]
# The rate enters the velocity.
def sgd(rate=0.01, momentum=0.0, nesterov=False):
    return keras.optimizers.SGD(rate, momentum, nesterov=nesterov)
# --8<-- [end:sgd]


# --8<-- [start:adam]
# epsilon=None is 1e-7, added before the bias is taken out.
def adam(rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-7):
    return keras.optimizers.Adam(rate, beta1, beta2, eps)
# --8<-- [end:adam]


# --8<-- [start:rmsprop]
# eps stands behind the root.
def rmsprop(rate=1e-3, keep=0.9, eps=1e-7):
    return keras.optimizers.RMSprop(rate, keep, eps)
# --8<-- [end:rmsprop]


# --8<-- [start:adagrad]
def adagrad(rate=0.01, eps=1e-7):
    return keras.optimizers.Adagrad(rate, eps)
# --8<-- [end:adagrad]


# --8<-- [start:clip_by_value]
def clip_by_value(rate, most):
    return keras.optimizers.SGD(rate, clipvalue=most)
# --8<-- [end:clip_by_value]


# --8<-- [start:clip_by_global_norm]
# clipnorm of Keras 2 measures all gradients together; Keras 3's each alone.
def clip_by_global_norm(rate, most):
    return keras.optimizers.SGD(rate, clipnorm=most)
# --8<-- [end:clip_by_global_norm]
