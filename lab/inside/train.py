"""Import, build, train, evaluate."""

import importlib
import time

import numpy as np

from lab.inside.common import (
    Answer,
    Request,
    edited,
    in_layout,
    peak_memory,
    version,
    weights_in,
)


def run(request: Request) -> Answer:
    """What `python -m snippets train --json` documents for one run.

    Training begins with the model's own weights, or with the arrays
    initial/… of the digits where there are some. `request["edit"]`, a pair
    of texts, edits convnet.py first."""
    clock = time.perf_counter
    start = clock()
    convnet = importlib.import_module("convnet")
    facts = importlib.import_module("facts")
    if request.get("edit"):
        convnet = edited(str(convnet.__file__), "edited", [request["edit"]])
    model = convnet.build_model(seed=request["seed"])
    built = clock()

    digits = np.load(request["digits"])
    initial = weights_in(digits, "initial")
    if initial:
        weights = importlib.import_module("weights")
        weights.load_weights(model, initial)
    layout = request["image_layout"]
    images = in_layout(digits["train_images"], layout)
    losses = convnet.train(
        model,
        images,
        digits["train_labels"],
        epochs=request["epochs"],
        batch_size=request["batch_size"],
        seed=request["seed"],
    )
    trained = clock()
    accuracy = convnet.evaluate(
        model, in_layout(digits["test_images"], layout), digits["test_labels"]
    )
    evaluated = clock()

    peak = peak_memory()
    return {
        "version": version(request),
        "device": facts.device(),
        "losses": [float(loss) for loss in losses],
        "test_accuracy": float(accuracy),
        "seconds": {
            "start_up": built - start,
            "training": trained - built,
            "evaluation": evaluated - trained,
        },
        "images_per_second": len(images) * len(losses) / (trained - built),
        # macOS counts bytes, Linux kibibytes.
        "peak_memory_bytes": peak,
    }, {}
