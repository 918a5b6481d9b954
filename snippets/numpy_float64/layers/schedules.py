"""Rates in NumPy: of step t, from 0, what each schedule gives."""

import numpy as np


# --8<-- [start:step_decay]
def step_decay(t, rate, every, factor):
    return rate * factor ** (t // every)
# --8<-- [end:step_decay]


# --8<-- [start:exponential_decay]
# `stairs`: the exponent is whole.
def exponential_decay(t, rate, every, factor, stairs):
    exponent = t // every if stairs else t / every
    return rate * factor**exponent
# --8<-- [end:exponential_decay]


# --8<-- [start:inverse_time_decay]
def inverse_time_decay(t, rate, every, factor):
    return rate / (1 + factor * t / every)
# --8<-- [end:inverse_time_decay]


# --8<-- [start:cosine_decay]
# Loshchilov and Hutter, arXiv:1608.03983, without restarts, down to `least`.
def cosine_decay(t, rate, steps, least):
    share = np.minimum(t, steps) / steps
    return least + (rate - least) * (1 + np.cos(np.pi * share)) / 2
# --8<-- [end:cosine_decay]


# --8<-- [start:cosine_warmup]
# Goyal et al., arXiv:1706.02677: a straight line up first.
def cosine_warmup(t, rate, warmup, steps, first):
    up = first + (rate - first) * t / warmup
    down = cosine_decay(t - warmup, rate, steps - warmup, 0)
    return np.where(t < warmup, up, down)
# --8<-- [end:cosine_warmup]


# --8<-- [start:piecewise]
# `edges` begin a new rate: the step at the edge has it already, or not yet.
def piecewise(t, rates, edges, at_once):
    side = "right" if at_once else "left"
    return np.asarray(rates)[np.searchsorted(edges, t, side)]
# --8<-- [end:piecewise]


# --8<-- [start:polynomial_decay]
def polynomial_decay(t, rate, steps, last, power):
    left = 1 - np.minimum(t, steps) / steps
    return last + (rate - last) * left**power
# --8<-- [end:polynomial_decay]
