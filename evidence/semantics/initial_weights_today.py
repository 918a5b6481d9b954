"""The first weights of this network, by each framework's own defaults."""

import keras
import numpy as np
import torch
from flax import nnx
from keras import layers
from torch import nn

keras.utils.set_random_seed(0)
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(32, 3, padding="same"),
    layers.Conv2D(64, 3, padding="same"),
])
dense = layers.Dense(10)
dense.build((None, 3136))
found = {"Keras": [w for x in [*model.layers, dense] for w in x.get_weights()]}

torch.manual_seed(0)
stack = [nn.Conv2d(1, 32, 3), nn.Conv2d(32, 64, 3), nn.Linear(3136, 10)]
found["PyTorch"] = [
    p.detach().numpy() for layer in stack for p in (layer.weight, layer.bias)
]

rngs = nnx.Rngs(0)
stack = [
    nnx.Conv(1, 32, (3, 3), rngs=rngs),
    nnx.Conv(32, 64, (3, 3), rngs=rngs),
    nnx.Linear(3136, 10, rngs=rngs),
]
found["Flax"] = [
    np.asarray(p[...]) for layer in stack for p in (layer.kernel, layer.bias)
]

print("largest kernel: conv1  conv2   dense  deviation of dense  largest bias")
for name, arrays in found.items():
    a, _, b, _, dense, _ = [abs(array).max() for array in arrays]
    bias = max(abs(array).max() for array in arrays[1::2])
    print(f"{name:14} {a:6.3f} {b:6.3f}  {dense:6.4f}  "
          f"{arrays[4].std():18.4f}  {bias:12.3f}")
