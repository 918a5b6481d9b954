"""Normalisation in MLX. Images N×H×W×C."""

import mlx.core as mx
import mlx.nn as nn


# --8<-- [start:batch_norm]
# momentum is the share that a step takes, and the running variance is
# divided by n − 1.
def batch_norm(channels, keep=0.9, eps=1e-5):
    return nn.BatchNorm(channels, eps, momentum=1 - keep)
# --8<-- [end:batch_norm]


# --8<-- [start:batch_norm_frozen]
# freeze() keeps scale and offset from learning, but not the layer from
# taking the batch's statistics: eval() does.
def batch_norm_frozen(channels, eps=1e-5):
    return nn.BatchNorm(channels, eps).eval()
# --8<-- [end:batch_norm_frozen]


# --8<-- [start:layer_norm]
def layer_norm(channels, eps=1e-5):
    return nn.LayerNorm(channels, eps)
# --8<-- [end:layer_norm]


# --8<-- [start:group_norm]
# Without pytorch_compatible=True channel c is in group c mod `groups`:
# neighbours are not together.
def group_norm(channels, groups, eps=1e-5):
    return nn.GroupNorm(groups, channels, eps, pytorch_compatible=True)
# --8<-- [end:group_norm]


# --8<-- [start:instance_norm]
# Without affine=True it has neither scale nor offset.
def instance_norm(channels, eps=1e-5):
    return nn.InstanceNorm(channels, eps, affine=True)
# --8<-- [end:instance_norm]


# --8<-- [start:rms_norm]
def rms_norm(channels, eps=1e-5):
    return nn.RMSNorm(channels, eps)
# --8<-- [end:rms_norm]


# --8<-- [start:weight_norm]
# By hand. Of out × in, the length of each row is learnt by itself.
class WeightNorm(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        dense = nn.Linear(inputs, outputs)
        self.direction, self.bias = dense.weight, dense.bias
        self.length = mx.linalg.norm(dense.weight, axis=1, keepdims=True)

    def __call__(self, x):
        norm = mx.linalg.norm(self.direction, axis=1, keepdims=True)
        weight = self.direction / norm * self.length
        return mx.addmm(self.bias, x, weight.T)


def weight_norm(inputs, outputs):
    return WeightNorm(inputs, outputs)
# --8<-- [end:weight_norm]


# --8<-- [start:spectral_norm]
# By hand. An array that a module has is learnt, unless it is frozen.
class SpectralNorm(nn.Linear):
    def __init__(self, inputs, outputs, steps, eps):
        super().__init__(inputs, outputs)
        self.steps, self.eps = steps, eps
        self.u = mx.random.normal((outputs,))
        self.freeze(keys=["u"])

    def __call__(self, x):
        fixed, u = mx.stop_gradient(self.weight), self.u  # out × in
        for _ in range(self.steps):
            v = u @ fixed
            v = v / (mx.linalg.norm(v) + self.eps)
            u = fixed @ v
            u = u / (mx.linalg.norm(u) + self.eps)
        if self.training:
            self.u = u
        weight = self.weight / (u @ self.weight @ v)
        return mx.addmm(self.bias, x, weight.T)


def spectral_norm(inputs, outputs, steps=1, eps=1e-12):
    return SpectralNorm(inputs, outputs, steps, eps)
# --8<-- [end:spectral_norm]
