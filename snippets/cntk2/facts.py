"""What the command reports and the tests check about CNTK 2.7."""

import cntk as C


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    return [p.value for p in model.parameters]


def device():
    gpu = C.device.use_default_device().type() == 1
    return "gpu" if gpu else "cpu"
