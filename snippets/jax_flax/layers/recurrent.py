"""Recurrent layers in JAX with Flax: a cell, and nnx.RNN that scans it over
time. x is N×T×in, a state N×H."""

import jax.numpy as jnp
from flax import nnx


# --8<-- [start:lstm]
# Gates: input, forget, cell, output. The state is (c, h), the cell first, and
# what is returned is (state, outputs).
class LSTM(nnx.RNN):
    def __call__(self, x, h, c):
        (c, h), y = super().__call__(
            x, initial_carry=(c, h), return_carry=True
        )
        return y, h, c


def lstm(inputs, units):
    return LSTM(nnx.OptimizedLSTMCell(inputs, units, rngs=nnx.Rngs(0)))
# --8<-- [end:lstm]


# --8<-- [start:lstm_lengths]
# The state is that of a sequence's last step. The outputs go on beyond it,
# over the padding: made zero by hand.
class LSTMOfLengths(nnx.RNN):
    def __call__(self, x, lengths):
        (c, h), y = super().__call__(
            x, seq_lengths=lengths, return_carry=True
        )
        alive = jnp.arange(x.shape[1]) < lengths[:, None]
        return jnp.where(alive[..., None], y, 0.0), h, c


def lstm_lengths(inputs, units):
    cell = nnx.OptimizedLSTMCell(inputs, units, rngs=nnx.Rngs(0))
    return LSTMOfLengths(cell)
# --8<-- [end:lstm_lengths]


# --8<-- [start:lstm_bidirectional]
def lstm_bidirectional(inputs, units):
    rngs = nnx.Rngs(0)
    return nnx.Bidirectional(  # N×T×(forwards, backwards)
        nnx.RNN(nnx.OptimizedLSTMCell(inputs, units, rngs=rngs)),
        nnx.RNN(nnx.OptimizedLSTMCell(inputs, units, rngs=rngs)),
    )
# --8<-- [end:lstm_bidirectional]


# --8<-- [start:gru]
# Gates: reset, update, new. GRUCell's recurrent product has no bias, though
# its formula shows one: a Linear that has one takes its place.
class GRU(nnx.RNN):
    def __call__(self, x, h):
        h, y = super().__call__(x, initial_carry=h, return_carry=True)
        return y, h


def gru(inputs, units):
    rngs = nnx.Rngs(0)
    cell = nnx.GRUCell(inputs, units, rngs=rngs)
    orthogonal = nnx.initializers.orthogonal()
    cell.dense_h = nnx.Linear(
        units, 3 * units, kernel_init=orthogonal, rngs=rngs
    )
    return GRU(cell)
# --8<-- [end:gru]


# --8<-- [start:gru_reset_before]
# GRUCell has the reset gate behind the product: a cell of one's own.
class ResetBefore(nnx.GRUCell):
    def __call__(self, h, x):
        xr, xz, xn = jnp.split(self.dense_i(x), 3, axis=-1)
        ur, uz, un = jnp.split(self.dense_h.kernel[...], 3, axis=-1)
        r, z = nnx.sigmoid(xr + h @ ur), nnx.sigmoid(xz + h @ uz)
        h = z * h + (1 - z) * jnp.tanh(xn + (r * h) @ un)
        return h, h


class GRUResetBefore(nnx.RNN):
    def __call__(self, x, h):
        h, y = super().__call__(x, initial_carry=h, return_carry=True)
        return y, h


def gru_reset_before(inputs, units):
    return GRUResetBefore(ResetBefore(inputs, units, rngs=nnx.Rngs(0)))
# --8<-- [end:gru_reset_before]


# --8<-- [start:simple_rnn]
class SimpleRNN(nnx.RNN):
    def __call__(self, x, h):
        h, y = super().__call__(x, initial_carry=h, return_carry=True)
        return y, h


def simple_rnn(inputs, units):
    return SimpleRNN(nnx.SimpleCell(inputs, units, rngs=nnx.Rngs(0)))
# --8<-- [end:simple_rnn]
