"""Normalisation in JAX with Flax. Images N×H×W×C.

The variance is E[x²] − E[x]², unless use_fast_variance=False.
"""

import jax.numpy as jnp
from flax import nnx


# --8<-- [start:batch_norm]
# momentum is the share that a step keeps, and the running variance is divided
# by n.
def batch_norm(channels, keep=0.99, eps=1e-5):
    return nnx.BatchNorm(
        channels, momentum=keep, epsilon=eps, rngs=nnx.Rngs(0)
    )
# --8<-- [end:batch_norm]


# --8<-- [start:batch_norm_frozen]
# What eval() of a model sets, and its train() takes back.
def batch_norm_frozen(channels, eps=1e-5):
    return nnx.BatchNorm(
        channels, use_running_average=True, epsilon=eps, rngs=nnx.Rngs(0)
    )
# --8<-- [end:batch_norm_frozen]


# --8<-- [start:layer_norm]
def layer_norm(channels, eps=1e-6):
    return nnx.LayerNorm(channels, epsilon=eps, rngs=nnx.Rngs(0))
# --8<-- [end:layer_norm]


# --8<-- [start:group_norm]
def group_norm(channels, groups=32, eps=1e-6):
    return nnx.GroupNorm(channels, groups, epsilon=eps, rngs=nnx.Rngs(0))
# --8<-- [end:group_norm]


# --8<-- [start:instance_norm]
def instance_norm(channels, eps=1e-6):
    return nnx.InstanceNorm(channels, epsilon=eps, rngs=nnx.Rngs(0))
# --8<-- [end:instance_norm]


# --8<-- [start:rms_norm]
def rms_norm(channels, eps=1e-6):
    return nnx.RMSNorm(channels, epsilon=eps, rngs=nnx.Rngs(0))
# --8<-- [end:rms_norm]


# --8<-- [start:weight_norm]
# By hand: nnx.WeightNorm keeps the lengths as arrays, not as nnx.Param, so
# that nnx.grad and nnx.Optimizer pass them by.
class WeightNorm(nnx.Module):
    def __init__(self, inputs, outputs, *, rngs):
        init = nnx.initializers.lecun_normal()
        self.direction = nnx.Param(init(rngs.params(), (inputs, outputs)))
        self.length = nnx.Param(jnp.linalg.norm(self.direction[...], axis=0))
        self.bias = nnx.Param(jnp.zeros(outputs))

    def __call__(self, x):
        kernel = self.direction[...]
        kernel = kernel / jnp.linalg.norm(kernel, axis=0) * self.length[...]
        return x @ kernel + self.bias[...]


def weight_norm(inputs, outputs):
    return WeightNorm(inputs, outputs, rngs=nnx.Rngs(0))
# --8<-- [end:weight_norm]


# --8<-- [start:spectral_norm]
# Each call writes the kernel that it divided over the one that it had. eps is
# added to the square of a length.
def spectral_norm(inputs, outputs, steps=1, eps=1e-12):
    rngs = nnx.Rngs(0)
    return nnx.SpectralNorm(
        nnx.Linear(inputs, outputs, rngs=rngs),
        n_steps=steps, epsilon=eps, rngs=rngs,
    )
# --8<-- [end:spectral_norm]
