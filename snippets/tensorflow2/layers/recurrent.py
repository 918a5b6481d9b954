"""Recurrent layers in TensorFlow, which are a module and a loop over time.
x is N×T×in, a state N×H.

In a tf.function the loop is unrolled, step by step: tf.scan is not.
"""

import tensorflow as tf


# --8<-- [start:lstm]
# Gates in the order that one chooses; here: input, forget, cell, output.
class LSTM(tf.Module):
    def __init__(self, inputs, units):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([inputs, 4 * units]))
        self.recurrent = tf.Variable(glorot([units, 4 * units]))
        self.bias = tf.Variable(tf.zeros(4 * units))

    def __call__(self, x, h, c):
        outputs = []
        for now in tf.unstack(x, axis=1):
            gates = now @ self.kernel + h @ self.recurrent + self.bias
            i, f, g, o = tf.split(gates, 4, -1)
            c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
            h = tf.sigmoid(o) * tf.tanh(c)
            outputs.append(h)
        return tf.stack(outputs, 1), h, c


def lstm(inputs, units):
    return LSTM(inputs, units)
# --8<-- [end:lstm]


# --8<-- [start:lstm_lengths]
# The LSTM above, a step at a time. Beyond its length a sequence's state
# stays, and its outputs are zero.
class LSTMOfLengths(LSTM):
    def __call__(self, x, lengths):
        h = c = tf.zeros([x.shape[0], self.recurrent.shape[0]])
        outputs = []
        for t in range(x.shape[1]):
            _, new_h, new_c = super().__call__(x[:, t:t + 1], h, c)
            alive = (t < lengths)[:, None]
            h, c = tf.where(alive, new_h, h), tf.where(alive, new_c, c)
            outputs.append(tf.where(alive, new_h, 0.0))
        return tf.stack(outputs, 1), h, c


def lstm_lengths(inputs, units):
    return LSTMOfLengths(inputs, units)
# --8<-- [end:lstm_lengths]


# --8<-- [start:lstm_bidirectional]
# Two of the LSTM above. What runs backwards is turned round again.
class Bidirectional(tf.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.there, self.back = LSTM(inputs, units), LSTM(inputs, units)

    def __call__(self, x):
        zero = tf.zeros([x.shape[0], self.there.recurrent.shape[0]])
        there, *_ = self.there(x, zero, zero)
        back, *_ = self.back(tf.reverse(x, [1]), zero, zero)
        return tf.concat([there, tf.reverse(back, [1])], -1)


def lstm_bidirectional(inputs, units):
    return Bidirectional(inputs, units)
# --8<-- [end:lstm_bidirectional]


# --8<-- [start:gru]
# Gates: update, reset, new.
class GRU(tf.Module):
    def __init__(self, inputs, units):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([inputs, 3 * units]))
        self.recurrent = tf.Variable(glorot([units, 3 * units]))
        self.bias = tf.Variable(tf.zeros(3 * units))
        self.recurrent_bias = tf.Variable(tf.zeros(3 * units))

    def __call__(self, x, h):
        outputs = []
        for now in tf.unstack(x, axis=1):
            old = h @ self.recurrent + self.recurrent_bias
            xz, xr, xn = tf.split(now @ self.kernel + self.bias, 3, -1)
            hz, hr, hn = tf.split(old, 3, -1)
            z, r = tf.sigmoid(xz + hz), tf.sigmoid(xr + hr)
            h = z * h + (1 - z) * tf.tanh(xn + r * hn)
            outputs.append(h)
        return tf.stack(outputs, 1), h


def gru(inputs, units):
    return GRU(inputs, units)
# --8<-- [end:gru]


# --8<-- [start:gru_reset_before]
# Gates: update, reset, new.
class GRUResetBefore(tf.Module):
    def __init__(self, inputs, units):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([inputs, 3 * units]))
        self.recurrent = tf.Variable(glorot([units, 3 * units]))
        self.bias = tf.Variable(tf.zeros(3 * units))

    def __call__(self, x, h):
        uz, ur, un = tf.split(self.recurrent, 3, -1)
        outputs = []
        for now in tf.unstack(x, axis=1):
            xz, xr, xn = tf.split(now @ self.kernel + self.bias, 3, -1)
            z, r = tf.sigmoid(xz + h @ uz), tf.sigmoid(xr + h @ ur)
            h = z * h + (1 - z) * tf.tanh(xn + (r * h) @ un)
            outputs.append(h)
        return tf.stack(outputs, 1), h


def gru_reset_before(inputs, units):
    return GRUResetBefore(inputs, units)
# --8<-- [end:gru_reset_before]


# --8<-- [start:simple_rnn]
class SimpleRNN(tf.Module):
    def __init__(self, inputs, units):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([inputs, units]))
        self.recurrent = tf.Variable(glorot([units, units]))
        self.bias = tf.Variable(tf.zeros(units))

    def __call__(self, x, h):
        outputs = []
        for now in tf.unstack(x, axis=1):
            h = tf.tanh(now @ self.kernel + h @ self.recurrent + self.bias)
            outputs.append(h)
        return tf.stack(outputs, 1), h


def simple_rnn(inputs, units):
    return SimpleRNN(inputs, units)
# --8<-- [end:simple_rnn]
