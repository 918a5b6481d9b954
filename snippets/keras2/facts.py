"""What the command reports and the tests check about Keras 2.1.6."""

import keras.backend as K
import numpy as np
from tensorflow.python.client import device_lib
from weights import NAMES


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    return model.get_weights()


def device():
    for device in device_lib.list_local_devices():
        if device.device_type == "GPU":
            return "gpu: " + device.physical_device_desc
    return "cpu"


def logits_loss_gradients(model, images, labels):
    """Logits (N, 10), the mean loss, and its gradients as dump_weights."""
    gradients = K.gradients(model.total_loss, model.trainable_weights)
    inputs = model.inputs + model.targets + model.sample_weights
    compute = K.function(inputs, [model.output, model.total_loss, *gradients])
    ones = np.ones(len(labels), "float32")
    logits, loss, *gradients = compute([images, labels[:, None], ones])
    return logits, float(loss), dict(zip(NAMES, gradients))
