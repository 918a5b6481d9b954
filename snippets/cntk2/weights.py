"""The ConvNet's weights in CNTK 2.7, from and to the shared layout.

Shared: kernels height × width × in × out; the dense layer's rows in the order
height, width, channel of the features that they read. CNTK has kernels
out × in × height × width, biases out × 1 × 1, and a dense layer that keeps the
axes of what it reads: channel × height × width × out.
"""

import numpy as np


def load_weights(model, arrays):
    # CNTK lists its parameters from the last layer to the first.
    dense, dense_bias, conv2, bias2, conv1, bias1 = model.parameters
    conv1.value = arrays["conv1.kernel"].transpose(3, 2, 0, 1)  # 32×1×3×3
    bias1.value = arrays["conv1.bias"].reshape(32, 1, 1)
    conv2.value = arrays["conv2.kernel"].transpose(3, 2, 0, 1)  # 64×32×3×3
    bias2.value = arrays["conv2.bias"].reshape(64, 1, 1)
    rows = arrays["dense.kernel"].reshape(7, 7, 64, 10)
    dense.value = rows.transpose(2, 0, 1, 3)                    # 64×7×7×10
    dense_bias.value = arrays["dense.bias"]


def dump_weights(model):
    return in_shared_layout(p.value for p in model.parameters)


def in_shared_layout(values):
    dense, dense_bias, conv2, bias2, conv1, bias1 = values
    arrays = {
        "conv1.kernel": conv1.transpose(2, 3, 1, 0),
        "conv1.bias": bias1.reshape(32),
        "conv2.kernel": conv2.transpose(2, 3, 1, 0),
        "conv2.bias": bias2.reshape(64),
        "dense.kernel": dense.transpose(1, 2, 0, 3).reshape(3136, 10),
        "dense.bias": dense_bias,
    }
    return {name: np.ascontiguousarray(a) for name, a in arrays.items()}
