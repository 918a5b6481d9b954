"""Recurrent layers in TensorFlow 1. x is N×T×in."""

import tensorflow as tf


# --8<-- [start:lstm]
# One kernel for input and state, one above the other; gates: input, cell,
# forget, output. forget_bias=1 is added besides the bias.
def lstm(units):
    cell = tf.nn.rnn_cell.LSTMCell(units)

    def run(x, h, c):
        state = tf.nn.rnn_cell.LSTMStateTuple(c, h)
        y, last = tf.nn.dynamic_rnn(cell, x, initial_state=state)
        return y, last.h, last.c

    return run
# --8<-- [end:lstm]


# --8<-- [start:gru_reset_before]
# Two kernels: reset and update in one, the new state's in another, each for
# input and state, one above the other.
def gru_reset_before(units):
    cell = tf.nn.rnn_cell.GRUCell(units)
    return lambda x, h: tf.nn.dynamic_rnn(cell, x, initial_state=h)
# --8<-- [end:gru_reset_before]
