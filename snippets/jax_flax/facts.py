"""What the command reports and the tests check about JAX and Flax."""

import jax
from flax import nnx


def count_parameters(model):
    weights = jax.tree.leaves(nnx.state(model, nnx.Param))
    return sum(weight.size for weight in weights)


def device():
    first = jax.devices()[0]
    return "cpu" if first.platform == "cpu" else f"gpu: {first.device_kind}"
