"""Initial weights in Keras: of a kernel's shape (…, in, out), numbers. The
same object draws the same numbers again."""

import keras


# --8<-- [start:glorot_uniform]
def glorot_uniform():
    return keras.initializers.GlorotUniform()
# --8<-- [end:glorot_uniform]


# --8<-- [start:glorot_normal]
# Cut at two deviations, and drawn wider for it: so are the next two.
def glorot_normal():
    return keras.initializers.GlorotNormal()
# --8<-- [end:glorot_normal]


# --8<-- [start:he_uniform]
def he_uniform():
    return keras.initializers.HeUniform()
# --8<-- [end:he_uniform]


# --8<-- [start:he_normal]
def he_normal():
    return keras.initializers.HeNormal()
# --8<-- [end:he_normal]


# --8<-- [start:lecun_normal]
def lecun_normal():
    return keras.initializers.LecunNormal()
# --8<-- [end:lecun_normal]


# --8<-- [start:truncated_normal]
# Cut at two deviations, and not drawn wider for it. On PyTorch four numbers in
# a million are beyond, here and above: those that four draws did not bring in.
def truncated_normal(deviation=0.05):
    return keras.initializers.TruncatedNormal(stddev=deviation)
# --8<-- [end:truncated_normal]


# --8<-- [start:orthogonal]
def orthogonal(gain=1.0):
    return keras.initializers.Orthogonal(gain)
# --8<-- [end:orthogonal]


# --8<-- [start:glorot_grouped]
# The fan out counts the outputs of all groups.
def glorot_grouped(groups):
    return keras.initializers.GlorotUniform()
# --8<-- [end:glorot_grouped]


# --8<-- [start:he_transposed]
# A transposed kernel is H×W×out×in, and its fan in is taken for out's, unless
# VarianceScaling is told input_axes and output_axes.
def he_transposed():
    he = keras.initializers.HeUniform()

    def draw(shape):
        *window, inputs, outputs = shape
        return he((*window, outputs, inputs))

    return draw
# --8<-- [end:he_transposed]
