"""Attention in MLX. N×heads×T×D; several heads N×T×(heads·D)."""

import mlx.core as mx
import mlx.nn as nn


# --8<-- [start:attention]
# The scale must be said. A boolean mask: true is seen; another is added.
def attention(scale):
    return lambda query, key, value, mask: (
        mx.fast.scaled_dot_product_attention(
            query, key, value, scale=scale, mask=mask
        )
    )
# --8<-- [end:attention]


# --8<-- [start:attention_causal]
# Of fewer queries than keys the last one sees all.
def attention_causal(scale):
    return lambda query, key, value: mx.fast.scaled_dot_product_attention(
        query, key, value, scale=scale, mask="causal"
    )
# --8<-- [end:attention_causal]


# --8<-- [start:multi_head_attention]
# Without bias=True none of the four projections has a bias.
def multi_head_attention(channels, heads):
    return nn.MultiHeadAttention(channels, heads, bias=True)
# --8<-- [end:multi_head_attention]
