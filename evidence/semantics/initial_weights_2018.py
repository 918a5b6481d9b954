"""The first weights of this network, by the defaults of 2018."""

import cntk as C
import keras.backend as K
import numpy as np
import tensorflow as tf
import torch
from keras.layers import Conv2D, Dense
from torch import nn

found = {}
np.random.seed(0)
layers = [Conv2D(32, 3), Conv2D(64, 3), Dense(10)]
shapes = [(None, 28, 28, 1), (None, 14, 14, 32), (None, 3136)]
for layer, shape in zip(layers, shapes):
    layer.build(shape)
found['Keras'] = [w for layer in layers for w in layer.get_weights()]

tf.set_random_seed(0)
known = set(tf.global_variables())
tf.layers.conv2d(tf.zeros((1, 28, 28, 1)), 32, 3)
tf.layers.conv2d(tf.zeros((1, 14, 14, 32)), 64, 3)
tf.layers.dense(tf.zeros((1, 3136)), 10)
new = [v for v in tf.global_variables() if v not in known]
K.get_session().run(tf.variables_initializer(new))
found['TensorFlow'] = K.get_session().run(new)

torch.manual_seed(0)
layers = [nn.Conv2d(1, 32, 3), nn.Conv2d(32, 64, 3), nn.Linear(3136, 10)]
found['PyTorch'] = [p.detach().numpy()
                    for layer in layers for p in (layer.weight, layer.bias)]

C.cntk_py.set_fixed_random_seed(0)
layers = [C.layers.Convolution((3, 3), 32), C.layers.Convolution((3, 3), 64),
          C.layers.Dense(10)]
shapes = [(1, 28, 28), (32, 14, 14), (64, 7, 7)]
layers = [layer(C.input_variable(shape))
          for layer, shape in zip(layers, shapes)]
found['CNTK'] = [p.value for layer in layers for p in (layer.W, layer.b)]

print('largest kernel: conv1  conv2   dense  largest bias')
for name in 'Keras', 'TensorFlow', 'PyTorch', 'CNTK':
    largest = [abs(array).max() for array in found[name]]
    print('%-14s %6.3f %6.3f  %6.4f  %12.3f' % (
        name, largest[0], largest[2], largest[4], max(largest[1::2])))
