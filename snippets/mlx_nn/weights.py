"""The ConvNet's weights in MLX, from and to the shared layout.

Shared: kernels height × width × in × out; the dense layer's rows in the order
height, width, channel of the features that they read. MLX has kernels
out × height × width × in and dense kernels out × in; its flatten, of images
with channels last, has the shared order.
"""

import mlx.core as mx
import numpy as np


def layers(model):
    found = [layer for layer in model.layers if hasattr(layer, "weight")]
    return dict(zip(["conv1", "conv2", "dense"], found, strict=True))


def load_weights(model, arrays):
    for name, layer in layers(model).items():
        kernel = np.moveaxis(arrays[f"{name}.kernel"], -1, 0)  # out first
        layer.weight = mx.array(kernel)
        layer.bias = mx.array(arrays[f"{name}.bias"])


def dump_weights(model):
    arrays = {}
    for name, layer in layers(model).items():
        kernel = np.moveaxis(np.array(layer.weight), 0, -1)    # out last
        arrays[f"{name}.kernel"] = kernel.copy(order="C")
        arrays[f"{name}.bias"] = np.array(layer.bias)
    return arrays
