"""Convolutions in MLX. Images N×H×W×C, kernels out×H×W×in."""

import mlx.core as mx
import mlx.nn as nn


# --8<-- [start:conv_2d]
def conv_2d(inputs, outputs, window, stride=1, dilation=1, padding=0):
    if padding:  # as many before as behind
        (top, bottom), (left, right) = padding
        assert (top, left) == (bottom, right)
        padding = top, left
    return nn.Conv2d(inputs, outputs, window, stride, padding, dilation)
# --8<-- [end:conv_2d]


# --8<-- [start:conv_same]
# There is no "same". What TensorFlow pads hangs on the image: of an odd
# number of zeros one more behind.
def conv_same(inputs, outputs, window, image, stride):
    spread = [(0, 0)]
    for size, w, s in zip(image, window, stride):
        zeros = max((-(-size // s) - 1) * s + w - size, 0)
        spread.append((zeros // 2, zeros - zeros // 2))
    spread.append((0, 0))
    return nn.Sequential(
        lambda x: mx.pad(x, spread),
        nn.Conv2d(inputs, outputs, window, stride),
    )
# --8<-- [end:conv_same]


# --8<-- [start:conv_grouped]
def conv_grouped(inputs, outputs, window, groups=1):
    return nn.Conv2d(inputs, outputs, window, groups=groups)
# --8<-- [end:conv_grouped]


# --8<-- [start:conv_depthwise]
# As many groups as channels; `more` outputs of each.
def conv_depthwise(inputs, more, window, stride=1):
    return nn.Conv2d(inputs, inputs * more, window, stride, groups=inputs)
# --8<-- [end:conv_depthwise]


# --8<-- [start:conv_separable]
def conv_separable(inputs, more, outputs, window):
    return nn.Sequential(
        nn.Conv2d(inputs, inputs * more, window, groups=inputs, bias=False),
        nn.Conv2d(inputs * more, outputs, 1),
    )
# --8<-- [end:conv_separable]


# --8<-- [start:conv_transposed]
# The kernel is out×H×W×in here too. No groups.
def conv_transposed(inputs, outputs, window, stride=1, padding=0, more=0):
    if padding:  # cut from the output, as many before as behind
        padding = [before for before, behind in padding]
    return nn.ConvTranspose2d(
        inputs, outputs, window, stride, padding, output_padding=more
    )
# --8<-- [end:conv_transposed]


# --8<-- [start:conv_transposed_same]
# Cut from the whole output what TensorFlow cuts: stride × size is left.
def conv_transposed_same(inputs, outputs, window, image, stride):
    rows, columns = (
        slice(cut, cut + size * s)
        for size, w, s in zip(image, window, stride)
        for cut in [max(w - s, 0) // 2]
    )
    return nn.Sequential(
        nn.ConvTranspose2d(inputs, outputs, window, stride),
        lambda y: y[:, rows, columns],
    )
# --8<-- [end:conv_transposed_same]


# --8<-- [start:conv_1d]
def conv_1d(inputs, outputs, window, stride=1, dilation=1, padding=(0, 0)):
    before, behind = padding
    assert before == behind
    return nn.Conv1d(inputs, outputs, window, stride, before, dilation)
# --8<-- [end:conv_1d]


# --8<-- [start:conv_causal]
def conv_causal(inputs, outputs, window, dilation=1):
    before = (window - 1) * dilation
    return nn.Sequential(
        lambda x: mx.pad(x, [(0, 0), (before, 0), (0, 0)]),
        nn.Conv1d(inputs, outputs, window, dilation=dilation),
    )
# --8<-- [end:conv_causal]


# --8<-- [start:conv_reflect]
# A convolution itself pads zeros alone.
def conv_reflect(inputs, outputs, window, padding):
    spread = [(0, 0), *padding, (0, 0)]
    return nn.Sequential(
        lambda x: mx.pad(x, spread, "reflect"),
        nn.Conv2d(inputs, outputs, window),
    )
# --8<-- [end:conv_reflect]


# --8<-- [start:conv_circular]
# mx.pad has no mode for it: the pixels are picked by their places.
def conv_circular(inputs, outputs, window, padding):
    def wrap(x):
        for axis, (before, behind) in enumerate(padding, 1):
            n = x.shape[axis]
            x = mx.take(x, mx.arange(-before, n + behind) % n, axis)
        return x

    return nn.Sequential(wrap, nn.Conv2d(inputs, outputs, window))
# --8<-- [end:conv_circular]
