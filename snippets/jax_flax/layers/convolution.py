"""Convolutions in JAX with Flax. Images N×H×W×C, kernels H×W×in×out."""

from flax import nnx


# --8<-- [start:conv_2d]
# Pads SAME unless told. A pair must be a tuple, not a list.
def conv_2d(inputs, outputs, window, stride=1, dilation=1, padding="SAME"):
    if padding != "SAME":
        padding = [(before, behind) for before, behind in padding]
    return nnx.Conv(
        inputs, outputs, window, stride, padding=padding,
        kernel_dilation=dilation, rngs=nnx.Rngs(0),
    )
# --8<-- [end:conv_2d]


# --8<-- [start:conv_same]
# As TensorFlow's: of an odd number of zeros one more behind.
def conv_same(inputs, outputs, window, stride=1):
    return nnx.Conv(
        inputs, outputs, window, stride, padding="SAME", rngs=nnx.Rngs(0)
    )
# --8<-- [end:conv_same]


# --8<-- [start:conv_grouped]
def conv_grouped(inputs, outputs, window, groups=1):
    return nnx.Conv(
        inputs, outputs, window, padding="VALID",
        feature_group_count=groups, rngs=nnx.Rngs(0),
    )
# --8<-- [end:conv_grouped]


# --8<-- [start:conv_depthwise]
# As many groups as channels; `more` outputs of each.
def conv_depthwise(inputs, more, window, stride=1):
    return nnx.Conv(
        inputs, inputs * more, window, stride, padding="VALID",
        feature_group_count=inputs, rngs=nnx.Rngs(0),
    )
# --8<-- [end:conv_depthwise]


# --8<-- [start:conv_separable]
def conv_separable(inputs, more, outputs, window):
    rngs = nnx.Rngs(0)
    return nnx.Sequential(
        nnx.Conv(
            inputs, inputs * more, window, padding="VALID",
            feature_group_count=inputs, use_bias=False, rngs=rngs,
        ),
        nnx.Conv(inputs * more, outputs, (1, 1), rngs=rngs),
    )
# --8<-- [end:conv_separable]


# --8<-- [start:conv_transposed]
# The padding is that of the input, its pixels spread apart: not what is cut
# from the output. The kernel lies turned round by 180°, unless
# transpose_kernel=True, which swaps in and out too.
def conv_transposed(inputs, outputs, window, stride, padding, more):
    around = [
        (w - 1 - before, w - 1 - behind + extra)
        for w, (before, behind), extra in zip(window, padding, more)
    ]
    return nnx.ConvTranspose(
        inputs, outputs, window, stride, padding=around, rngs=nnx.Rngs(0)
    )
# --8<-- [end:conv_transposed]


# --8<-- [start:conv_transposed_same]
# stride × size is left. The kernel lies turned round by 180°.
def conv_transposed_same(inputs, outputs, window, stride=1):
    return nnx.ConvTranspose(
        inputs, outputs, window, stride, padding="SAME", rngs=nnx.Rngs(0)
    )
# --8<-- [end:conv_transposed_same]


# --8<-- [start:conv_1d]
def conv_1d(inputs, outputs, window, stride=1, dilation=1, padding="SAME"):
    if padding != "SAME":
        padding = [tuple(padding)]
    return nnx.Conv(
        inputs, outputs, window, stride, padding=padding,
        kernel_dilation=dilation, rngs=nnx.Rngs(0),
    )
# --8<-- [end:conv_1d]


# --8<-- [start:conv_causal]
def conv_causal(inputs, outputs, window, dilation=1):
    return nnx.Conv(
        inputs, outputs, window, padding="CAUSAL", kernel_dilation=dilation,
        rngs=nnx.Rngs(0),
    )
# --8<-- [end:conv_causal]


# --8<-- [start:conv_reflect]
# As much as keeps the image's size; of an even window one more behind.
def conv_reflect(inputs, outputs, window):
    return nnx.Conv(
        inputs, outputs, window, padding="REFLECT", rngs=nnx.Rngs(0)
    )
# --8<-- [end:conv_reflect]


# --8<-- [start:conv_circular]
# As much as keeps the image's size; of an even window one more behind.
def conv_circular(inputs, outputs, window):
    return nnx.Conv(
        inputs, outputs, window, padding="CIRCULAR", rngs=nnx.Rngs(0)
    )
# --8<-- [end:conv_circular]
