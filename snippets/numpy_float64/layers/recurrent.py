"""Recurrent layers in NumPy: what the frameworks' are compared with.

x is N×T×in, a state N×H. The kernels are in × gates·H and H × gates·H, their
columns gate by gate in the order that each function names.
"""

import numpy as np


def sigmoid(x, hard=False):
    if hard:  # what Keras 2 opens its gates by
        return np.where(abs(x.real) < 2.5, x / 5 + 0.5, x.real > 0)
    return 1 / (1 + np.exp(-x))


def over(x, step, states, lengths=None, backwards=False):
    """`step` at each time: N×T×H, and the last states. Beyond its length a
    sequence's state stays, and its outputs are zero; backwards, it begins
    at its end."""
    n, times, _ = x.shape
    lengths = np.full(n, times) if lengths is None else np.asarray(lengths)
    outputs = [None] * times
    for t in reversed(range(times)) if backwards else range(times):
        new = step(x[:, t], *states)
        alive = (t < lengths)[:, None]
        states = [np.where(alive, a, b) for a, b in zip(new, states)]
        outputs[t] = np.where(alive, new[0], 0)
    return np.stack(outputs, 1), *states


# --8<-- [start:lstm]
# Hochreiter and Schmidhuber, 1997; the forget gate is that of Gers,
# Schmidhuber, Cummins, 2000. Gates: input, forget, cell, output.
def lstm(x, h, c, kernel, recurrent, bias, lengths=None, backwards=False,
         order=(0, 1, 2, 3), hard=False, forget=0.0):
    def step(x, h, c):
        gates = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
        i, f, g, o = (gates[n] for n in order)
        c = sigmoid(f + forget, hard) * c + sigmoid(i, hard) * np.tanh(g)
        return sigmoid(o, hard) * np.tanh(c), c

    return over(x, step, [h, c], lengths, backwards)
# --8<-- [end:lstm]


# --8<-- [start:lstm_lengths]
# A batch of sequences that do not end together.
def lstm_lengths(x, lengths, kernel, recurrent, bias):
    zero = np.zeros((len(x), len(recurrent)))
    return lstm(x, zero, zero, kernel, recurrent, bias, lengths)
# --8<-- [end:lstm_lengths]


# --8<-- [start:lstm_bidirectional]
# Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997: one
# forwards, one backwards, side by side.
def lstm_bidirectional(x, kernel, recurrent, bias, kernel_back,
                       recurrent_back, bias_back):
    zero = np.zeros((len(x), len(recurrent)))
    there, *_ = lstm(x, zero, zero, kernel, recurrent, bias)
    back, *_ = lstm(x, zero, zero, kernel_back, recurrent_back, bias_back,
                    backwards=True)
    return np.concatenate([there, back], -1)
# --8<-- [end:lstm_bidirectional]


# --8<-- [start:gru]
# Cho et al., arXiv:1406.1078, has the reset gate before the product
# (`reset_after=False`); cuDNN, and PyTorch with it, behind. Gates: update,
# reset, new. Two biases, for behind the product they are not one.
def gru(x, h, kernel, recurrent, bias, recurrent_bias, reset_after=True,
        order=(0, 1, 2), hard=False):
    def parts(array):
        split = np.split(array, 3, axis=-1)
        return [split[n] for n in order]

    def step(x, h):
        xz, xr, xn = parts(x @ kernel + bias)
        uz, ur, un = parts(recurrent)
        bz, br, bn = parts(recurrent_bias)
        z = sigmoid(xz + h @ uz + bz, hard)
        r = sigmoid(xr + h @ ur + br, hard)
        inner = r * (h @ un + bn) if reset_after else (r * h) @ un + bn
        return [z * h + (1 - z) * np.tanh(xn + inner)]

    return over(x, step, [h])
# --8<-- [end:gru]


# --8<-- [start:gru_reset_before]
def gru_reset_before(x, h, kernel, recurrent, bias, hard=False):
    none = np.zeros_like(bias.real)
    return gru(x, h, kernel, recurrent, bias, none, False, hard=hard)
# --8<-- [end:gru_reset_before]


# --8<-- [start:simple_rnn]
# Elman, "Finding structure in time", 1990.
def simple_rnn(x, h, kernel, recurrent, bias):
    return over(
        x, lambda x, h: [np.tanh(x @ kernel + h @ recurrent + bias)], [h]
    )
# --8<-- [end:simple_rnn]
