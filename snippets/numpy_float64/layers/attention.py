"""Attention in NumPy: what the frameworks' is compared with.

Queries N×T×D, keys and values N×S×D; kernels in × out, the heads side by side
in the columns: head 0 first.
"""

import numpy as np


def softmax(x):
    e = np.exp(x - x.real.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# --8<-- [start:attention]
# Vaswani et al., arXiv:1706.03762. N×heads×T×D; where the mask is true, the
# query sees the key.
def attention(query, key, value, mask, scale):
    scores = query @ key.swapaxes(-1, -2) * scale
    return softmax(np.where(mask, scores, -np.inf)) @ value
# --8<-- [end:attention]


# --8<-- [start:attention_causal]
# A query sees what is not behind it: the first sees one key.
def attention_causal(query, key, value, scale):
    mask = np.tri(query.shape[-2], key.shape[-2], dtype=bool)
    return attention(query, key, value, mask, scale)
# --8<-- [end:attention_causal]


# --8<-- [start:multi_head_attention]
def multi_head_attention(
    query, key, value, query_kernel, query_bias, key_kernel, key_bias,
    value_kernel, value_bias, out_kernel, out_bias, heads,
):
    def split(x):  # N×T×(heads·D) to N×heads×T×D
        return x.reshape(*x.shape[:2], heads, -1).swapaxes(1, 2)

    q = split(query @ query_kernel + query_bias)
    k = split(key @ key_kernel + key_bias)
    v = split(value @ value_kernel + value_bias)
    y = attention(q, k, v, True, 1 / np.sqrt(q.shape[-1]))
    y = y.swapaxes(1, 2).reshape(*query.shape[:2], -1)
    return y @ out_kernel + out_bias
# --8<-- [end:multi_head_attention]
