"""Recurrent layers in PyTorch. x is N×T×in by batch_first=True; a state is
layers×N×H."""

from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


# --8<-- [start:lstm]
# Gates: input, forget, cell, output. Of its two biases one is enough.
class LSTM(nn.LSTM):
    def forward(self, x, h, c):
        y, (h, c) = super().forward(x, (h[None], c[None]))
        return y, h[0], c[0]


def lstm(inputs, units):
    return LSTM(inputs, units, batch_first=True)
# --8<-- [end:lstm]


# --8<-- [start:lstm_lengths]
# Packed, a sequence ends at its length: its last state is that of its last
# step, and what lies behind comes back as zeros.
class Packed(nn.LSTM):
    def forward(self, x, lengths):
        packed = pack_padded_sequence(
            x, lengths, batch_first=True, enforce_sorted=False
        )
        y, (h, c) = super().forward(packed)
        y, _ = pad_packed_sequence(
            y, batch_first=True, total_length=x.shape[1]
        )
        return y, h[0], c[0]


def lstm_lengths(inputs, units):
    return Packed(inputs, units, batch_first=True)
# --8<-- [end:lstm_lengths]


# --8<-- [start:lstm_bidirectional]
class Bidirectional(nn.LSTM):
    def forward(self, x):
        return super().forward(x)[0]  # N×T×(forwards, backwards)


def lstm_bidirectional(inputs, units):
    return Bidirectional(inputs, units, batch_first=True, bidirectional=True)
# --8<-- [end:lstm_bidirectional]


# --8<-- [start:gru]
# Gates: reset, update, new. The reset gate stands behind the product.
class GRU(nn.GRU):
    def forward(self, x, h):
        y, h = super().forward(x, h[None])
        return y, h[0]


def gru(inputs, units):
    return GRU(inputs, units, batch_first=True)
# --8<-- [end:gru]


# --8<-- [start:simple_rnn]
class RNN(nn.RNN):
    def forward(self, x, h):
        y, h = super().forward(x, h[None])
        return y, h[0]


def simple_rnn(inputs, units):
    return RNN(inputs, units, batch_first=True)  # nonlinearity="tanh"
# --8<-- [end:simple_rnn]
