"""The framework's own file, loaded by its convnet.py alone, with nothing of
ours between."""

import importlib

import numpy as np

from lab.inside.common import Answer, Request, in_layout


def run(request: Request) -> Answer:
    """The accuracy of `request["path"]` on the test digits."""
    convnet = importlib.import_module("convnet")
    digits = np.load(request["digits"])
    images = in_layout(digits["test_images"], request["image_layout"])
    model = convnet.load(request["path"])
    accuracy = convnet.evaluate(model, images, digits["test_labels"])
    return {"accuracy": float(accuracy)}, {}
