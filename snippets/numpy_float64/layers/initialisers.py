"""Initial weights in NumPy: what the frameworks' are compared with.

Each returns what the drawn numbers must have: the standard deviation, and the
largest magnitude, infinite for a normal distribution that is not cut.
"""

import numpy as np

# A normal distribution cut at two standard deviations has this one.
CUT = 0.87962566103423978


def fans(shape, groups=1, transposed=False):
    """Of a kernel (…, in / groups, out): the inputs that an output reads, and
    the outputs that an input reaches; a transposed kernel's ends change
    places."""
    window = np.prod(shape[:-2])
    inputs, outputs = window * shape[-2], window * shape[-1] / groups
    return (outputs, inputs) if transposed else (inputs, outputs)


# --8<-- [start:glorot_uniform]
# Glorot and Bengio, 2010.
def glorot_uniform(shape):
    bound = np.sqrt(6 / sum(fans(shape)))
    return bound / np.sqrt(3), bound
# --8<-- [end:glorot_uniform]


# --8<-- [start:glorot_normal]
# Cut at twice what is drawn, and drawn wider so that what is left has the
# paper's deviation (`widened`); cut and not widened; or not cut.
def glorot_normal(shape, cut, widened):
    return normal(np.sqrt(2 / sum(fans(shape))), cut, widened)
# --8<-- [end:glorot_normal]


def normal(deviation, cut, widened):
    if not cut:
        return deviation, np.inf
    drawn = deviation / CUT if widened else deviation
    return drawn * CUT, 2 * drawn


# --8<-- [start:he_uniform]
# He et al., arXiv:1502.01852.
def he_uniform(shape):
    bound = np.sqrt(6 / fans(shape)[0])
    return bound / np.sqrt(3), bound
# --8<-- [end:he_uniform]


# --8<-- [start:he_normal]
def he_normal(shape, cut, widened):
    return normal(np.sqrt(2 / fans(shape)[0]), cut, widened)
# --8<-- [end:he_normal]


# --8<-- [start:lecun_normal]
# LeCun et al., "Efficient backprop", 1998.
def lecun_normal(shape, cut, widened):
    return normal(np.sqrt(1 / fans(shape)[0]), cut, widened)
# --8<-- [end:lecun_normal]


# --8<-- [start:truncated_normal]
# At two standard deviations of what is drawn, or at −2 and 2 themselves
# (`absolute`), which cuts nothing where the deviation is small.
def truncated_normal(shape, deviation, absolute):
    if absolute and deviation < 0.3:
        return deviation, 2.0
    return normal(deviation, True, False)
# --8<-- [end:truncated_normal]


# --8<-- [start:orthogonal]
# Saxe, McClelland, Ganguli, arXiv:1312.6120: the deviation of an entry of a
# matrix whose columns (or rows) are of length `gain` and at right angles.
def orthogonal(shape, gain):
    return gain / np.sqrt(max(np.prod(shape[:-1]), shape[-1])), np.inf
# --8<-- [end:orthogonal]


# --8<-- [start:glorot_grouped]
# A kernel of a grouped convolution: does the fan out count the group's
# outputs alone?
def glorot_grouped(shape, groups, whole):
    bound = np.sqrt(6 / sum(fans(shape, 1 if whole else groups)))
    return bound / np.sqrt(3), bound
# --8<-- [end:glorot_grouped]


# --8<-- [start:he_transposed]
# A transposed convolution: which end is in?
def he_transposed(shape, swapped):
    bound = np.sqrt(6 / fans(shape, transposed=swapped)[0])
    return bound / np.sqrt(3), bound
# --8<-- [end:he_transposed]
