"""Defaults that change this network's shapes, and 'same' at stride 2."""

import jax.numpy as jnp
import keras
import numpy as np
import tensorflow as tf
import torch
from flax import nnx

x = np.zeros((1, 28, 28, 1), "float32")
print("a pool of 2×2 without a stride:")
print("  keras MaxPooling2D:", keras.layers.MaxPooling2D(2)(x).shape[1])
print("  torch MaxPool2d:   ", torch.nn.MaxPool2d(2)(torch.zeros(1, 28, 28))
      .shape[1])
print("  nnx.max_pool:      ", nnx.max_pool(jnp.asarray(x), (2, 2)).shape[1])

width = 28
for _ in range(2):
    width = nnx.max_pool(jnp.zeros((1, width, width, 1)), (2, 2)).shape[1]
features = width * width * 64
print(f"this network with it: {features} features,"
      f" {320 + 18496 + features * 10 + 10} parameters")

print("a convolution of 3×3 without padding:")
print("  keras Conv2D:", keras.layers.Conv2D(1, 3)(x).shape[1])
print("  torch Conv2d:", torch.nn.Conv2d(1, 1, 3)(torch.zeros(1, 28, 28))
      .shape[1])
print("  nnx.Conv:    ", nnx.Conv(1, 1, (3, 3), rngs=nnx.Rngs(0))(x).shape[1])

print("sums over 3 of 1 2 3 4 5 6 7 8, stride 2, 'same':")
row = np.arange(1, 9, dtype="float32")
ones = np.ones((3, 1, 1), "float32")
kept = tf.nn.conv1d(row.reshape(1, 8, 1), ones, 2, "SAME")
print("  tf.nn.conv1d, SAME:     ", *np.ravel(kept).astype(int))
kept = keras.ops.conv(row.reshape(1, 8, 1), ones, 2, "same")
print("  keras.ops.conv, same:   ", *np.ravel(kept).astype(int))
conv = nnx.Conv(
    1, 1, (3,), strides=2, use_bias=False, rngs=nnx.Rngs(0),
    kernel_init=nnx.initializers.ones,
)
print("  nnx.Conv, SAME:         ", *np.ravel(conv(row.reshape(1, 8, 1)))
      .astype(int))
conv1d = torch.nn.functional.conv1d
row, ones = torch.tensor(row).reshape(1, 1, 8), torch.ones(1, 1, 3)
kept = conv1d(row, ones, stride=2, padding=1)
print("  torch conv1d, padding=1:", *np.ravel(kept).astype(int))
try:
    conv1d(row, ones, stride=2, padding="same")
except RuntimeError as error:
    print("  torch conv1d, same:     ", error)
