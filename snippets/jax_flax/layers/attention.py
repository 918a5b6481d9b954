"""Attention in JAX with Flax. Here N×heads×T×D; several heads
N×T×(heads·D)."""

import jax
from flax import nnx


# --8<-- [start:attention]
# Its arrays are N×T×heads×D: time first. Where the mask is true, the query
# sees the key.
def attention(scale=None):  # 1/√D
    def attend(query, key, value, mask):
        query, key, value = (x.swapaxes(1, 2) for x in (query, key, value))
        y = jax.nn.dot_product_attention(
            query, key, value, mask=mask, scale=scale
        )
        return y.swapaxes(1, 2)

    return attend
# --8<-- [end:attention]


# --8<-- [start:attention_causal]
def attention_causal(scale=None):
    def attend(query, key, value):
        query, key, value = (x.swapaxes(1, 2) for x in (query, key, value))
        y = jax.nn.dot_product_attention(
            query, key, value, is_causal=True, scale=scale
        )
        return y.swapaxes(1, 2)

    return attend
# --8<-- [end:attention_causal]


# --8<-- [start:multi_head_attention]
# Kernels are in×heads×D, the last heads×D×out. Whether it decodes step by
# step must be said.
def multi_head_attention(channels, heads):
    return nnx.MultiHeadAttention(
        heads, channels, decode=False, rngs=nnx.Rngs(0)
    )
# --8<-- [end:multi_head_attention]
