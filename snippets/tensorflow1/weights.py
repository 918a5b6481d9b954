"""The ConvNet's weights in TensorFlow 1.8, from and to the shared layout.

Shared: kernels height × width × in × out; the dense layer's rows in the order
height, width, channel of the features that they read. TensorFlow's is the
same. An Estimator keeps its weights in checkpoints alone, so loading writes
one, at step 0, with the momentum that it will look for.
"""

import os

import tensorflow as tf

NAMES = [
    "conv1.kernel", "conv1.bias", "conv2.kernel", "conv2.bias",
    "dense.kernel", "dense.bias",
]
VARIABLES = [
    "conv2d/kernel", "conv2d/bias", "conv2d_1/kernel", "conv2d_1/bias",
    "dense/kernel", "dense/bias",
]


def load_weights(model, arrays):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.train.create_global_step()
        images = tf.placeholder(tf.float32, [None, 28, 28, 1])
        labels = tf.placeholder(tf.int64, [None])
        model.model_fn({"images": images}, labels,
                       tf.estimator.ModeKeys.TRAIN, model.config)
        session.run(tf.global_variables_initializer())
        for name, variable in zip(NAMES, tf.trainable_variables()):
            variable.load(arrays[name], session)
        path = os.path.join(model.model_dir, "model.ckpt")
        tf.train.Saver().save(session, path, global_step=0)


def dump_weights(model):
    return {
        name: model.get_variable_value(variable)
        for name, variable in zip(NAMES, VARIABLES)
    }
