"""Dropout and noise in MLX, in training. Images N×H×W×C."""

import mlx.core as mx
import mlx.nn as nn


# --8<-- [start:dropout]
def dropout(rate=0.5):
    return nn.Dropout(rate)
# --8<-- [end:dropout]


# --8<-- [start:spatial_dropout]
def spatial_dropout(rate=0.5):
    return nn.Dropout2d(rate)
# --8<-- [end:spatial_dropout]


# --8<-- [start:alpha_dropout]
# By hand: what is dropped becomes SELU's least value.
class AlphaDropout(nn.Module):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def __call__(self, x):
        if not self.training:
            return x
        rate, least = self.rate, -1.0507009873554805 * 1.6732632423543772
        a = ((1 - rate) * (1 + rate * least**2)) ** -0.5
        kept = mx.random.bernoulli(1 - rate, x.shape)
        return a * (mx.where(kept, x, least) - rate * least)


def alpha_dropout(rate):
    return AlphaDropout(rate)
# --8<-- [end:alpha_dropout]


# --8<-- [start:gaussian_noise]
# By hand, and in training alone.
class GaussianNoise(nn.Module):
    def __init__(self, deviation):
        super().__init__()
        self.deviation = deviation

    def __call__(self, x):
        if not self.training:
            return x
        return x + self.deviation * mx.random.normal(x.shape)


def gaussian_noise(deviation):
    return GaussianNoise(deviation)
# --8<-- [end:gaussian_noise]


# --8<-- [start:gaussian_dropout]
# By hand, and in training alone.
class GaussianDropout(nn.Module):
    def __init__(self, rate):
        super().__init__()
        self.deviation = (rate / (1 - rate)) ** 0.5

    def __call__(self, x):
        if not self.training:
            return x
        return x * (1 + self.deviation * mx.random.normal(x.shape))


def gaussian_dropout(rate):
    return GaussianDropout(rate)
# --8<-- [end:gaussian_dropout]
