"""Pooling in CNTK 2.7. Images C×H×W."""

import cntk as C


# --8<-- [start:average_pool_same]
# What pad=True adds is not counted.
def average_pool_same(window, stride):
    return C.layers.AveragePooling(tuple(window), tuple(stride), pad=True)
# --8<-- [end:average_pool_same]


# --8<-- [start:global_average_pool]
def global_average_pool():
    return lambda x: C.reshape(C.layers.GlobalAveragePooling()(x), (-1,))
# --8<-- [end:global_average_pool]


# --8<-- [start:global_max_pool]
def global_max_pool():
    return lambda x: C.reshape(C.layers.GlobalMaxPooling()(x), (-1,))
# --8<-- [end:global_max_pool]
