"""Train one framework's ConvNet once: `worker.py REQUEST.json RESULT.json`.

`python -m snippets train` starts this file in a process of its own, under
the framework's own interpreter, so it is written for Python 3.6 as well.
"""

import importlib
import json
import os
import resource
import signal
import sys
import threading
import time

import numpy as np


def end_with_parent():
    # Standard input is a pipe that nobody writes to: it ends when the parent
    # does, however the parent ends, and nothing may outlive it.
    os.read(0, 1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def in_layout(images, layout):
    """uint8 (N, 28, 28) to float32 in [0, 1], (N, 1, 28, 28) for "NCHW" or
    (N, 28, 28, 1) for "NHWC"."""
    axis = {"NCHW": 1, "NHWC": 3}[layout]
    return np.expand_dims(images.astype("float32") / 255, axis)


def run(request):
    """Import, build, train and evaluate as `request` says; return what
    `python -m snippets train --json` documents for one run."""
    clock = time.perf_counter
    start = clock()
    sys.path.insert(0, request["folder"])
    convnet = importlib.import_module("convnet")
    facts = importlib.import_module("facts")
    model = convnet.build_model(seed=request["seed"])
    built = clock()

    digits = np.load(request["digits"])
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

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "version": importlib.import_module(request["import_name"]).__version__,
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
        "peak_memory_bytes": peak * (1 if sys.platform == "darwin" else 1024),
    }


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    with open(sys.argv[1]) as file:
        result = run(json.load(file))
    with open(sys.argv[2], "w") as file:
        json.dump(result, file)
