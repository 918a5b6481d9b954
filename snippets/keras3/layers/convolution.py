"""Convolutions in Keras. Images N×H×W×C, kernels H×W×in×out."""

import keras
from keras import ops


# --8<-- [start:conv_2d]
# padding is "valid" or "same": numbers are a layer of their own. A stride and
# a dilation together are refused: all places, then those that are wanted.
def conv_2d(outputs, window, padding, stride=(1, 1), dilation=(1, 1)):
    return keras.Sequential([
        keras.layers.ZeroPadding2D(padding),
        keras.layers.Conv2D(outputs, window, dilation_rate=dilation),
        keras.layers.MaxPooling2D(1, strides=stride),
    ])
# --8<-- [end:conv_2d]


# --8<-- [start:conv_same]
# As TensorFlow's, on PyTorch too: of an odd number of zeros one more behind.
def conv_same(outputs, window, stride=(1, 1)):
    return keras.layers.Conv2D(
        outputs, window, strides=stride, padding="same"
    )
# --8<-- [end:conv_same]


# --8<-- [start:conv_grouped]
def conv_grouped(outputs, window, groups=1):
    return keras.layers.Conv2D(outputs, window, groups=groups)
# --8<-- [end:conv_grouped]


# --8<-- [start:conv_depthwise]
def conv_depthwise(more, window, stride=(1, 1)):
    return keras.layers.DepthwiseConv2D(
        window, strides=stride, depth_multiplier=more
    )
# --8<-- [end:conv_depthwise]


# --8<-- [start:conv_separable]
def conv_separable(more, outputs, window):
    return keras.layers.SeparableConv2D(
        outputs, window, depth_multiplier=more
    )
# --8<-- [end:conv_separable]


# --8<-- [start:conv_transposed]
# A kernel H×W×out×in. All of it, and what is too much is cropped; `more` of
# it stays behind.
def conv_transposed(outputs, window, padding, more, stride=(1, 1)):
    crop = [
        (before, behind - extra)
        for (before, behind), extra in zip(padding, more)
    ]
    return keras.Sequential([
        keras.layers.Conv2DTranspose(outputs, window, strides=stride),
        keras.layers.Cropping2D(crop),
    ])
# --8<-- [end:conv_transposed]


# --8<-- [start:conv_transposed_same]
# A kernel H×W×out×in; stride × size is left.
def conv_transposed_same(outputs, window, stride=(1, 1)):
    return keras.layers.Conv2DTranspose(
        outputs, window, strides=stride, padding="same"
    )
# --8<-- [end:conv_transposed_same]


# --8<-- [start:conv_1d]
# A stride and a dilation together are refused.
def conv_1d(outputs, window, padding, stride=1, dilation=1):
    return keras.Sequential([
        keras.layers.ZeroPadding1D(tuple(padding)),
        keras.layers.Conv1D(
            outputs, window, strides=stride, dilation_rate=dilation
        ),
    ])
# --8<-- [end:conv_1d]


# --8<-- [start:conv_causal]
def conv_causal(outputs, window, dilation=1):
    return keras.layers.Conv1D(
        outputs, window, padding="causal", dilation_rate=dilation
    )
# --8<-- [end:conv_causal]


# --8<-- [start:conv_reflect]
class ConvReflect(keras.layers.Conv2D):
    def __init__(self, outputs, window, padding):
        super().__init__(outputs, window)
        self.spread = [(0, 0), *map(tuple, padding), (0, 0)]

    def call(self, x):
        return super().call(ops.pad(x, self.spread, "reflect"))


def conv_reflect(outputs, window, padding):
    return ConvReflect(outputs, window, padding)
# --8<-- [end:conv_reflect]


# --8<-- [start:conv_circular]
# ops.pad has "wrap" on JAX, "circular" on PyTorch, neither on TensorFlow:
# rows and columns by their numbers, round and round.
class ConvCircular(keras.layers.Conv2D):
    def __init__(self, outputs, window, padding):
        super().__init__(outputs, window)
        self.around = padding

    def call(self, x):
        for axis, (before, behind) in enumerate(self.around, 1):
            size = x.shape[axis]
            x = ops.take(x, ops.arange(-before, size + behind) % size, axis)
        return super().call(x)


def conv_circular(outputs, window, padding):
    return ConvCircular(outputs, window, padding)
# --8<-- [end:conv_circular]
