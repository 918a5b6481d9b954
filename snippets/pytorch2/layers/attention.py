"""Attention in PyTorch. N×heads×T×D; several heads N×T×(heads·D)."""

from torch import nn
from torch.nn.functional import scaled_dot_product_attention


# --8<-- [start:attention]
# A boolean mask: true is seen. nn.MultiheadAttention's: true is not.
def attention(scale=None):  # 1/√D
    return lambda query, key, value, mask: scaled_dot_product_attention(
        query, key, value, mask, scale=scale
    )
# --8<-- [end:attention]


# --8<-- [start:attention_causal]
def attention_causal(scale=None):
    return lambda query, key, value: scaled_dot_product_attention(
        query, key, value, is_causal=True, scale=scale
    )
# --8<-- [end:attention_causal]


# --8<-- [start:multi_head_attention]
# Queries', keys' and values' kernels lie behind each other, out × in, in one
# weight, and the biases too.
class MultiHeadAttention(nn.MultiheadAttention):
    def forward(self, query, key, value):
        return super().forward(query, key, value, need_weights=False)[0]


def multi_head_attention(channels, heads):
    return MultiHeadAttention(channels, heads, batch_first=True)
# --8<-- [end:multi_head_attention]
