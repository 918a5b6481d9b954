"""What the command reports and the tests check about TensorFlow."""

import tensorflow as tf
from weights import variables


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    return [v.numpy() for v in model.trainable_variables]


def device():
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return "gpu: " + details["device_name"]
    return "cpu"


def logits_loss_gradients(model, images, labels):
    """Logits (N, 10), the mean loss, and its gradients as dump_weights."""
    with tf.GradientTape() as tape:
        logits = model(images, training=True)
        loss = tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        )
    gradients = tape.gradient(loss, variables(model))
    return (
        logits.numpy(),
        float(loss),
        {name: gradient.numpy() for name, gradient in gradients.items()},
    )
