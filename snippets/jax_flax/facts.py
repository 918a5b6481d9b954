"""What the command reports and the tests check about JAX and Flax."""

import jax
import numpy as np
from flax import nnx


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    weights = jax.tree.leaves(nnx.state(model, nnx.Param))
    return [np.asarray(weight) for weight in weights]


def device():
    first = jax.devices()[0]
    return "cpu" if first.platform == "cpu" else f"gpu: {first.device_kind}"
