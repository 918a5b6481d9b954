"""Dropout and its relatives in NumPy: what the frameworks' are compared with.

Masks are random numbers, which no two libraries share. What they must have in
common is said of an image of ones: the mean of what comes out, its standard
deviation, the share of zeros, and the share of channels that are zero from
edge to edge.
"""

import numpy as np


# --8<-- [start:dropout]
# Srivastava et al., 2014. `rate` is dropped, and what stays is scaled in
# training, so that prediction needs nothing.
def dropout(rate):
    return 1, np.sqrt(rate / (1 - rate)), rate, 0
# --8<-- [end:dropout]


# --8<-- [start:spatial_dropout]
# Tompson et al., arXiv:1411.4280: whole channels.
def spatial_dropout(rate):
    return 1, np.sqrt(rate / (1 - rate)), rate, rate
# --8<-- [end:spatial_dropout]


# --8<-- [start:alpha_dropout]
# Klambauer et al., arXiv:1706.02515: what is dropped becomes SELU's least
# value, and all is scaled so that mean 0 and variance 1 stay.
def alpha_dropout(rate):
    least = -1.0507009873554805 * 1.6732632423543772
    a = 1 / np.sqrt((1 - rate) * (1 + rate * least**2))
    b = -a * rate * least
    kept, dropped = a + b, a * least + b
    mean = (1 - rate) * kept + rate * dropped
    return mean, (kept - dropped) * np.sqrt(rate * (1 - rate)), 0, 0
# --8<-- [end:alpha_dropout]


# --8<-- [start:gaussian_noise]
# Added.
def gaussian_noise(deviation):
    return 1, deviation, 0, 0
# --8<-- [end:gaussian_noise]


# --8<-- [start:gaussian_dropout]
# Srivastava et al., section 10: multiplied by a number around 1.
def gaussian_dropout(rate):
    return 1, np.sqrt(rate / (1 - rate)), 0, 0
# --8<-- [end:gaussian_dropout]
