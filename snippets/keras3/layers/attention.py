"""Attention in Keras. Here N×heads×T×D; several heads N×T×(heads·D)."""

import keras
from keras import ops


# --8<-- [start:attention]
# Its arrays are N×T×heads×D: time first. Where the mask is true, the query
# sees the key.
def attention(scale=None):  # 1/√D
    def attend(query, key, value, mask):
        query, key, value = (
            ops.swapaxes(x, 1, 2) for x in (query, key, value)
        )
        y = ops.dot_product_attention(
            query, key, value, mask=mask[None, None], scale=scale
        )
        return ops.swapaxes(y, 1, 2)

    return attend
# --8<-- [end:attention]


# --8<-- [start:attention_causal]
def attention_causal(scale=None):
    def attend(query, key, value):
        query, key, value = (
            ops.swapaxes(x, 1, 2) for x in (query, key, value)
        )
        y = ops.dot_product_attention(
            query, key, value, is_causal=True, scale=scale
        )
        return ops.swapaxes(y, 1, 2)

    return attend
# --8<-- [end:attention_causal]


# --8<-- [start:multi_head_attention]
# key_dim is that of one head. It is called with the value before the key.
# Kernels are in×heads×D, the last heads×D×out.
def multi_head_attention(channels, heads):
    layer = keras.layers.MultiHeadAttention(heads, channels // heads)
    return layer, lambda query, key, value: layer(query, value, key)
# --8<-- [end:multi_head_attention]
