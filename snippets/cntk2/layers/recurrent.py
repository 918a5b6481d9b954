"""Recurrent layers in CNTK 2.7. x is a sequence."""

import cntk as C


# --8<-- [start:lstm]
# Gates: input, cell, forget, output.
def lstm(units):
    recurrence = C.layers.RecurrenceFrom(
        C.layers.LSTM(units), return_full_state=True)

    def call(x, h, c):
        y, cells = recurrence(h, c, x).outputs
        return y, C.sequence.last(y), C.sequence.last(cells)

    return call
# --8<-- [end:lstm]


# --8<-- [start:gru_reset_before]
# Gates: update, reset, new; of the last the recurrent weights are H1.
def gru_reset_before(units):
    recurrence = C.layers.RecurrenceFrom(C.layers.GRU(units))

    def call(x, h):
        y = recurrence(h, x)
        return y, C.sequence.last(y)

    return call
# --8<-- [end:gru_reset_before]


# --8<-- [start:simple_rnn]
# Unless told its activation is a sigmoid.
def simple_rnn(units):
    recurrence = C.layers.RecurrenceFrom(
        C.layers.RNNStep(units, activation=C.tanh))

    def call(x, h):
        y = recurrence(h, x)
        return y, C.sequence.last(y)

    return call
# --8<-- [end:simple_rnn]
