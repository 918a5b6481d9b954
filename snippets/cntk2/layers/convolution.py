"""Convolutions in CNTK 2.7. Images C×H×W."""

import cntk as C


# --8<-- [start:conv_same]
# pad=True adds as many zeros as TensorFlow's "same"; an odd one stands before
# where the window is odd, behind where it is even.
def conv_same(outputs, window, stride):
    return C.layers.Convolution(
        tuple(window), outputs, strides=tuple(stride), pad=True)
# --8<-- [end:conv_same]


# --8<-- [start:conv_transposed]
# With pad=True it cuts by a rule of its own: cut by hand.
def conv_transposed(outputs, window, stride, padding, more):
    (top, bottom), (left, right) = padding
    whole = C.layers.ConvolutionTranspose(
        tuple(window), outputs, strides=tuple(stride), pad=False)

    def call(x):
        y = whole(x)
        _, h, w = y.shape
        return y[:, top:h - bottom + more[0], left:w - right + more[1]]

    return call
# --8<-- [end:conv_transposed]
