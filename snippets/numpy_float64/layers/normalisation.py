"""Normalisation in NumPy: what the frameworks' is compared with.

Images are N×H×W×C; scale and offset have one number a channel.
"""

import numpy as np


def moments(x, axes):
    """Mean and variance, of as many axes as x. The variance is that of the
    numbers themselves: divided by n, not n − 1."""
    mean = x.mean(axes, keepdims=True)
    return mean, ((x - mean) ** 2).mean(axes, keepdims=True)


# --8<-- [start:batch_norm]
# Ioffe and Szegedy, arXiv:1502.03167. `keep` is the share of the running
# statistics that a step keeps: Keras', TensorFlow's and Flax' momentum; one
# less PyTorch's and MLX'. What is remembered of the variance is divided by n,
# or by n − 1 (`unbiased`); Keras 2 on TensorFlow corrects it "twice". And it
# takes the start out of both averages (`debiased`), so that after step 1 they
# are those of the batch, whatever was loaded before.
def batch_norm(x, scale, offset, mean, variance, keep, eps, unbiased,
               debiased=False, step=1):
    now, spread = (m.ravel() for m in moments(x, (0, 1, 2)))
    y = (x - now) / np.sqrt(spread + eps) * scale + offset
    n = x.size / x.shape[-1]
    kept = spread * n / (n - 1) if unbiased else spread
    if unbiased == "twice":
        kept = kept * n / (n - 1 - eps)
    old, new = keep, 1 - keep
    if debiased:
        old = keep * (1 - keep ** (step - 1)) / (1 - keep**step)
        new = (1 - keep) / (1 - keep**step)
    return y, old * mean + new * now, old * variance + new * kept
# --8<-- [end:batch_norm]


# --8<-- [start:batch_norm_frozen]
# At prediction, and where a layer is frozen: the running statistics.
def batch_norm_frozen(x, scale, offset, mean, variance, eps):
    return (x - mean) / np.sqrt(variance + eps) * scale + offset
# --8<-- [end:batch_norm_frozen]


# --8<-- [start:layer_norm]
# Ba, Kiros, Hinton, arXiv:1607.06450. Over the last axis.
def layer_norm(x, scale, offset, eps):
    mean, variance = moments(x, -1)
    return (x - mean) / np.sqrt(variance + eps) * scale + offset
# --8<-- [end:layer_norm]


# --8<-- [start:group_norm]
# Wu and He, arXiv:1803.08494: each image, each group of neighbouring channels.
def group_norm(x, scale, offset, groups, eps, interleaved=False):
    n, h, w, c = x.shape
    parts = x.reshape(n, h, w, groups, c // groups)
    if interleaved:
        parts = x.reshape(n, h, w, c // groups, groups).swapaxes(3, 4)
    mean, variance = moments(parts, (1, 2, 4))
    parts = (parts - mean) / np.sqrt(variance + eps)
    if interleaved:
        parts = parts.swapaxes(3, 4)
    return parts.reshape(x.shape) * scale + offset
# --8<-- [end:group_norm]


# --8<-- [start:instance_norm]
# Ulyanov, Vedaldi, Lempitsky, arXiv:1607.08022: each image, each channel.
def instance_norm(x, scale, offset, eps):
    mean, variance = moments(x, (1, 2))
    return (x - mean) / np.sqrt(variance + eps) * scale + offset
# --8<-- [end:instance_norm]


# --8<-- [start:rms_norm]
# Zhang and Sennrich, arXiv:1910.07467: no mean is taken away.
def rms_norm(x, scale, eps):
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + eps) * scale
# --8<-- [end:rms_norm]


# --8<-- [start:weight_norm]
# Salimans and Kingma, arXiv:1602.07868: a kernel in × out, its length one
# number for each output.
def weight_norm(x, direction, length, bias):
    norm = np.sqrt((direction**2).sum(axis=0))
    return x @ (direction / norm * length) + bias
# --8<-- [end:weight_norm]


# --8<-- [start:spectral_norm]
# Miyato et al., arXiv:1802.05957: a kernel in × out over its largest singular
# value, which one power iteration a step draws nearer. `u` has one number for
# each output.
# No gradient goes through the iteration.
def spectral_norm(x, kernel, bias, u, steps, eps):
    for _ in range(steps):
        v = kernel.real @ u
        v = v / (np.sqrt((v**2).sum()) + eps)
        u = kernel.real.T @ v
        u = u / (np.sqrt((u**2).sum()) + eps)
    return x @ (kernel / (v @ kernel @ u)) + bias, u
# --8<-- [end:spectral_norm]
