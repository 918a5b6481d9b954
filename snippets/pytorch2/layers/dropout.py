"""Dropout and noise in PyTorch, in training. Images N×C×H×W."""

import torch
from torch import nn


# --8<-- [start:dropout]
def dropout(rate=0.5):
    return nn.Dropout(rate)
# --8<-- [end:dropout]


# --8<-- [start:spatial_dropout]
def spatial_dropout(rate=0.5):
    return nn.Dropout2d(rate)
# --8<-- [end:spatial_dropout]


# --8<-- [start:alpha_dropout]
def alpha_dropout(rate=0.5):
    return nn.AlphaDropout(rate)
# --8<-- [end:alpha_dropout]


# --8<-- [start:gaussian_noise]
# By hand, and in training alone.
class GaussianNoise(nn.Module):
    def __init__(self, deviation):
        super().__init__()
        self.deviation = deviation

    def forward(self, x):
        if not self.training:
            return x
        return x + self.deviation * torch.randn_like(x)


def gaussian_noise(deviation):
    return GaussianNoise(deviation)
# --8<-- [end:gaussian_noise]


# --8<-- [start:gaussian_dropout]
class GaussianDropout(nn.Module):
    def __init__(self, rate):
        super().__init__()
        self.deviation = (rate / (1 - rate)) ** 0.5

    def forward(self, x):
        if not self.training:
            return x
        return x * (1 + self.deviation * torch.randn_like(x))


def gaussian_dropout(rate):
    return GaussianDropout(rate)
# --8<-- [end:gaussian_dropout]
