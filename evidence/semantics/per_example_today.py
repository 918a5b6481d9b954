"""One loss a digit, or one a batch: what comes back, and what it trains."""

import jax
import keras
import numpy as np
import optax
import tensorflow as tf
import torch

rng = np.random.default_rng(0)
logits = rng.standard_normal((128, 10)).astype("float32")
labels = rng.integers(0, 10, 128)

x, y = torch.tensor(logits, requires_grad=True), torch.tensor(labels)
loss = torch.nn.functional.cross_entropy(x, y)
loss.backward()
slope = abs(x.grad.numpy()).sum()
print(f"torch cross_entropy: {tuple(loss.shape)}, mean {loss:.4f}")

loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
loss = loss(labels, logits)
print(f"keras SparseCategoricalCrossentropy: {tuple(loss.shape)},"
      f" mean {loss:.4f}")

x = tf.Variable(logits)
with tf.GradientTape() as tape:
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, x)
ratio = np.abs(tape.gradient(losses, x)).sum() / slope
print(f"tf.nn …_with_logits: {tuple(losses.shape)},"
      f" mean {np.mean(losses):.4f}; its gradient is {ratio:.0f} times the"
      " mean's")

cross_entropy = optax.softmax_cross_entropy_with_integer_labels
losses = cross_entropy(logits, labels)
print(f"optax …_integer_labels: {losses.shape}, mean {losses.mean():.4f}")
try:
    jax.grad(cross_entropy)(logits, labels)
except TypeError as error:
    print("jax.grad of it:", str(error).split(".")[0])
