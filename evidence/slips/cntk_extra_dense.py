"""The post's CNTK network has a layer more, and a name never defined."""

import cntk as C
import numpy as np


def network(*top):
    with C.layers.default_options(init=C.glorot_uniform(), activation=C.relu):
        model = C.layers.Sequential([
            C.layers.For(range(2), lambda i: [
                C.layers.Convolution((3, 3), [32, 64][i], pad=True),
                C.layers.MaxPooling((2, 2), strides=(2, 2))]),
            *[layer() for layer in top]])
    model = model(C.input_variable((1, 28, 28)))
    return sum(int(np.prod(p.shape)) for p in model.parameters)


try:
    network(lambda: C.layers.Dense(64),
            lambda: C.layers.Dense(out_dims, activation=None))
except NameError as error:
    print(error)

# --8<-- [start:fault]
print('with Dense(64):', network(
    lambda: C.layers.Dense(64),
    lambda: C.layers.Dense(10, activation=None)), 'parameters')
# --8<-- [end:fault]
print('without it:', network(
    lambda: C.layers.Dense(10, activation=None)), 'parameters')
