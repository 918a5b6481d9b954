"""Attention in TensorFlow, by hand: tf.nn has none. N×heads×T×D; several
heads N×T×(heads·D)."""

import tensorflow as tf


# --8<-- [start:attention]
# Where the mask is true, the query sees the key.
def attention(scale):
    def attend(query, key, value, mask):
        scores = tf.matmul(query, key, transpose_b=True) * scale
        scores = tf.where(mask, scores, scores.dtype.min)
        return tf.nn.softmax(scores) @ value

    return attend
# --8<-- [end:attention]


# --8<-- [start:attention_causal]
def attention_causal(scale):
    def attend(query, key, value):
        times = tf.range(query.shape[-2])
        mask = times[:, None] >= tf.range(key.shape[-2])
        scores = tf.matmul(query, key, transpose_b=True) * scale
        scores = tf.where(mask, scores, scores.dtype.min)
        return tf.nn.softmax(scores) @ value

    return attend
# --8<-- [end:attention_causal]


# --8<-- [start:multi_head_attention]
class MultiHeadAttention(tf.Module):
    def __init__(self, channels, heads):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        kernels = [glorot([channels, channels]) for _ in range(4)]
        self.kernels = [tf.Variable(kernel) for kernel in kernels]
        self.biases = [tf.Variable(tf.zeros(channels)) for _ in kernels]
        self.heads = heads

    def __call__(self, query, key, value):
        def split(x, n):  # N×T×(heads·D) to N×heads×T×D
            x = x @ self.kernels[n] + self.biases[n]
            x = tf.reshape(x, [*x.shape[:2], self.heads, -1])
            return tf.transpose(x, [0, 2, 1, 3])

        q, k, v = split(query, 0), split(key, 1), split(value, 2)
        scores = tf.matmul(q, k, transpose_b=True) * q.shape[-1] ** -0.5
        y = tf.transpose(tf.nn.softmax(scores) @ v, [0, 2, 1, 3])
        return tf.reshape(y, query.shape) @ self.kernels[3] + self.biases[3]


def multi_head_attention(channels, heads):
    return MultiHeadAttention(channels, heads)
# --8<-- [end:multi_head_attention]
