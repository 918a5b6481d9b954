"""What the command reports and the tests check about TensorFlow 1.8."""

import tensorflow as tf
from tensorflow.python.client import device_lib

tf.logging.set_verbosity(tf.logging.ERROR)


def count_parameters(model):
    names = model.get_variable_names()
    return sum(
        model.get_variable_value(name).size
        for name in names
        if name.endswith(("/kernel", "/bias"))
    )


def device():
    for device in device_lib.list_local_devices():
        if device.device_type == "GPU":
            return "gpu: " + device.physical_device_desc
    return "cpu"
