"""Rates in PyTorch: a scheduler of an optimiser."""

import math

from torch.optim import lr_scheduler


def begin(optimizer, rate):
    """The rate that the optimiser is made with."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    return optimizer


# --8<-- [start:step_decay]
def step_decay(optimizer, rate, every, factor=0.1):
    return lr_scheduler.StepLR(begin(optimizer, rate), every, factor)
# --8<-- [end:step_decay]


# --8<-- [start:exponential_decay]
# gamma is the factor of one step.
def exponential_decay(optimizer, rate, every, factor):
    return lr_scheduler.ExponentialLR(
        begin(optimizer, rate), factor ** (1 / every)
    )
# --8<-- [end:exponential_decay]


# --8<-- [start:inverse_time_decay]
def inverse_time_decay(optimizer, rate, every, factor):
    return lr_scheduler.LambdaLR(
        begin(optimizer, rate), lambda t: 1 / (1 + factor * t / every)
    )
# --8<-- [end:inverse_time_decay]


# --8<-- [start:cosine_decay]
# Beyond T_max CosineAnnealingLR climbs again: stop there.
def cosine_decay(optimizer, rate, steps, least=0.0):
    return lr_scheduler.SequentialLR(
        begin(optimizer, rate),
        [
            lr_scheduler.CosineAnnealingLR(optimizer, steps, least),
            lr_scheduler.ConstantLR(optimizer, least / rate, 10**9),
        ],
        [steps],
    )
# --8<-- [end:cosine_decay]


# --8<-- [start:cosine_warmup]
def cosine_warmup(optimizer, rate, warmup, steps, first):
    def factor(t):
        if t < warmup:
            return (first + (rate - first) * t / warmup) / rate
        share = min(t - warmup, steps - warmup) / (steps - warmup)
        return (1 + math.cos(math.pi * share)) / 2

    return lr_scheduler.LambdaLR(begin(optimizer, rate), factor)
# --8<-- [end:cosine_warmup]


# --8<-- [start:piecewise]
# The step at the edge has the new rate already.
def piecewise(optimizer, rates, edges):
    def factor(t):
        return rates[sum(t >= edge for edge in edges)] / rates[0]

    return lr_scheduler.LambdaLR(begin(optimizer, rates[0]), factor)
# --8<-- [end:piecewise]


# --8<-- [start:polynomial_decay]
# PolynomialLR ends at zero.
def polynomial_decay(optimizer, rate, steps, last, power):
    def factor(t):
        left = 1 - min(t, steps) / steps
        return (last + (rate - last) * left**power) / rate

    return lr_scheduler.LambdaLR(begin(optimizer, rate), factor)
# --8<-- [end:polynomial_decay]
