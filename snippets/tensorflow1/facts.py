"""What the command reports and the tests check about TensorFlow 1.8."""

import convnet
import tensorflow as tf
from tensorflow.python.client import device_lib
from weights import NAMES, VARIABLES

tf.logging.set_verbosity(tf.logging.ERROR)


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    if model.latest_checkpoint():
        return [
            model.get_variable_value(name)
            for name in model.get_variable_names()
            if name.endswith(("/kernel", "/bias"))
        ]
    # An Estimator has none before it trains: those that it would start with.
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(model.config.tf_random_seed)
        images = tf.placeholder(tf.float32, (None, 28, 28, 1))
        convnet.convnet(images, model.params, training=True)
        session.run(tf.global_variables_initializer())
        return session.run(tf.trainable_variables())


def device():
    for device in device_lib.list_local_devices():
        if device.device_type == "GPU":
            return "gpu: " + device.physical_device_desc
    return "cpu"


def logits_loss_gradients(model, images, labels):
    """Logits (N, 10), the mean loss, and its gradients as dump_weights."""
    with tf.Graph().as_default(), tf.Session() as session:
        logits = convnet.convnet(
            tf.constant(images), model.params, training=True)
        loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
        weights = tf.trainable_variables()
        tf.train.Saver(dict(zip(VARIABLES, weights))).restore(
            session, model.latest_checkpoint())
        logits, loss, gradients = session.run(
            [logits, loss, tf.gradients(loss, weights)])
    return logits, float(loss), dict(zip(NAMES, gradients))
