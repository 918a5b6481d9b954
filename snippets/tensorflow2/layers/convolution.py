"""Convolutions in TensorFlow. Images N×H×W×C, kernels H×W×in×out."""

import tensorflow as tf


# --8<-- [start:conv_2d]
# The padding of batch and channels, which is none, must be said too. On a CPU
# a dilated window has a gradient under XLA alone: jit_compile.
class Conv2D(tf.Module):
    def __init__(self, inputs, outputs, window, stride, padding, dilation):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([*window, inputs, outputs]))
        self.bias = tf.Variable(tf.zeros(outputs))
        self.stride, self.dilation = stride, dilation
        self.padding = [[0, 0], *padding, [0, 0]]

    @tf.function(jit_compile=True)
    def __call__(self, x):
        return self.bias + tf.nn.conv2d(
            x, self.kernel, self.stride, self.padding,
            dilations=self.dilation)


def conv_2d(inputs, outputs, window, stride, padding, dilation=1):
    return Conv2D(inputs, outputs, window, stride, padding, dilation)
# --8<-- [end:conv_2d]


# --8<-- [start:conv_same]
# What is padded hangs on the image: of an odd number of zeros one more behind.
class ConvSame(tf.Module):
    def __init__(self, inputs, outputs, window, stride):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([*window, inputs, outputs]))
        self.bias = tf.Variable(tf.zeros(outputs))
        self.stride = stride

    def __call__(self, x):
        return tf.nn.conv2d(x, self.kernel, self.stride, "SAME") + self.bias


def conv_same(inputs, outputs, window, stride):
    return ConvSame(inputs, outputs, window, stride)
# --8<-- [end:conv_same]


# --8<-- [start:conv_grouped]
# How many groups, the kernel's shape says. On a CPU they have a gradient
# under XLA alone: jit_compile.
class ConvGrouped(tf.Module):
    def __init__(self, inputs, outputs, window, groups):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        shape = [*window, inputs // groups, outputs]
        self.kernel = tf.Variable(glorot(shape))
        self.bias = tf.Variable(tf.zeros(outputs))

    @tf.function(jit_compile=True)
    def __call__(self, x):
        return tf.nn.conv2d(x, self.kernel, 1, "VALID") + self.bias


def conv_grouped(inputs, outputs, window, groups):
    return ConvGrouped(inputs, outputs, window, groups)
# --8<-- [end:conv_grouped]


# --8<-- [start:conv_depthwise]
# A kernel H×W×in×more; the strides are four, and both of the image the same.
class ConvDepthwise(tf.Module):
    def __init__(self, inputs, more, window, stride):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([*window, inputs, more]))
        self.bias = tf.Variable(tf.zeros(inputs * more))
        self.stride = stride

    def __call__(self, x):
        return self.bias + tf.nn.depthwise_conv2d(
            x, self.kernel, [1, *self.stride, 1], "VALID")


def conv_depthwise(inputs, more, window, stride):
    return ConvDepthwise(inputs, more, window, stride)
# --8<-- [end:conv_depthwise]


# --8<-- [start:conv_separable]
class ConvSeparable(tf.Module):
    def __init__(self, inputs, more, outputs, window):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.depthwise = tf.Variable(glorot([*window, inputs, more]))
        self.pointwise = tf.Variable(glorot([1, 1, inputs * more, outputs]))
        self.bias = tf.Variable(tf.zeros(outputs))

    def __call__(self, x):
        return self.bias + tf.nn.separable_conv2d(
            x, self.depthwise, self.pointwise, [1, 1, 1, 1], "VALID")


def conv_separable(inputs, more, outputs, window):
    return ConvSeparable(inputs, more, outputs, window)
# --8<-- [end:conv_separable]


# --8<-- [start:conv_transposed]
# A kernel H×W×out×in. The shape of the output must be said, and says what
# stays behind: `more`.
class ConvTransposed(tf.Module):
    def __init__(self, inputs, outputs, window, stride, padding, more):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([*window, outputs, inputs]))
        self.bias = tf.Variable(tf.zeros(outputs))
        self.stride, self.padding, self.more = stride, padding, more

    def __call__(self, x):
        (high, wide, outputs, _), (sh, sw) = self.kernel.shape, self.stride
        (top, bottom), (left, right) = self.padding
        rows = (x.shape[1] - 1) * sh + high - top - bottom + self.more[0]
        columns = (x.shape[2] - 1) * sw + wide - left - right + self.more[1]
        return self.bias + tf.nn.conv2d_transpose(
            x, self.kernel, [x.shape[0], rows, columns, outputs], [sh, sw],
            [[0, 0], [top, bottom], [left, right], [0, 0]])


