"""What the command reports and the tests check about CNTK 2.7."""

import cntk as C
import numpy as np
from weights import in_shared_layout


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    return [p.value for p in model.parameters]


def device():
    gpu = C.device.use_default_device().type() == 1
    return "gpu" if gpu else "cpu"


def logits_loss_gradients(model, images, labels):
    """Logits (N, 10), the mean loss, and its gradients as dump_weights."""
    targets = C.input_variable(model.shape)
    loss = C.reduce_mean(
        C.cross_entropy_with_softmax(model, targets), C.Axis.all_axes())
    batch = {
        model.arguments[0]: images,
        targets: np.eye(model.shape[0], dtype="float32")[labels],
    }
    gradients, value = loss.grad(
        batch, wrt=model.parameters, outputs=[loss])
    return (
        model.eval({model.arguments[0]: images}),
        float(value),
        in_shared_layout(gradients[p] for p in model.parameters),
    )
