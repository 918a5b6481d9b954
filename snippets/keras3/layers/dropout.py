"""Dropout and noise in Keras. Images N×H×W×C. In fit, or called with
training=True."""

import keras


# --8<-- [start:dropout]
def dropout(rate):
    return keras.layers.Dropout(rate)
# --8<-- [end:dropout]


# --8<-- [start:spatial_dropout]
def spatial_dropout(rate):
    return keras.layers.SpatialDropout2D(rate)
# --8<-- [end:spatial_dropout]


# --8<-- [start:alpha_dropout]
def alpha_dropout(rate):
    return keras.layers.AlphaDropout(rate)
# --8<-- [end:alpha_dropout]


# --8<-- [start:gaussian_noise]
def gaussian_noise(deviation):
    return keras.layers.GaussianNoise(deviation)
# --8<-- [end:gaussian_noise]


# --8<-- [start:gaussian_dropout]
# rate is Dropout's; the deviation is √(rate / (1 − rate)).
def gaussian_dropout(rate):
    return keras.layers.GaussianDropout(rate)
# --8<-- [end:gaussian_dropout]
