"""One task with one framework's ConvNet: `worker.py REQUEST.json RESULT.json`.

`python -m snippets` starts this file in a process of its own, under the
framework's own interpreter, so it is written for Python 3.6 as well. Arrays
that a task returns go into RESULT.npz.
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


def edited(path, name, edits):
    """The file `path` as a module of its own, called `name`, with the texts
    of each pair (find, replace) replaced."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    for find, replace in edits:
        if source.count(find) != 1:
            raise ValueError("{!r} is not once in {}".format(find, path))
        source = source.replace(find, replace)
    with open(name + ".py", "w", encoding="utf-8") as file:
        file.write(source)
    sys.path.insert(0, os.getcwd())
    return importlib.import_module(name)


def weights_in(arrays, prefix):
    """The arrays whose names begin with `prefix`/, without it."""
    return {
        name.split("/")[1]: arrays[name]
        for name in arrays
        if name.startswith(prefix + "/")
    }


def train(request):
    """Import, build, train and evaluate as `request` says; return what
    `python -m snippets train --json` documents for one run.

    Training begins with the model's own weights, or with the arrays
    initial/… of the digits where there are some. `request["edit"]`, a pair
    of texts, edits convnet.py first."""
    clock = time.perf_counter
    start = clock()
    convnet = importlib.import_module("convnet")
    facts = importlib.import_module("facts")
    if request.get("edit"):
        convnet = edited(convnet.__file__, "edited", [request["edit"]])
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
    }, {}


def parity(request):
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

    def loaded(prefix):
        model = convnet.build_model(seed=0)
        weights.load_weights(model, weights_in(digits, prefix))
        return model

    arrays, losses = {}, {}
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
        "version": importlib.import_module(request["import_name"]).__version__,
        "device": facts.device(),
        "trained_accuracy": float(accuracy),
    }, arrays


def dump(request):
    """The weights in the framework's own file `request["path"]`."""
    convnet = importlib.import_module("convnet")
    weights = importlib.import_module("weights")
    return {}, weights.dump_weights(convnet.load(request["path"]))


def load(request):
    """Save the weights of `request["arrays"]`, a file .npz, as the
    framework's own file `request["path"]`."""
    convnet = importlib.import_module("convnet")
    weights = importlib.import_module("weights")
    model = convnet.build_model()
    weights.load_weights(model, dict(np.load(request["arrays"])))
    convnet.save(model, request["path"])
    return {}, {}


TASKS = {"train": train, "parity": parity, "dump": dump, "load": load}

if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    with open(sys.argv[1]) as file:
        request = json.load(file)
    sys.path.insert(0, request["folder"])
    result, arrays = TASKS[request["task"]](request)
    if arrays:
        np.savez(sys.argv[2].replace(".json", ".npz"), **arrays)
    with open(sys.argv[2], "w") as file:
        json.dump(result, file)
