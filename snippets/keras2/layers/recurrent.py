"""Recurrent layers in Keras 2. x is N×T×in."""

import keras


# --8<-- [start:lstm]
# Gates: input, forget, cell, output, opened by the hard sigmoid, x / 5 + 1/2,
# unless recurrent_activation="sigmoid".
def lstm(units):
    layer = keras.layers.LSTM(
        units, return_sequences=True, return_state=True)
    return layer, lambda x, h, c: layer(x, initial_state=[h, c])
# --8<-- [end:lstm]


# --8<-- [start:gru]
def gru(units):
    layer = keras.layers.GRU(
        units, return_sequences=True, return_state=True, reset_after=True)
    return layer, lambda x, h: layer(x, initial_state=[h])
# --8<-- [end:gru]


# --8<-- [start:gru_reset_before]
# What Keras 2 does unless told, with one bias.
def gru_reset_before(units):
    layer = keras.layers.GRU(
        units, return_sequences=True, return_state=True)
    return layer, lambda x, h: layer(x, initial_state=[h])
# --8<-- [end:gru_reset_before]
