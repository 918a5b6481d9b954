"""Rates in Keras: of a step, counted from 0, what an optimiser takes for its
rate."""

import keras


# --8<-- [start:step_decay]
def step_decay(rate, every, factor):
    return keras.optimizers.schedules.ExponentialDecay(
        rate, every, factor, staircase=True
    )
# --8<-- [end:step_decay]


# --8<-- [start:exponential_decay]
def exponential_decay(rate, every, factor, stairs=False):
    return keras.optimizers.schedules.ExponentialDecay(
        rate, every, factor, staircase=stairs
    )
# --8<-- [end:exponential_decay]


# --8<-- [start:inverse_time_decay]
def inverse_time_decay(rate, every, factor):
    return keras.optimizers.schedules.InverseTimeDecay(rate, every, factor)
# --8<-- [end:inverse_time_decay]


# --8<-- [start:cosine_decay]
# alpha is a share of the rate, not a rate.
def cosine_decay(rate, steps, least=0.0):
    return keras.optimizers.schedules.CosineDecay(
        rate, steps, alpha=least / rate
    )
# --8<-- [end:cosine_decay]


# --8<-- [start:cosine_warmup]
# decay_steps are those after the warm-up.
def cosine_warmup(rate, warmup, steps, first):
    return keras.optimizers.schedules.CosineDecay(
        first, steps - warmup, warmup_target=rate, warmup_steps=warmup
    )
# --8<-- [end:cosine_warmup]


# --8<-- [start:piecewise]
# The step at the edge has the old rate still.
def piecewise(rates, edges):
    return keras.optimizers.schedules.PiecewiseConstantDecay(edges, rates)
# --8<-- [end:piecewise]


# --8<-- [start:polynomial_decay]
def polynomial_decay(rate, steps, last=1e-4, power=1.0):
    return keras.optimizers.schedules.PolynomialDecay(
        rate, steps, last, power
    )
# --8<-- [end:polynomial_decay]
