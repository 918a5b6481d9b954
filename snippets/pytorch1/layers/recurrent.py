"""Recurrent layers in PyTorch 1.0. x is N×T×in by batch_first=True."""

import torch.nn as nn


# --8<-- [start:lstm]
# Gates: input, forget, cell, output. Of its two biases one is enough.
class LSTM(nn.LSTM):
    def forward(self, x, h, c):
        y, (h, c) = super(LSTM, self).forward(x, (h[None], c[None]))
        return y, h[0], c[0]


def lstm(inputs, units):
    return LSTM(inputs, units, batch_first=True)
# --8<-- [end:lstm]


# --8<-- [start:gru]
# Gates: reset, update, new. The reset gate stands behind the product.
class GRU(nn.GRU):
    def forward(self, x, h):
        y, h = super(GRU, self).forward(x, h[None])
        return y, h[0]


def gru(inputs, units):
    return GRU(inputs, units, batch_first=True)
# --8<-- [end:gru]
