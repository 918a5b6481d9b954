"""Two things called decay, after the 5,628 steps of 12 epochs of MNIST."""

import warnings

import keras
import tensorflow as tf
import torch

steps = 12 * 469

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    keras.optimizers.SGD(0.05, decay=1e-6)
print("SGD(0.05, decay=1e-6):", caught[0].message)

rate = keras.optimizers.schedules.InverseTimeDecay(0.05, 1, 1e-6)
print(f"InverseTimeDecay(0.05, 1, 1e-6): rate {float(rate(steps)):.5f}")

# A weight of 1 that the loss does not depend on: its gradient is always 0.
# float64, because float32 would round each of these steps.
w = keras.Variable(1.0, dtype="float64")
sgd = keras.optimizers.SGD(
    0.05, momentum=0.9, nesterov=True, weight_decay=1e-6
)
step = tf.function(lambda: sgd.apply([tf.zeros((), "float64")], [w]))
for _ in range(steps):
    step()
print(f"Keras, weight_decay=1e-6: rate {float(sgd.learning_rate):.5f},",
      f"weight {float(w.numpy()):.5f}")

w = torch.nn.Parameter(torch.ones((), dtype=torch.float64))
sgd = torch.optim.SGD(
    [w], lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-6
)
for _ in range(steps):
    w.grad = torch.zeros_like(w)
    sgd.step()
print(f"PyTorch, weight_decay=1e-6: rate {sgd.param_groups[0]['lr']:.5f},",
      f"weight {w.item():.5f}")
