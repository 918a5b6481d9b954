"""Keras 3: the true class has logit 0, another 20; each backend's loss."""

import os
import subprocess
import sys
from functools import partial

if len(sys.argv) == 1:
    print(f"{'loss':>51} {'gradient':>8}")
    for backend in "tensorflow", "torch", "jax":
        print(backend, flush=True)
        subprocess.check_call([sys.executable, __file__, backend])
    sys.exit()
os.environ["KERAS_BACKEND"] = sys.argv[1]

import keras
import numpy as np


def after(extra, loss, labels, outputs):
    return loss(labels, extra(outputs))


logits = np.array([[0, 20] + 8 * [0]], "float32")
ways = {
    "Dense, then from_logits=True": ("linear", None, True),
    "Dense with softmax, then the default": ("softmax", None, False),
    "Dense, ops.softmax, then from_logits=True":
        ("linear", keras.ops.softmax, True),
    "Dense with softmax, then from_logits=True": ("softmax", None, True),
}
for name, (activation, extra, from_logits) in ways.items():
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits)
    # The bias is all there is: one step of rate 1 moves it by its gradient.
    dense = keras.layers.Dense(
        10, activation, kernel_initializer="zeros",
        bias_initializer=lambda shape, dtype: logits[0],
    )
    model = keras.Sequential([keras.Input((1,)), dense])
    if extra:
        loss = partial(after, extra, loss)
    model.compile(keras.optimizers.SGD(1.0), loss)
    value = model.train_on_batch(np.ones((1, 1)), np.array([0]))
    moved = dense.get_weights()[1][0]
    print(f"  {name:42} {float(value):6.2f} {moved:8.2f}")
