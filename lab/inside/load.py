"""The framework's own file, written."""

import importlib

import numpy as np

from lab.inside.common import Answer, Request, told


def run(request: Request) -> Answer:
    """Save the weights of `request["arrays"]`, a file .npz, as the
    framework's own file `request["path"]`."""
    convnet = importlib.import_module("convnet")
    weights = importlib.import_module("weights")
    with told():
        model = convnet.build_model()
        weights.load_weights(model, dict(np.load(request["arrays"])))
        convnet.save(model, request["path"])
    return {}, {}
