"""What the command reports and the tests check about Keras."""

import keras
from weights import dump_weights


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    return [w.numpy() for w in model.trainable_weights]


def device():
    weight = keras.Variable(0.0).value
    place = str(getattr(weight, "device", "")).lower()
    return "gpu" if "gpu" in place or "cuda" in place else "cpu"


class Gradient(keras.optimizers.Optimizer):
    """Puts each gradient in its weight's place, on any backend."""

    def update_step(self, gradient, variable, learning_rate):
        self.assign(variable, gradient)


def logits_loss_gradients(model, images, labels):
    """Logits (N, 10), the mean loss, and its gradients as dump_weights.

    The model holds its gradients for weights afterwards."""
    logits = keras.ops.convert_to_numpy(model(images))
    model.compile(Gradient(learning_rate=1.0), model.loss)
    loss = model.train_on_batch(images, labels, return_dict=True)["loss"]
    return logits, float(loss), dump_weights(model)
