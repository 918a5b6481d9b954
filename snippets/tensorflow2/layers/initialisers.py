"""Initial weights in TensorFlow: of a kernel's shape (…, in, out), numbers.
tf.compat.v1's, for tf.initializers is Keras'."""

import tensorflow as tf


# --8<-- [start:glorot_uniform]
def glorot_uniform():
    return tf.compat.v1.initializers.glorot_uniform()
# --8<-- [end:glorot_uniform]


# --8<-- [start:glorot_normal]
# Cut at two deviations, and drawn wider for it: so are the next two.
def glorot_normal():
    return tf.compat.v1.initializers.glorot_normal()
# --8<-- [end:glorot_normal]


# --8<-- [start:he_uniform]
def he_uniform():
    return tf.compat.v1.initializers.he_uniform()
# --8<-- [end:he_uniform]


# --8<-- [start:he_normal]
def he_normal():
    return tf.compat.v1.initializers.he_normal()
# --8<-- [end:he_normal]


# --8<-- [start:lecun_normal]
def lecun_normal():
    return tf.compat.v1.initializers.lecun_normal()
# --8<-- [end:lecun_normal]


# --8<-- [start:truncated_normal]
# Cut at two deviations, and not drawn wider for it.
def truncated_normal(deviation):
    return lambda shape: tf.random.truncated_normal(shape, stddev=deviation)
# --8<-- [end:truncated_normal]


# --8<-- [start:orthogonal]
def orthogonal(gain=1.0):
    return tf.compat.v1.initializers.orthogonal(gain)
# --8<-- [end:orthogonal]


# --8<-- [start:glorot_grouped]
# The fan out counts the outputs of all groups.
def glorot_grouped(groups):
    return tf.compat.v1.initializers.glorot_uniform()
# --8<-- [end:glorot_grouped]


# --8<-- [start:he_transposed]
# A transposed kernel is H×W×out×in, and its fan in is taken for out's.
def he_transposed():
    he = tf.compat.v1.initializers.he_uniform()

    def draw(shape):
        *window, inputs, outputs = shape
        return he([*window, outputs, inputs])

    return draw
# --8<-- [end:he_transposed]
