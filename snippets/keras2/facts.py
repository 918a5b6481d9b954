"""What the command reports and the tests check about Keras 2.1.6."""

from tensorflow.python.client import device_lib


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    return model.get_weights()


def device():
    for device in device_lib.list_local_devices():
        if device.device_type == "GPU":
            return "gpu: " + device.physical_device_desc
    return "cpu"
