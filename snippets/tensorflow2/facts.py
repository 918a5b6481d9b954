"""What the command reports and the tests check about TensorFlow."""

import tensorflow as tf


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    return [v.numpy() for v in model.trainable_variables]


def device():
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return "gpu: " + details["device_name"]
    return "cpu"
