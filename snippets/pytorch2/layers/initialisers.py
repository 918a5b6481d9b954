"""Initial weights in PyTorch: what draws into a kernel out×in×…"""

from torch.nn import init


# --8<-- [start:glorot_uniform]
def glorot_uniform():
    return init.xavier_uniform_
# --8<-- [end:glorot_uniform]


# --8<-- [start:glorot_normal]
def glorot_normal():
    return init.xavier_normal_  # not cut
# --8<-- [end:glorot_normal]


# --8<-- [start:he_uniform]
# Without nonlinearity="relu" it is that of leaky ReLU with slope a = 0: the
# same. nn.Conv2d itself draws with a = √5.
def he_uniform():
    return lambda kernel: init.kaiming_uniform_(kernel, nonlinearity="relu")
# --8<-- [end:he_uniform]


# --8<-- [start:he_normal]
def he_normal():
    return lambda kernel: init.kaiming_normal_(kernel, nonlinearity="relu")
# --8<-- [end:he_normal]


# --8<-- [start:lecun_normal]
def lecun_normal():
    return lambda kernel: init.kaiming_normal_(kernel, nonlinearity="linear")
# --8<-- [end:lecun_normal]


# --8<-- [start:truncated_normal]
# a and b are −2 and 2 themselves, not standard deviations, unless told.
def truncated_normal(deviation, absolute=True):
    cut = 2 if absolute else 2 * deviation
    return lambda kernel: init.trunc_normal_(
        kernel, std=deviation, a=-cut, b=cut
    )
# --8<-- [end:truncated_normal]


# --8<-- [start:orthogonal]
def orthogonal(gain=1.0):
    return lambda kernel: init.orthogonal_(kernel, gain)
# --8<-- [end:orthogonal]


# --8<-- [start:glorot_grouped]
# The fan out counts the outputs of all groups.
def glorot_grouped(groups):
    return init.xavier_uniform_
# --8<-- [end:glorot_grouped]


# --8<-- [start:he_transposed]
# A transposed kernel is in×out×H×W, and its fan in is taken for out's.
def he_transposed():
    return lambda kernel: init.kaiming_uniform_(
        kernel.transpose(0, 1), nonlinearity="relu"
    )
# --8<-- [end:he_transposed]
