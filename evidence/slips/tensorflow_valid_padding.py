"""The post's TensorFlow network has no padding='same'."""

import tensorflow as tf

# --8<-- [start:fault]
for padding in 'valid', 'same':  # tf.layers' default, and the other three's
    tf.reset_default_graph()
    x = tf.placeholder(tf.float32, [None, 28, 28, 1])
    widths = [28]
    for filters in 32, 64:
        x = tf.layers.conv2d(x, filters, 3, padding=padding)
# --8<-- [end:fault]
        widths.append(int(x.shape[1]))
        x = tf.layers.max_pooling2d(x, 2, 2)
        widths.append(int(x.shape[1]))
    x = tf.layers.flatten(x)
    tf.layers.dense(x, 10)
    parameters = sum(v.shape.num_elements() for v in tf.trainable_variables())
    print('%-5s' % padding, ' → '.join(map(str, widths)) + ',',
          x.shape[1], 'features,', parameters, 'parameters')
