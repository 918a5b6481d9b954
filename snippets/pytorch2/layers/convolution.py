"""Convolutions in PyTorch. Images N×C×H×W, kernels out×in×H×W."""

from torch import nn


# --8<-- [start:conv_2d]
def conv_2d(inputs, outputs, window, stride=1, dilation=1, padding=0):
    if padding:  # as many before as behind
        (top, bottom), (left, right) = padding
        assert (top, left) == (bottom, right)
        padding = top, left
    return nn.Conv2d(inputs, outputs, window, stride, padding, dilation)
# --8<-- [end:conv_2d]


# --8<-- [start:conv_same]
# padding="same" refuses a stride. What TensorFlow pads hangs on the image:
# of an odd number of zeros one more behind.
def conv_same(inputs, outputs, window, image, stride):
    before_behind = []
    for size, w, s in zip(image, window, stride):
        zeros = max((-(-size // s) - 1) * s + w - size, 0)
        before_behind.append((zeros // 2, zeros - zeros // 2))
    (top, bottom), (left, right) = before_behind
    return nn.Sequential(
        nn.ZeroPad2d((left, right, top, bottom)),
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
    cut = []
    for w, s in zip(window[::-1], stride[::-1]):
        rest = max(w - s, 0)
        cut += [-(rest // 2), -(rest - rest // 2)]
    return nn.Sequential(
        nn.ConvTranspose2d(inputs, outputs, window, stride),
        nn.ZeroPad2d(cut),  # less than none
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
    return nn.Sequential(
        nn.ConstantPad1d(((window - 1) * dilation, 0), 0.0),
        nn.Conv1d(inputs, outputs, window, dilation=dilation),
    )
# --8<-- [end:conv_causal]


# --8<-- [start:conv_reflect]
def conv_reflect(inputs, outputs, window, padding):
    before = [before for before, behind in padding]
    return nn.Conv2d(
        inputs, outputs, window, padding=before, padding_mode="reflect"
    )
# --8<-- [end:conv_reflect]


# --8<-- [start:conv_circular]
def conv_circular(inputs, outputs, window, padding):
    before = [before for before, behind in padding]
    return nn.Conv2d(
        inputs, outputs, window, padding=before, padding_mode="circular"
    )
# --8<-- [end:conv_circular]
