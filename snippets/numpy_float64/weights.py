"""The ConvNet's weights in NumPy, from and to the shared layout.

Shared: kernels height × width × in × out; the dense layer's rows in the order
height, width, channel of the features that they read. NumPy's is the same.
"""

import numpy as np

NAMES = [
    "conv1.kernel", "conv1.bias", "conv2.kernel", "conv2.bias",
    "dense.kernel", "dense.bias",
]


def own(model):
    return [w for layer, *weights in model for w in weights]


def load_weights(model, arrays):
    for w, name in zip(own(model), NAMES):
        w[...] = arrays[name]


def dump_weights(model):
    return {name: np.copy(w) for name, w in zip(NAMES, own(model))}
