"""Rates in JAX: of a step, counted from 0, a function that an optimiser of
optax' takes for its rate."""

from itertools import pairwise

import optax


# --8<-- [start:step_decay]
def step_decay(rate, every, factor):
    return optax.exponential_decay(rate, every, factor, staircase=True)
# --8<-- [end:step_decay]


# --8<-- [start:exponential_decay]
def exponential_decay(rate, every, factor, stairs=False):
    return optax.exponential_decay(rate, every, factor, staircase=stairs)
# --8<-- [end:exponential_decay]


# --8<-- [start:inverse_time_decay]
# By hand: any function of the step is a schedule.
def inverse_time_decay(rate, every, factor):
    return lambda t: rate / (1 + factor * t / every)
# --8<-- [end:inverse_time_decay]


# --8<-- [start:cosine_decay]
# alpha is a share of the rate, not a rate.
def cosine_decay(rate, steps, least=0.0):
    return optax.cosine_decay_schedule(rate, steps, alpha=least / rate)
# --8<-- [end:cosine_decay]


# --8<-- [start:cosine_warmup]
# decay_steps counts those of the warm-up too.
def cosine_warmup(rate, warmup, steps, first):
    return optax.warmup_cosine_decay_schedule(
        first, rate, warmup_steps=warmup, decay_steps=steps
    )
# --8<-- [end:cosine_warmup]


# --8<-- [start:piecewise]
# Factors, not rates. The step at the edge has the new rate already.
def piecewise(rates, edges):
    factors = [after / before for before, after in pairwise(rates)]
    return optax.piecewise_constant_schedule(
        rates[0], dict(zip(edges, factors))
    )
# --8<-- [end:piecewise]


# --8<-- [start:polynomial_decay]
def polynomial_decay(rate, steps, last, power):
    return optax.polynomial_schedule(rate, last, power, steps)
# --8<-- [end:polynomial_decay]
