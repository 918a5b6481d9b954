"""Keras 3: 16 digits, one a batch, 4 epochs; how many orders are drawn?"""

import os
import subprocess
import sys

if len(sys.argv) == 1:
    for backend in "tensorflow", "torch", "jax":
        print(backend, flush=True)
        subprocess.check_call([sys.executable, __file__, backend])
    sys.exit()
os.environ["KERAS_BACKEND"] = sys.argv[1]

import keras
import numpy as np
import tensorflow as tf

digits = np.arange(16, dtype="float32").reshape(16, 1)


class Order(keras.callbacks.Callback):
    def __init__(self):
        self.orders = {}

    def on_train_batch_end(self, batch, logs):
        # The loss is the mean of the digits so far.
        so_far = round(float(logs["loss"]) * (batch + 1))
        self.orders[self.epoch].append(so_far)

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        self.orders[epoch] = []


def orders(*data, **options):
    dense = keras.layers.Dense(1, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((1,)), dense])
    model.compile(keras.optimizers.SGD(0.0), lambda y, outputs: outputs)
    order = Order()
    model.fit(*data, epochs=4, verbose=0, callbacks=[order], **options)
    return len(set(map(tuple, order.orders.values())))


print("  fit(images, labels), no seed:        ",
      orders(digits, digits, batch_size=1))
keras.utils.set_random_seed(0)
print("  fit(images, labels), set_random_seed:",
      orders(digits, digits, batch_size=1))
data = tf.data.Dataset.from_tensor_slices((digits, digits))
data = data.shuffle(16, seed=0).batch(1)
print("  fit(data.shuffle), set_random_seed:  ", orders(data))
