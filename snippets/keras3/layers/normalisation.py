"""Normalisation in Keras. Images N×H×W×C."""

import keras
from keras import ops


# --8<-- [start:batch_norm]
# momentum is the share that a step keeps, and the running variance is divided
# by n. In fit, or called with training=True.
def batch_norm(keep=0.99, eps=1e-3):
    return keras.layers.BatchNormalization(momentum=keep, epsilon=eps)
# --8<-- [end:batch_norm]


# --8<-- [start:batch_norm_frozen]
# In predict, called with training=False, or where trainable=False, which
# freezes the running statistics too.
def batch_norm_frozen(eps=1e-3):
    return keras.layers.BatchNormalization(epsilon=eps)
# --8<-- [end:batch_norm_frozen]


# --8<-- [start:layer_norm]
def layer_norm(eps=1e-3):
    return keras.layers.LayerNormalization(epsilon=eps)
# --8<-- [end:layer_norm]


# --8<-- [start:group_norm]
def group_norm(groups=32, eps=1e-3):
    return keras.layers.GroupNormalization(groups, epsilon=eps)
# --8<-- [end:group_norm]


# --8<-- [start:instance_norm]
def instance_norm(eps=1e-3):
    return keras.layers.GroupNormalization(-1, epsilon=eps)  # a group each
# --8<-- [end:instance_norm]


# --8<-- [start:rms_norm]
def rms_norm(eps=1e-6):
    return keras.layers.RMSNormalization(epsilon=eps)
# --8<-- [end:rms_norm]


# --8<-- [start:weight_norm]
class WeightNorm(keras.layers.Layer):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.direction = self.add_weight(shape=(inputs, outputs))
        self.length = self.add_weight(shape=(outputs,))
        self.length.assign(ops.norm(self.direction, axis=0))
        self.bias = self.add_weight(shape=(outputs,), initializer="zeros")

    def call(self, x):
        kernel = self.direction / ops.norm(self.direction, axis=0)
        return ops.matmul(x, kernel * self.length) + self.bias


def weight_norm(inputs, outputs):
    return WeightNorm(inputs, outputs)
# --8<-- [end:weight_norm]


# --8<-- [start:spectral_norm]
# By hand: layers.SpectralNormalization writes the divided kernel over its own,
# past the gradient. On JAX fit writes none, and predict divides nothing.
class SpectralNorm(keras.layers.Dense):
    def __init__(self, outputs, steps, eps):
        super().__init__(outputs)
        self.steps, self.eps = steps, eps

    def build(self, shape):
        super().build(shape)
        shape = (self.units,)
        self.u = self.add_weight(shape, "random_normal", trainable=False)

    def call(self, x, training=False):
        kernel, u = ops.stop_gradient(self.kernel), self.u.value
        for _ in range(self.steps):
            v = ops.normalize(ops.matmul(kernel, u), epsilon=self.eps)
            u = ops.normalize(ops.matmul(v, kernel), epsilon=self.eps)
        if training:
            self.u.assign(u)
        largest = ops.sum(v * ops.matmul(self.kernel, u))
        return ops.matmul(x, self.kernel / largest) + self.bias


def spectral_norm(outputs, steps, eps=1e-7):
    return SpectralNorm(outputs, steps, eps)
# --8<-- [end:spectral_norm]
