"""Dropout and noise in JAX with Flax, in training. Images N×H×W×C. A layer
draws from a stream of random numbers of its own."""

import jax.numpy as jnp
from flax import nnx


# --8<-- [start:dropout]
def dropout(rate):
    return nnx.Dropout(rate, rngs=nnx.Rngs(0))
# --8<-- [end:dropout]


# --8<-- [start:spatial_dropout]
# One number for a whole channel: its rows and columns share it.
def spatial_dropout(rate):
    return nnx.Dropout(rate, broadcast_dims=(1, 2), rngs=nnx.Rngs(0))
# --8<-- [end:spatial_dropout]


# --8<-- [start:alpha_dropout]
# By hand: what is dropped becomes SELU's least value.
class AlphaDropout(nnx.Module):
    deterministic = False  # train() and eval() set it

    def __init__(self, rate, *, rngs):
        self.rate, self.rngs = rate, rngs.dropout.fork()

    def __call__(self, x):
        if self.deterministic:
            return x
        rate, least = self.rate, -1.0507009873554805 * 1.6732632423543772
        a = ((1 - rate) * (1 + rate * least**2)) ** -0.5
        kept = self.rngs.bernoulli(1 - rate, x.shape)
        return a * (jnp.where(kept, x, least) - rate * least)


def alpha_dropout(rate):
    return AlphaDropout(rate, rngs=nnx.Rngs(0))
# --8<-- [end:alpha_dropout]


# --8<-- [start:gaussian_noise]
# By hand, and in training alone.
class GaussianNoise(nnx.Module):
    deterministic = False  # train() and eval() set it

    def __init__(self, deviation, *, rngs):
        self.deviation, self.rngs = deviation, rngs.dropout.fork()

    def __call__(self, x):
        if self.deterministic:
            return x
        return x + self.deviation * self.rngs.normal(x.shape)


def gaussian_noise(deviation):
    return GaussianNoise(deviation, rngs=nnx.Rngs(0))
# --8<-- [end:gaussian_noise]


# --8<-- [start:gaussian_dropout]
# By hand, and in training alone.
class GaussianDropout(nnx.Module):
    deterministic = False  # train() and eval() set it

    def __init__(self, rate, *, rngs):
        self.deviation = (rate / (1 - rate)) ** 0.5
        self.rngs = rngs.dropout.fork()

    def __call__(self, x):
        if self.deterministic:
            return x
        return x * (1 + self.deviation * self.rngs.normal(x.shape))


def gaussian_dropout(rate):
    return GaussianDropout(rate, rngs=nnx.Rngs(0))
# --8<-- [end:gaussian_dropout]
