"""The ConvNet's weights in Keras, from and to the shared layout.

Shared: kernels height × width × in × out; the dense layer's rows in the order
height, width, channel of the features that they read. Keras' is the same.
"""

NAMES = [
    "conv1.kernel", "conv1.bias", "conv2.kernel", "conv2.bias",
    "dense.kernel", "dense.bias",
]


def load_weights(model, arrays):
    model.set_weights([arrays[name] for name in NAMES])


def dump_weights(model):
    return dict(zip(NAMES, model.get_weights()))
