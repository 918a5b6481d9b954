"""What the command reports and the tests check about Keras."""

import keras


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    return [w.numpy() for w in model.trainable_weights]


def device():
    weight = keras.Variable(0.0).value
    place = str(getattr(weight, "device", "")).lower()
    return "gpu" if "gpu" in place or "cuda" in place else "cpu"
