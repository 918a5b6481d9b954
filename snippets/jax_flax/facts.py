"""What the command reports and the tests check about JAX and Flax."""

import jax
import numpy as np
from convnet import loss_fn
from flax import nnx
from weights import dump_weights


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    weights = jax.tree.leaves(nnx.state(model, nnx.Param))
    return [np.asarray(weight) for weight in weights]


def device():
    first = jax.devices()[0]
    return "cpu" if first.platform == "cpu" else f"gpu: {first.device_kind}"


def logits_loss_gradients(model, images, labels):
    """Logits (N, 10), the mean loss, and its gradients as dump_weights.

    The model holds its gradients for weights afterwards: each lies as its
    weight does."""
    logits = np.asarray(model(images))
    loss, gradients = nnx.value_and_grad(loss_fn)(model, images, labels)
    nnx.update(model, gradients)
    return logits, float(loss), dump_weights(model)
