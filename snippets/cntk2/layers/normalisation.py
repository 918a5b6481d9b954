"""Normalisation in CNTK 2.7. Images C×H×W."""

import cntk as C
import numpy as np


# --8<-- [start:batch_norm]
# A time constant, in images: a step keeps exp(−images / constant). While the
# count of images is 0, the first batch takes the place of what was loaded.
def batch_norm(images, keep, eps=1e-5):
    layer = C.layers.BatchNormalization(
        map_rank=1, normalization_time_constant=-images / np.log(keep),
        epsilon=eps)

    def call(x):
        y = layer(x)
        [count] = [v for v in y.constants if v.name == "aggregate_count"]
        count.value = np.array(1, "float32")
        return y

    return call
# --8<-- [end:batch_norm]


# --8<-- [start:batch_norm_frozen]
def batch_norm_frozen(eps=1e-5):
    return C.layers.BatchNormalization(map_rank=1, epsilon=eps)
# --8<-- [end:batch_norm_frozen]
