"""What a framework makes of the same weights and digits as the others."""

import importlib
from typing import Any

import numpy as np

from lab.inside.common import Answer, Request, in_layout, version, weights_in


def run(request: Request) -> Answer:
    """From `request`'s initial weights, on its first 128 digits: logits,
    loss, gradients, and the weights after each number of steps. From its
    trained weights: probabilities and accuracy on the test digits. The arrays
    are in the shared layout."""
    convnet = importlib.import_module("convnet")
    facts = importlib.import_module("facts")
    weights = importlib.import_module("weights")
    digits = np.load(request["digits"])
    layout = request["image_layout"]
    images = in_layout(digits["train_images"][:128], layout)
    labels = digits["train_labels"][:128]
    test_images = in_layout(digits["test_images"], layout)
    test_labels = digits["test_labels"]

    def loaded(prefix: str) -> Any:
        model = convnet.build_model(seed=0)
        weights.load_weights(model, weights_in(digits, prefix))
        return model

    arrays, losses = {}, []
    for steps in [0] + request["steps"]:
        model = loaded("initial")
        # All the digits are one batch, so each epoch is one step.
        if steps:
            losses = convnet.train(
                model, images, labels, epochs=steps, batch_size=128, seed=0
            )
        for name, array in weights.dump_weights(model).items():
            arrays["weights/%d/%s" % (steps, name)] = array

    logits, loss, gradients = facts.logits_loss_gradients(
        loaded("initial"), images, labels
    )
    arrays["logits"] = logits
    arrays["loss"] = np.array(loss)
    arrays["losses"] = np.array(losses, dtype="float64")
    for name, array in gradients.items():
        arrays["gradient/" + name] = array

    model = loaded("trained")
    accuracy = convnet.evaluate(model, test_images, test_labels)
    arrays["trained_probabilities"] = convnet.predict(model, test_images)
    return {
        "version": version(request),
        "device": facts.device(),
        "trained_accuracy": float(accuracy),
    }, arrays
