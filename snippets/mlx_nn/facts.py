"""What the command reports and the tests check about MLX."""

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from convnet import loss_fn
from mlx.utils import tree_flatten
from weights import dump_weights


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    return [np.array(array) for _, array in tree_flatten(model.parameters())]


def device():
    first = mx.default_device()
    if first.type == mx.DeviceType.cpu:
        return "cpu"
    return "gpu: " + mx.device_info(first)["device_name"]


def logits_loss_gradients(model, images, labels):
    """Logits (N, 10), the mean loss, and its gradients as dump_weights.

    The model holds its gradients for weights afterwards: each lies as its
    weight does."""
    images, labels = mx.array(images), mx.array(labels)
    logits = np.array(model(images))
    loss, gradients = nn.value_and_grad(model, loss_fn)(model, images, labels)
    model.update(gradients)
    return logits, loss.item(), dump_weights(model)
