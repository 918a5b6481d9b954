"""Recurrent layers in MLX. x is N×T×in, a state N×H. A layer returns what it
has at each time, and no last state: that is the last of them."""

import mlx.core as mx
import mlx.nn as nn


# --8<-- [start:lstm]
# Gates: input, forget, cell, output; one bias. Both states of all times come
# back.
class LSTM(nn.LSTM):
    def __call__(self, x, h, c):
        y, c = super().__call__(x, h, c)
        return y, y[:, -1], c[:, -1]


def lstm(inputs, units):
    return LSTM(inputs, units)
# --8<-- [end:lstm]


# --8<-- [start:lstm_lengths]
# It knows no lengths: the states at each sequence's last step are picked, and
# the outputs beyond it are made zero, by hand.
class LSTMOfLengths(nn.LSTM):
    def __call__(self, x, lengths):
        y, c = super().__call__(x)
        each = mx.arange(len(x))
        h, c = y[each, lengths - 1], c[each, lengths - 1]
        alive = mx.arange(x.shape[1]) < lengths[:, None]
        return mx.where(alive[..., None], y, 0), h, c


def lstm_lengths(inputs, units):
    return LSTMOfLengths(inputs, units)
# --8<-- [end:lstm_lengths]


# --8<-- [start:lstm_bidirectional]
# By hand: one of the two reads the sequence turned round.
class Bidirectional(nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.forwards = nn.LSTM(inputs, units)
        self.backwards = nn.LSTM(inputs, units)

    def __call__(self, x):
        there, _ = self.forwards(x)
        back, _ = self.backwards(x[:, ::-1])
        return mx.concatenate([there, back[:, ::-1]], axis=-1)


def lstm_bidirectional(inputs, units):
    return Bidirectional(inputs, units)
# --8<-- [end:lstm_bidirectional]


# --8<-- [start:gru]
# Gates: reset, update, new. The reset gate stands behind the product. Reset
# and update have one bias, b, where PyTorch's have two, whose sum it is; new
# has a second, bhn.
class GRU(nn.GRU):
    def __call__(self, x, h):
        y = super().__call__(x, h)
        return y, y[:, -1]


def gru(inputs, units):
    return GRU(inputs, units)
# --8<-- [end:gru]


# --8<-- [start:gru_reset_before]
# nn.GRU has the reset gate behind the product: a layer of one's own, whose
# gates are update, reset, new.
class GRUResetBefore(nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.kernel = nn.Linear(inputs, 3 * units)
        self.recurrent = nn.Linear(units, 3 * units, bias=False)

    def __call__(self, x, h):
        uz, ur, un = mx.split(self.recurrent.weight.T, 3, axis=1)
        outputs = []
        for now in self.kernel(x).swapaxes(0, 1):
            xz, xr, xn = mx.split(now, 3, axis=1)
            z, r = mx.sigmoid(xz + h @ uz), mx.sigmoid(xr + h @ ur)
            h = z * h + (1 - z) * mx.tanh(xn + (r * h) @ un)
            outputs.append(h)
        return mx.stack(outputs, axis=1), h


def gru_reset_before(inputs, units):
    return GRUResetBefore(inputs, units)
# --8<-- [end:gru_reset_before]


# --8<-- [start:simple_rnn]
class RNN(nn.RNN):
    def __call__(self, x, h):
        y = super().__call__(x, h)
        return y, y[:, -1]


def simple_rnn(inputs, units):
    return RNN(inputs, units)  # nonlinearity=nn.tanh
# --8<-- [end:simple_rnn]
