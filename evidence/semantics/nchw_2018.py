"""TensorFlow 1.8's convolution in NCHW on the CPU."""

import numpy as np
import tensorflow as tf

x = tf.constant(np.zeros((2, 32, 14, 14), 'float32'))
calls = [
    ('tf.layers.conv2d', lambda: tf.layers.conv2d(
        x, 64, 3, padding='same', data_format='channels_first')),
    ('tf.layers.max_pooling2d', lambda: tf.layers.max_pooling2d(
        x, 2, 2, data_format='channels_first')),
]
for name, call in calls:
    y = call()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        try:
            print(name + ':', session.run(y).shape)
        except tf.errors.OpError as error:
            print('%s: %s' % (name, error.message.split('\n')[0].strip()))
