"""Recurrent layers in Keras. x is N×T×in, a state N×H. Where a call takes more
than x, the layer and how it is called."""

import keras
from keras import ops


# --8<-- [start:lstm]
# Gates: input, forget, cell, output. The forget gate's bias begins with 1.
def lstm(units):
    layer = keras.layers.LSTM(
        units, return_sequences=True, return_state=True
    )
    return layer, lambda x, h, c: layer(x, initial_state=[h, c])
# --8<-- [end:lstm]


# --8<-- [start:lstm_lengths]
# Where the mask is true, there is a step; beyond, the state stays. So does
# the output, unless zero_output_for_mask=True.
def lstm_lengths(units):
    layer = keras.layers.LSTM(
        units, return_sequences=True, return_state=True,
        zero_output_for_mask=True,
    )

    def run(x, lengths):
        mask = ops.less(ops.arange(x.shape[1]), lengths[:, None])
        return layer(x, mask=mask)

    return layer, run
# --8<-- [end:lstm_lengths]


# --8<-- [start:lstm_bidirectional]
def lstm_bidirectional(units):
    return keras.layers.Bidirectional(  # N×T×(forwards, backwards)
        keras.layers.LSTM(units, return_sequences=True)
    )
# --8<-- [end:lstm_bidirectional]


# --8<-- [start:gru]
# Gates: update, reset, new. reset_after=True, with two biases, unless told.
def gru(units):
    layer = keras.layers.GRU(
        units, return_sequences=True, return_state=True
    )
    return layer, lambda x, h: layer(x, initial_state=h)
# --8<-- [end:gru]


# --8<-- [start:gru_reset_before]
def gru_reset_before(units):
    layer = keras.layers.GRU(
        units, reset_after=False, return_sequences=True, return_state=True
    )
    return layer, lambda x, h: layer(x, initial_state=h)
# --8<-- [end:gru_reset_before]


# --8<-- [start:simple_rnn]
def simple_rnn(units):
    layer = keras.layers.SimpleRNN(
        units, return_sequences=True, return_state=True
    )
    return layer, lambda x, h: layer(x, initial_state=h)
# --8<-- [end:simple_rnn]
