"""The framework's own file, read."""

import importlib

from lab.inside.common import Answer, Request, told


def run(request: Request) -> Answer:
    """The weights in the framework's own file `request["path"]`."""
    convnet = importlib.import_module("convnet")
    weights = importlib.import_module("weights")
    with told():
        return {}, weights.dump_weights(convnet.load(request["path"]))
