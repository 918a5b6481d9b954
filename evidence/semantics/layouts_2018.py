"""The tensors of 2018: kernels, dense layers, and the flatten order."""

import cntk as C
import keras.backend as K
import numpy as np
import tensorflow as tf
import torch
from keras.layers import Conv2D, Dense, Flatten, Input
from keras.models import Model

first = np.zeros((1, 64, 7, 7), 'float32')  # N C H W
first[0, 5, 2, 3] = 1
last = first.transpose(0, 2, 3, 1)          # N H W C
print('where feature c=5, h=2, w=3 is after flattening:')
x = Input((7, 7, 64))
print('  keras Flatten:    ', Model(x, Flatten()(x)).predict(last).argmax())
print('  tf.layers.flatten:', K.get_session().run(
    tf.layers.flatten(tf.constant(last))).argmax())
print('  torch view:       ', int(torch.tensor(first).view(1, -1).argmax()))

print('kernels of the second convolution and of the dense layer:')
x = Input((14, 14, 32))
conv, dense = Conv2D(64, 3), Dense(10)
conv(x), dense(Input((3136,)))
print('  keras:    ', K.int_shape(conv.kernel), K.int_shape(dense.kernel))
conv, dense = tf.layers.Conv2D(64, 3), tf.layers.Dense(10)
conv(tf.zeros((1, 14, 14, 32))), dense(tf.zeros((1, 3136)))
print('  tf.layers:', tuple(conv.kernel.shape.as_list()),
      tuple(dense.kernel.shape.as_list()))
print('  torch:    ', tuple(torch.nn.Conv2d(32, 64, 3).weight.shape),
      tuple(torch.nn.Linear(3136, 10).weight.shape))
x = C.input_variable((64, 7, 7))
dense = C.layers.Dense(10)(x)
print('  cntk:     ', C.layers.Convolution((3, 3), 64)(
    C.input_variable((32, 14, 14))).W.shape, dense.W.shape)

rng = np.random.RandomState(0)
batch = rng.rand(3, 64, 7, 7).astype('float32')
rows = dense.W.value.reshape(3136, 10)
print("CNTK's dense layer is C-order flattening, to %.0e" % max(
    1e-5, abs(dense.eval(batch) - batch.reshape(3, 3136) @ rows).max()))
