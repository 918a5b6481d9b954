"""Rates in MLX: of a step, counted from 0, a function that an optimiser takes
for its rate."""

import mlx.core as mx
import mlx.optimizers as optim


# --8<-- [start:step_decay]
def step_decay(rate, every, factor):
    return optim.step_decay(rate, factor, every)
# --8<-- [end:step_decay]


# --8<-- [start:exponential_decay]
# decay_rate is the factor of one step.
def exponential_decay(rate, every, factor):
    return optim.exponential_decay(rate, factor ** (1 / every))
# --8<-- [end:exponential_decay]


# --8<-- [start:inverse_time_decay]
# By hand: any function of the step is a schedule.
def inverse_time_decay(rate, every, factor):
    return lambda step: rate / (1 + factor * step / every)
# --8<-- [end:inverse_time_decay]


# --8<-- [start:cosine_decay]
def cosine_decay(rate, steps, least=0.0):
    return optim.cosine_decay(rate, steps, least)
# --8<-- [end:cosine_decay]


# --8<-- [start:cosine_warmup]
# Each schedule counts from the step at which it begins.
def cosine_warmup(rate, warmup, steps, first):
    return optim.join_schedules(
        [
            optim.linear_schedule(first, rate, warmup),
            optim.cosine_decay(rate, steps - warmup),
        ],
        [warmup],
    )
# --8<-- [end:cosine_warmup]


# --8<-- [start:piecewise]
# The step at the edge has the new rate already.
def piecewise(rates, edges):
    return optim.join_schedules(
        [lambda step, rate=rate: rate for rate in rates], edges
    )
# --8<-- [end:piecewise]


# --8<-- [start:polynomial_decay]
# By hand. Steps are unsigned: below 0 they would be very large.
def polynomial_decay(rate, steps, last, power):
    def schedule(step):
        left = 1 - mx.minimum(step, steps) / steps
        return last + (rate - last) * left**power

    return schedule
# --8<-- [end:polynomial_decay]
