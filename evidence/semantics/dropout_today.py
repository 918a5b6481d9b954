"""Dropout with 0.1, in training, on a million ones."""

import jax.numpy as jnp
import keras
import numpy as np
import tensorflow as tf
import torch
from flax import nnx

keras.utils.set_random_seed(0)
ones = np.ones((1000, 1000), "float32")
dropout = torch.nn.Dropout(0.1)
for name, kept in [
    ("keras.layers.Dropout(0.1)",
     keras.layers.Dropout(0.1)(ones, training=True)),
    ("torch.nn.Dropout(0.1)", dropout(torch.tensor(ones))),
    ("… after .eval()", dropout.eval()(torch.tensor(ones))),
    ("tf.nn.dropout(x, 0.1)", tf.nn.dropout(ones, 0.1)),
    ("nnx.Dropout(0.1)", nnx.Dropout(0.1, rngs=nnx.Rngs(0))(
        jnp.asarray(ones))),
]:
    kept = np.asarray(kept)
    print(f"{name:26} keeps {100 * (kept > 0).mean():3.0f} %,"
          f" each as {kept.max():.3f}")
