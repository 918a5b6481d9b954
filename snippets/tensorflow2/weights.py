"""The ConvNet's weights in TensorFlow, from and to the shared layout.

Shared: kernels height × width × in × out; the dense layer's rows in the order
height, width, channel of the features that they read. TensorFlow's is the
same.
"""


def variables(model):
    return {
        "conv1.kernel": model.conv1,
        "conv1.bias": model.bias1,
        "conv2.kernel": model.conv2,
        "conv2.bias": model.bias2,
        "dense.kernel": model.dense,
        "dense.bias": model.bias3,
    }


def load_weights(model, arrays):
    for name, variable in variables(model).items():
        variable.assign(arrays[name])


def dump_weights(model):
    return {name: v.numpy() for name, v in variables(model).items()}
