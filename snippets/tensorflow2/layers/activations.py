"""Activations in TensorFlow."""

import tensorflow as tf


# --8<-- [start:gelu]
def gelu():
    return tf.nn.gelu
# --8<-- [end:gelu]


# --8<-- [start:gelu_tanh]
def gelu_tanh():
    return lambda x: tf.nn.gelu(x, approximate=True)
# --8<-- [end:gelu_tanh]


# --8<-- [start:silu]
def silu():
    return tf.nn.silu
# --8<-- [end:silu]


# --8<-- [start:leaky_relu]
def leaky_relu(slope=0.2):
    return lambda x: tf.nn.leaky_relu(x, slope)
# --8<-- [end:leaky_relu]


# --8<-- [start:elu]
def elu():
    return tf.nn.elu  # alpha is 1
# --8<-- [end:elu]


# --8<-- [start:selu]
def selu():
    return tf.nn.selu
# --8<-- [end:selu]


# --8<-- [start:prelu]
class PReLU(tf.Module):
    def __init__(self, channels):
        super().__init__()
        self.slope = tf.Variable(tf.fill([channels], 0.25))

    def __call__(self, x):
        return tf.where(x > 0, x, self.slope * x)


def prelu(channels):
    return PReLU(channels)
# --8<-- [end:prelu]


# --8<-- [start:hard_sigmoid]
# By hand: x / 6 + 1/2, cut.
def hard_sigmoid():
    return lambda x: tf.nn.relu6(x + 3) / 6
# --8<-- [end:hard_sigmoid]


# --8<-- [start:hard_swish]
def hard_swish():
    return lambda x: x * tf.nn.relu6(x + 3) / 6
# --8<-- [end:hard_swish]


# --8<-- [start:softplus]
def softplus():
    return tf.nn.softplus  # beta is 1
# --8<-- [end:softplus]


# --8<-- [start:softmax]
def softmax(axis=-1):
    return lambda x: tf.nn.softmax(x, axis)
# --8<-- [end:softmax]


# --8<-- [start:log_softmax]
def log_softmax(axis=-1):
    return lambda x: tf.nn.log_softmax(x, axis)
# --8<-- [end:log_softmax]


# --8<-- [start:glu]
# By hand: the second half opens the first.
def glu():
    def gated(x):
        a, b = tf.split(x, 2, -1)
        return a * tf.sigmoid(b)

    return gated
# --8<-- [end:glu]
