"""Optimisers in Keras. weight_decay of each of them shrinks w by
rate × decay, before the step."""

import keras
from keras import ops


# --8<-- [start:sgd]
# The rate enters the velocity.
def sgd(rate=0.01, momentum=0.0, nesterov=False):
    return keras.optimizers.SGD(rate, momentum, nesterov)
# --8<-- [end:sgd]


# --8<-- [start:sgd_nesterov]
# weight_decay is beside the gradient, not in the velocity. In the gradient by
# hand; kernel_regularizer=keras.regularizers.L2(decay / 2) of a layer is it.
class SGDWithL2(keras.optimizers.SGD):
    def __init__(self, rate, momentum, decay):
        super().__init__(rate, momentum, nesterov=True)
        self.l2 = decay

    def update_step(self, gradient, variable, learning_rate):
        gradient = gradient + self.l2 * variable
        super().update_step(gradient, variable, learning_rate)


def sgd_nesterov(rate, momentum, decay):
    return SGDWithL2(rate, momentum, decay)
# --8<-- [end:sgd_nesterov]


# --8<-- [start:sgd_dampened]
# By hand: all gradients but the first are scaled.
class DampenedSGD(keras.optimizers.SGD):
    def __init__(self, rate, momentum, dampening):
        super().__init__(rate, momentum)
        self.dampening = dampening

    def update_step(self, gradient, variable, learning_rate):
        first = ops.equal(self.iterations, 0)
        share = ops.where(first, 1.0, 1 - self.dampening)
        super().update_step(share * gradient, variable, learning_rate)


def sgd_dampened(rate, momentum, dampening):
    return DampenedSGD(rate, momentum, dampening)
# --8<-- [end:sgd_dampened]


# --8<-- [start:adam]
# eps is added before the bias is taken out.
def adam(rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-7):
    return keras.optimizers.Adam(rate, beta1, beta2, eps)
# --8<-- [end:adam]


# --8<-- [start:adam_l2]
# weight_decay of Adam is AdamW's. In the gradient by hand.
class AdamWithL2(keras.optimizers.Adam):
    def __init__(self, rate, beta1, beta2, eps, decay):
        super().__init__(rate, beta1, beta2, eps)
        self.l2 = decay

    def update_step(self, gradient, variable, learning_rate):
        gradient = gradient + self.l2 * variable
        super().update_step(gradient, variable, learning_rate)


def adam_l2(rate, beta1, beta2, eps, decay):
    return AdamWithL2(rate, beta1, beta2, eps, decay)
# --8<-- [end:adam_l2]


# --8<-- [start:adamw]
# w shrinks by rate × decay.
def adamw(rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-7, decay=4e-3):
    return keras.optimizers.AdamW(rate, decay, beta1, beta2, eps)
# --8<-- [end:adamw]


# --8<-- [start:amsgrad]
def amsgrad(rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-7):
    return keras.optimizers.Adam(rate, beta1, beta2, eps, amsgrad=True)
# --8<-- [end:amsgrad]


# --8<-- [start:adamax]
def adamax(rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-7):
    return keras.optimizers.Adamax(rate, beta1, beta2, eps)
# --8<-- [end:adamax]


# --8<-- [start:nadam]
# Dozat's schedule of momentum, 250 times as fast: 0.96 to the power of t, not
# of t / 250.
def nadam(rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-7):
    return keras.optimizers.Nadam(rate, beta1, beta2, eps)
# --8<-- [end:nadam]


# --8<-- [start:rmsprop]
# eps stands within the root; Keras 2: behind it.
def rmsprop(rate=1e-3, keep=0.9, eps=1e-7):
    return keras.optimizers.RMSprop(rate, keep, epsilon=eps)
# --8<-- [end:rmsprop]


# --8<-- [start:rmsprop_centred]
# The rate is in what is remembered for the momentum.
def rmsprop_centred(rate=1e-3, keep=0.9, eps=1e-7, momentum=0.0):
    return keras.optimizers.RMSprop(
        rate, keep, momentum, eps, centered=True
    )
# --8<-- [end:rmsprop_centred]


# --8<-- [start:adagrad]
# eps stands within the root.
def adagrad(rate=1e-3, start=0.1, eps=1e-7):
    return keras.optimizers.Adagrad(rate, start, eps)
# --8<-- [end:adagrad]


# --8<-- [start:adadelta]
# The paper's rate is 1.
def adadelta(rate=1e-3, keep=0.95, eps=1e-7):
    return keras.optimizers.Adadelta(rate, keep, eps)
# --8<-- [end:adadelta]


# --8<-- [start:lion]
def lion(rate=1e-3, beta1=0.9, beta2=0.99, decay=0.0):
    return keras.optimizers.Lion(rate, beta1, beta2, weight_decay=decay)
# --8<-- [end:lion]


# --8<-- [start:clip_by_value]
def clip_by_value(rate, most):
    return keras.optimizers.SGD(rate, clipvalue=most)
# --8<-- [end:clip_by_value]


# --8<-- [start:clip_by_norm]
# clipnorm measures each gradient alone; Keras 2's all together.
def clip_by_norm(rate, most):
    return keras.optimizers.SGD(rate, clipnorm=most)
# --8<-- [end:clip_by_norm]


# --8<-- [start:clip_by_global_norm]
def clip_by_global_norm(rate, most):
    return keras.optimizers.SGD(rate, global_clipnorm=most)
# --8<-- [end:clip_by_global_norm]


# --8<-- [start:average]
# It begins with the weights after the first step. After fit they are the
# model's own.
def average(rate, keep=0.99):
    return keras.optimizers.SGD(rate, use_ema=True, ema_momentum=keep)
# --8<-- [end:average]
