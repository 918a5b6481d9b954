"""The ConvNet's weights in JAX with Flax, from and to the shared layout.

Shared: kernels height × width × in × out; the dense layer's rows in the order
height, width, channel of the features that they read. Flax' is the same.
"""

import jax.numpy as jnp
import numpy as np


def variables(model):
    conv1, conv2, dense = model.layers[0], model.layers[3], model.layers[7]
    return {
        "conv1.kernel": conv1.kernel,
        "conv1.bias": conv1.bias,
        "conv2.kernel": conv2.kernel,
        "conv2.bias": conv2.bias,
        "dense.kernel": dense.kernel,
        "dense.bias": dense.bias,
    }


def load_weights(model, arrays):
    for name, variable in variables(model).items():
        variable.set_value(jnp.asarray(arrays[name]))


def dump_weights(model):
    return {
        name: np.array(variable.get_value())
        for name, variable in variables(model).items()
    }
