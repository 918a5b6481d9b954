"""Import, build, train, evaluate."""

import hashlib
import importlib
import time
from typing import Any, List, Optional

import numpy as np

from lab.inside import checkpoints
from lab.inside.common import (
    Answer,
    Arrays,
    Request,
    edited,
    in_layout,
    peak_memory,
    version,
    weights_in,
)
from lab.inside.several import trainer


def run(request: Request) -> Optional[Answer]:
    """What `python -m snippets train --json` documents for one run, or None
    in all processes but the first.

    Training begins with the model's own weights, or with the arrays
    initial/… of the digits where there are some. `request["edit"]`, a pair
    of texts, edits convnet.py first; `request["kept"]` says where it keeps
    checkpoints, and from which one it goes on."""
    clock = time.perf_counter
    start = clock()
    convnet = importlib.import_module("convnet")
    facts = importlib.import_module("facts")
    if request.get("edit"):
        convnet = edited(str(convnet.__file__), "edited", [request["edit"]])
    with trainer(request, convnet) as (module, rank):
        model = module.build_model(seed=request["seed"])
        built = clock()

        digits = np.load(request["digits"])
        initial = weights_in(digits, "initial")
        if initial:
            weights = importlib.import_module("weights")
            weights.load_weights(model, initial)
        layout = request["image_layout"]
        images = in_layout(digits["train_images"], layout)
        labels = digits["train_labels"]

        def train(epochs: int, checkpoint: Optional[str] = None) -> List[Any]:
            found = module.train(
                model,
                images,
                labels,
                epochs=epochs,
                checkpoint=checkpoint,
                batch_size=request["batch_size"],
                seed=request["seed"],
            )
            return [float(loss) for loss in found]

        if request.get("kept"):
            shapes = [list(p.shape) for p in facts.parameters(model)]
            losses = checkpoints.trained(train, request, shapes, rank)
        else:
            losses = train(request["epochs"])
        trained = clock()
        if rank:
            return None
        test_images = in_layout(digits["test_images"], layout)
        accuracy = convnet.evaluate(model, test_images, digits["test_labels"])
        evaluated = clock()
    more = {}
    if request.get("kept"):
        weights = importlib.import_module("weights")
        more["weights_sha256"] = digest(weights.dump_weights(model))
    ran = len(losses) - len(request.get("kept", {}).get("losses", []))
    return dict(
        more,
        **{
            "version": version(request),
            "device": facts.device(),
            "losses": losses,
            "test_accuracy": float(accuracy),
            "seconds": {
                "start_up": built - start,
                "training": trained - built,
                "evaluation": evaluated - trained,
            },
            "images_per_second": len(images) * ran / (trained - built),
            # macOS counts bytes, Linux kibibytes.
            "peak_memory_bytes": peak_memory(),
        },
    ), {}


def digest(arrays: Arrays) -> str:
    """The SHA-256 of weights: of the bytes of each, in the order of their
    names."""
    found = hashlib.sha256()
    for name in sorted(arrays):
        found.update(np.ascontiguousarray(arrays[name]).tobytes())
    return found.hexdigest()
