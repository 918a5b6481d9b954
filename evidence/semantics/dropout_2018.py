"""Dropout with 0.1, in training, on a million ones, in 2018."""

import cntk as C
import keras.backend as K
import numpy as np
import tensorflow as tf
import torch

tf.set_random_seed(0)
torch.manual_seed(0)
ones = np.ones((1000, 1000), 'float32')
x = C.input_variable(1000, needs_gradient=True)


def cntk(**options):
    layer = C.layers.Dropout(seed=1, **options)(x)
    # Only a training pass drops: forward() that keeps what backward() needs.
    _, values = layer.forward({x: ones}, [layer.output], {layer.output})
    return values[layer.output]


run = K.get_session().run
for name, kept in [
    ('keras K.dropout(x, 0.1)', run(K.dropout(tf.constant(ones), 0.1))),
    ('tf.layers.dropout(x, 0.1)', run(
        tf.layers.dropout(tf.constant(ones), 0.1, training=True))),
    ('tf.nn.dropout(x, 0.1)', run(tf.nn.dropout(tf.constant(ones), 0.1))),
    ('torch.nn.Dropout(0.1)', torch.nn.Dropout(0.1)(torch.tensor(ones))),
    ('C.layers.Dropout(0.1)', cntk(dropout_rate=0.1)),
    ('… keep_prob=0.1', cntk(keep_prob=0.1)),
]:
    kept = np.asarray(kept)
    print('%-26s keeps %3.0f %%, each as %.3f' % (
        name, 100 * (kept > 0).mean(), kept.max()))
