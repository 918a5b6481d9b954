"""Normalisation in TensorFlow. Images N×H×W×C."""

import tensorflow as tf


# --8<-- [start:batch_norm]
# By hand: tf.nn.batch_normalization keeps no statistics. tf.nn.moments divides
# the variance by n; tf.compat.v1.nn.fused_batch_norm gives back one by n − 1.
class BatchNorm(tf.Module):
    def __init__(self, channels, keep, eps):
        super().__init__()
        self.scale = tf.Variable(tf.ones(channels))
        self.offset = tf.Variable(tf.zeros(channels))
        self.mean = tf.Variable(tf.zeros(channels), trainable=False)
        self.variance = tf.Variable(tf.ones(channels), trainable=False)
        self.keep, self.eps = keep, eps

    def __call__(self, x, training=False):
        mean, variance = self.mean, self.variance
        if training:
            mean, variance = tf.nn.moments(x, [0, 1, 2])
            new = 1 - self.keep
            self.mean.assign(self.keep * self.mean + new * mean)
            self.variance.assign(self.keep * self.variance + new * variance)
        return tf.nn.batch_normalization(
            x, mean, variance, self.offset, self.scale, self.eps)


def batch_norm(channels, keep, eps):
    return BatchNorm(channels, keep, eps)
# --8<-- [end:batch_norm]


# --8<-- [start:batch_norm_frozen]
# BatchNorm as in training, called with training=False: a module has no mode
# that it remembers.
def batch_norm_frozen(channels, eps):
    return BatchNorm(channels, 0.99, eps)
# --8<-- [end:batch_norm_frozen]


# --8<-- [start:layer_norm]
class LayerNorm(tf.Module):
    def __init__(self, channels, eps):
        super().__init__()
        self.scale = tf.Variable(tf.ones(channels))
        self.offset = tf.Variable(tf.zeros(channels))
        self.eps = eps

    def __call__(self, x):
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        return tf.nn.batch_normalization(
            x, mean, variance, self.offset, self.scale, self.eps)


def layer_norm(channels, eps):
    return LayerNorm(channels, eps)
# --8<-- [end:layer_norm]


# --8<-- [start:group_norm]
class GroupNorm(tf.Module):
    def __init__(self, channels, groups, eps):
        super().__init__()
        self.scale = tf.Variable(tf.ones(channels))
        self.offset = tf.Variable(tf.zeros(channels))
        self.groups, self.eps = groups, eps

    def __call__(self, x):
        _, h, w, c = x.shape
        parts = tf.reshape(x, [-1, h, w, self.groups, c // self.groups])
        mean, variance = tf.nn.moments(parts, [1, 2, 4], keepdims=True)
        parts = tf.nn.batch_normalization(
            parts, mean, variance, None, None, self.eps)
        return tf.reshape(parts, [-1, h, w, c]) * self.scale + self.offset


def group_norm(channels, groups, eps):
    return GroupNorm(channels, groups, eps)
# --8<-- [end:group_norm]


# --8<-- [start:instance_norm]
class InstanceNorm(tf.Module):
    def __init__(self, channels, eps):
        super().__init__()
        self.scale = tf.Variable(tf.ones(channels))
        self.offset = tf.Variable(tf.zeros(channels))
        self.eps = eps

    def __call__(self, x):
        mean, variance = tf.nn.moments(x, [1, 2], keepdims=True)
        return tf.nn.batch_normalization(
            x, mean, variance, self.offset, self.scale, self.eps)


def instance_norm(channels, eps):
    return InstanceNorm(channels, eps)
# --8<-- [end:instance_norm]


# --8<-- [start:rms_norm]
class RMSNorm(tf.Module):
    def __init__(self, channels, eps):
        super().__init__()
        self.scale = tf.Variable(tf.ones(channels))
        self.eps = eps

    def __call__(self, x):
        square = tf.reduce_mean(tf.square(x), -1, keepdims=True)
        return x * tf.math.rsqrt(square + self.eps) * self.scale


def rms_norm(channels, eps):
    return RMSNorm(channels, eps)
# --8<-- [end:rms_norm]


# --8<-- [start:weight_norm]
class WeightNorm(tf.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.direction = tf.Variable(glorot([inputs, outputs]))
        self.length = tf.Variable(tf.norm(self.direction, axis=0))
        self.bias = tf.Variable(tf.zeros(outputs))

    def __call__(self, x):
        kernel = tf.math.l2_normalize(self.direction, 0) * self.length
        return x @ kernel + self.bias


def weight_norm(inputs, outputs):
    return WeightNorm(inputs, outputs)
# --8<-- [end:weight_norm]


# --8<-- [start:spectral_norm]
# eps is the least square of a length, not added to it.
class SpectralNorm(tf.Module):
    def __init__(self, inputs, outputs, steps, eps):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([inputs, outputs]))
        self.bias = tf.Variable(tf.zeros(outputs))
        self.u = tf.Variable(tf.random.normal([outputs]), trainable=False)
        self.steps, self.eps = steps, eps

    def __call__(self, x, training=False):
        kernel, u = tf.stop_gradient(self.kernel), self.u
        for _ in range(self.steps):
            v = tf.linalg.matvec(kernel, u)
            v = tf.math.l2_normalize(v, epsilon=self.eps)
            u = tf.linalg.matvec(kernel, v, transpose_a=True)
            u = tf.math.l2_normalize(u, epsilon=self.eps)
        if training:
            self.u.assign(u)
        largest = tf.reduce_sum(v * tf.linalg.matvec(self.kernel, u))
        return x @ (self.kernel / largest) + self.bias


def spectral_norm(inputs, outputs, steps, eps=1e-12):
    return SpectralNorm(inputs, outputs, steps, eps)
# --8<-- [end:spectral_norm]
