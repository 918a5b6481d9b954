"""Convolutions in NumPy: what the frameworks' are compared with.

Images are N×H×W×C, kernels H×W×in×out. Whatever dtype comes in, complex too,
goes through: that is how the gradients are made.
"""

import numpy as np


def padded(x, padding, mode="constant"):
    """N×H×W×C with [[before, after], [before, after]] more rows, columns."""
    return np.pad(x, [(0, 0), *map(tuple, padding), (0, 0)], mode)


def same(size, window, stride, dilation=1):
    """What TensorFlow's SAME pads: as many as the last window needs, and of
    an odd number one more behind.
    https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2"""
    reach = (window - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return [total // 2, total - total // 2]


# --8<-- [start:conv_2d]
# y[n, i, j, o] = b[o] + Σ x[n, s·i + d·k, s·j + d·l, c] w[k, l, c, o],
# Dumoulin and Visin, "A guide to convolution arithmetic", arXiv:1603.07285.
def conv_2d(x, kernel, bias, stride, dilation, padding, groups=1,
            mode="constant"):
    x = padded(x, padding, mode)
    high, wide, _, out = kernel.shape
    (sh, sw), (dh, dw) = stride, dilation
    rows = (x.shape[1] - dh * (high - 1) - 1) // sh + 1
    columns = (x.shape[2] - dw * (wide - 1) - 1) // sw + 1
    y = 0
    for k, m in np.ndindex(high, wide):
        top, left = k * dh, m * dw
        window = x[:, top:top + sh * rows:sh, left:left + sw * columns:sw]
        parts = np.split(window, groups, axis=3)
        kernels = np.split(kernel[k, m], groups, axis=1)
        y = y + np.concatenate([p @ w for p, w in zip(parts, kernels)], 3)
    return y + bias
# --8<-- [end:conv_2d]


# --8<-- [start:conv_same]
# `by_window`: an odd zero stands before where the window is odd, CNTK's.
def conv_same(x, kernel, bias, stride, before_first=False, by_window=False):
    padding = [
        same(size, window, step)[
            :: -1 if before_first or (by_window and window % 2) else 1]
        for size, window, step in zip(x.shape[1:3], kernel.shape, stride)
    ]
    return conv_2d(x, kernel, bias, stride, [1, 1], padding)
# --8<-- [end:conv_same]


# --8<-- [start:conv_grouped]
# Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep
# convolutional neural networks", 2012: each group reads its own channels.
def conv_grouped(x, kernel, bias, groups):
    return conv_2d(x, kernel, bias, [1, 1], [1, 1], [[0, 0]] * 2, groups)
# --8<-- [end:conv_grouped]


# --8<-- [start:conv_depthwise]
# Kernel H×W×C×m: channel c of the input makes the m channels c·m … of the
# output. Chollet, "Xception", arXiv:1610.02357.
def conv_depthwise(x, kernel, bias, stride, interleaved=False):
    high, wide, channels, more = kernel.shape
    flat = kernel.reshape(high, wide, 1, channels * more)
    y = conv_2d(x, flat, 0, stride, [1, 1], [[0, 0]] * 2, channels)
    if interleaved:
        y = y.reshape(*y.shape[:3], channels, more).swapaxes(3, 4)
        y = y.reshape(*y.shape[:3], channels * more)
    return y + bias
# --8<-- [end:conv_depthwise]


# --8<-- [start:conv_separable]
def conv_separable(x, depthwise, pointwise, bias):
    y = conv_depthwise(x, depthwise, 0, [1, 1])
    return y @ pointwise[0, 0] + bias
# --8<-- [end:conv_separable]


# --8<-- [start:conv_transposed]
# The way back of a convolution by its input: each pixel adds its kernel to
# the output, stride apart; then `padding` is cut from the two ends, and
# `more` zeros stay behind. Kernel H×W×in×out. Dumoulin and Visin, chapter 4.
def conv_transposed(x, kernel, bias, stride, padding, more=(0, 0),
                    flipped=False):
    if flipped:
        kernel = kernel[::-1, ::-1]
    high, wide, _, out = kernel.shape
    n, rows, columns, _ = x.shape
    (sh, sw), (mh, mw) = stride, more
    y = np.zeros((n, (rows - 1) * sh + high + mh,
                  (columns - 1) * sw + wide + mw, out),
                 np.result_type(x, kernel))
    for k, m in np.ndindex(high, wide):
        y[:, k:k + rows * sh:sh, m:m + columns * sw:sw] += x @ kernel[k, m]
    (top, bottom), (left, right) = padding
    y = y[:, top:y.shape[1] - bottom, left:y.shape[2] - right]
    return y + bias
# --8<-- [end:conv_transposed]


# --8<-- [start:conv_transposed_same]
# Of TensorFlow and Keras: the output is stride times as large, and what is
# cut is what SAME would pad on the way there.
def conv_transposed_same(x, kernel, bias, stride):
    sizes = [size * step for size, step in zip(x.shape[1:3], stride)]
    cut = [
        same(size, window, step)
        for size, window, step in zip(sizes, kernel.shape, stride)
    ]
    # A stride above the window leaves zeros behind that no window reaches.
    more = [max(step - window, 0)
            for step, window in zip(stride, kernel.shape)]
    return conv_transposed(x, kernel, bias, stride, cut, more)
# --8<-- [end:conv_transposed_same]


# --8<-- [start:conv_1d]
def conv_1d(x, kernel, bias, stride, dilation, padding):
    y = conv_2d(x[:, None], kernel[None], bias, [1, stride], [1, dilation],
                [[0, 0], padding])
    return y[:, 0]
# --8<-- [end:conv_1d]


# --8<-- [start:conv_causal]
# Output t sees inputs 0 … t alone: van den Oord et al., "WaveNet",
# arXiv:1609.03499.
def conv_causal(x, kernel, bias, dilation):
    before = (len(kernel) - 1) * dilation
    return conv_1d(x, kernel, bias, 1, dilation, [before, 0])
# --8<-- [end:conv_causal]


# --8<-- [start:conv_reflect]
def conv_reflect(x, kernel, bias, padding):
    return conv_2d(x, kernel, bias, [1, 1], [1, 1], padding, mode="reflect")
# --8<-- [end:conv_reflect]


# --8<-- [start:conv_circular]
def conv_circular(x, kernel, bias, padding):
    return conv_2d(x, kernel, bias, [1, 1], [1, 1], padding, mode="wrap")
# --8<-- [end:conv_circular]