def conv_transposed(inputs, outputs, window, stride, padding, more):
    return ConvTransposed(inputs, outputs, window, stride, padding, more)
# --8<-- [end:conv_transposed]


# --8<-- [start:conv_transposed_same]
# A kernel H×W×out×in; stride × size is left.
class ConvTransposedSame(tf.Module):
    def __init__(self, inputs, outputs, window, stride):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([*window, outputs, inputs]))
        self.bias = tf.Variable(tf.zeros(outputs))
        self.stride = stride

    def __call__(self, x):
        (n, h, w, _), (sh, sw) = x.shape, self.stride
        shape = [n, sh * h, sw * w, self.bias.shape[0]]
        return self.bias + tf.nn.conv2d_transpose(
            x, self.kernel, shape, [sh, sw], "SAME")


def conv_transposed_same(inputs, outputs, window, stride):
    return ConvTransposedSame(inputs, outputs, window, stride)
# --8<-- [end:conv_transposed_same]


# --8<-- [start:conv_1d]
# tf.nn.convolution refuses a stride and a dilation at once. tf.nn.conv1d takes
# them, but a dilated window has no gradient there on a CPU.
class Conv1D(tf.Module):
    def __init__(self, inputs, outputs, window, stride, dilation, padding):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([window, inputs, outputs]))
        self.bias = tf.Variable(tf.zeros(outputs))
        self.stride, self.dilation = stride, dilation
        self.padding = tf.constant([[0, 0], padding, [0, 0]])

    def __call__(self, x):
        return self.bias + tf.nn.convolution(
            tf.pad(x, self.padding), self.kernel, self.stride,
            dilations=self.dilation)


def conv_1d(inputs, outputs, window, stride=1, dilation=1, padding=(0, 0)):
    return Conv1D(inputs, outputs, window, stride, dilation, padding)
# --8<-- [end:conv_1d]


# --8<-- [start:conv_causal]
class ConvCausal(tf.Module):
    def __init__(self, inputs, outputs, window, dilation):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([window, inputs, outputs]))
        self.bias = tf.Variable(tf.zeros(outputs))
        self.dilation = dilation
        self.before = (window - 1) * dilation

    def __call__(self, x):
        x = tf.pad(x, [[0, 0], [self.before, 0], [0, 0]])
        return self.bias + tf.nn.convolution(
            x, self.kernel, dilations=self.dilation)


def conv_causal(inputs, outputs, window, dilation=1):
    return ConvCausal(inputs, outputs, window, dilation)
# --8<-- [end:conv_causal]


# --8<-- [start:conv_reflect]
class ConvReflect(tf.Module):
    def __init__(self, inputs, outputs, window, padding):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([*window, inputs, outputs]))
        self.bias = tf.Variable(tf.zeros(outputs))
        self.padding = tf.constant([[0, 0], *padding, [0, 0]])

    def __call__(self, x):
        x = tf.pad(x, self.padding, "REFLECT")
        return tf.nn.conv2d(x, self.kernel, 1, "VALID") + self.bias


def conv_reflect(inputs, outputs, window, padding):
    return ConvReflect(inputs, outputs, window, padding)
# --8<-- [end:conv_reflect]


# --8<-- [start:conv_circular]
# tf.pad has no such mode: rows and columns by their numbers, round and round.
class ConvCircular(tf.Module):
    def __init__(self, inputs, outputs, window, padding):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([*window, inputs, outputs]))
        self.bias = tf.Variable(tf.zeros(outputs))
        self.padding = padding

    def __call__(self, x):
        for axis, (before, behind) in enumerate(self.padding, 1):
            size = x.shape[axis]
            places = tf.range(-before, size + behind) % size
            x = tf.gather(x, places, axis=axis)
        return tf.nn.conv2d(x, self.kernel, 1, "VALID") + self.bias


def conv_circular(inputs, outputs, window, padding):
    return ConvCircular(inputs, outputs, window, padding)
# --8<-- [end:conv_circular]
