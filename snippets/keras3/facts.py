"""What the command reports and the tests check about Keras."""

import keras


def count_parameters(model):
    return model.count_params()


def device():
    weight = keras.Variable(0.0).value
    place = str(getattr(weight, "device", "")).lower()
    return "gpu" if "gpu" in place or "cuda" in place else "cpu"
