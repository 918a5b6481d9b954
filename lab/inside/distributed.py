"""The steps of one process, or of several; and how long their epochs take."""

import importlib
import time
from typing import Any, Optional

import numpy as np

from lab.inside.common import Answer, Request, in_layout, version, weights_in
from lab.inside.several import trainer


def run(request: Request) -> Optional[Answer]:
    """From `request`'s initial weights, on its first 128 digits as one batch:
    the weights after each number of `steps`, in the shared layout, in the
    process of rank 0; and the seconds of so many `epochs` of its training
    digits, the first of which, that compiles, is left out."""
    convnet = importlib.import_module("convnet")
    facts = importlib.import_module("facts")
    weights = importlib.import_module("weights")
    digits = np.load(request["digits"])
    images = in_layout(digits["train_images"], request["image_layout"])
    labels = digits["train_labels"]
    initial = weights_in(digits, "initial")
    arrays, seconds = {}, []
    with trainer(request, convnet) as (module, rank):

        def train(model: Any, count: int, epochs: int) -> None:
            few, known = images[:count], labels[:count]
            module.train(
                model, few, known, epochs=epochs, batch_size=128, seed=0
            )

        model = None
        for steps in request["steps"]:
            model = module.build_model(seed=0)
            weights.load_weights(model, initial)
            train(model, 128, steps)
            for name, array in weights.dump_weights(model).items():
                arrays["weights/%d/%s" % (steps, name)] = array
        if request["epochs"]:
            model = module.build_model(seed=0)
            for _ in range(request["epochs"] + 1):
                start = time.perf_counter()
                train(model, request["count"], 1)
                seconds.append(time.perf_counter() - start)
        if rank:
            return None
    return {
        "version": version(request),
        "device": facts.device(),
        "seconds": seconds[1:],
    }, arrays
