"""Initial weights in JAX with Flax: of a random key and a kernel's shape
(…, in, out), numbers."""

from flax import nnx


# --8<-- [start:glorot_uniform]
def glorot_uniform():
    return nnx.initializers.glorot_uniform()
# --8<-- [end:glorot_uniform]


# --8<-- [start:glorot_normal]
# Cut at two deviations, and drawn wider for it: so are the next two.
def glorot_normal():
    return nnx.initializers.glorot_normal()
# --8<-- [end:glorot_normal]


# --8<-- [start:he_uniform]
def he_uniform():
    return nnx.initializers.he_uniform()
# --8<-- [end:he_uniform]


# --8<-- [start:he_normal]
def he_normal():
    return nnx.initializers.he_normal()
# --8<-- [end:he_normal]


# --8<-- [start:lecun_normal]
# What nnx.Conv and nnx.Linear draw unless told.
def lecun_normal():
    return nnx.initializers.lecun_normal()
# --8<-- [end:lecun_normal]


# --8<-- [start:truncated_normal]
# Cut at two deviations, and not drawn wider for it.
def truncated_normal(deviation=0.01):
    return nnx.initializers.truncated_normal(deviation)
# --8<-- [end:truncated_normal]


# --8<-- [start:orthogonal]
def orthogonal(gain=1.0):
    return nnx.initializers.orthogonal(gain)
# --8<-- [end:orthogonal]


# --8<-- [start:glorot_grouped]
# The fan out counts the outputs of all groups.
def glorot_grouped(groups):
    return nnx.initializers.glorot_uniform()
# --8<-- [end:glorot_grouped]


# --8<-- [start:he_transposed]
# nnx.ConvTranspose's kernel is H×W×in×out as another's; with
# transpose_kernel=True it is not: in_axis=-1, out_axis=-2.
def he_transposed():
    return nnx.initializers.he_uniform()
# --8<-- [end:he_transposed]
