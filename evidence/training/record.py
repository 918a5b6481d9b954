"""A hundred training steps, recorded: docs/assets/training/.

Every framework trains from data/initial.safetensors on the first 128 digits
of mnist-5k, as `python -m snippets parity` has it: an epoch is one step. Kept
are the losses of all, and, of the reference in float64, the first layer's
kernels and the answers to 200 test digits before and after each step. Numbers
are bytes times a scale, so that the page fetches little.
"""

import argparse
import base64
import json
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from lab import mnist, parity, processes
from lab.files import write_arrays
from lab.frameworks import ROOT, every, reference

STEPS, DIGITS = 100, 200
ASSETS = ROOT / "docs" / "assets" / "training"


def losses(names, steps):
    """Of each implementation, the loss at each step."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digits.npz"
        write_arrays(path, parity.inputs(mnist.load()))
        request = {"task": "parity", "steps": [steps], "digits": path.name}
        for i in every():
            if names and i.slug not in names:
                continue
            result = processes.execute(
                i, request, 1800, inputs={path.name: path}
            )
            if result["error"]:
                raise SystemExit(f"{i.title}: {result['error']}")
            found[i.slug] = result["arrays"]["losses"].tolist()
            print(i.title, len(found[i.slug]), "steps", flush=True)
    return found


def reference_run(steps):
    """The kernels (steps + 1, 3, 3, 32) and the probabilities (steps + 1,
    digits, 10) of the reference, before the first step and after each."""
    arrays = parity.inputs(mnist.load())
    own = reference().framework.functions()
    model = own["build_model"]()
    own["load_weights"](model, {
        name.removeprefix("initial/"): array
        for name, array in arrays.items() if name.startswith("initial/")
    })
    images, tests = (
        arrays[name].reshape(-1, 28, 28, 1) / np.float32(255)
        for name in ("train_images", "test_images")
    )
    kernels, answers = [], []

    def look(*_, **__):
        kernels.append(own["weights"](model)[0][:, :, 0].copy())
        answers.append(own["predict"](model, tests[:DIGITS]))

    look()
    # The listing prints after each epoch, and an epoch is one step.
    own["train"].__globals__["print"] = look
    own["train"](
        model, images[:128], arrays["train_labels"][:128], epochs=steps
    )
    return np.array(kernels), np.array(answers)


def packed(array):
    return base64.b64encode(array.tobytes()).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="these alone, and print")
    parser.add_argument("--steps", type=int, default=STEPS)
    options = parser.parse_args()
    found = losses(options.names, options.steps)
    if options.names:
        print(json.dumps(found))
        return
    kernels, answers = reference_run(STEPS)
    scale = abs(kernels).max() / 127
    labels = mnist.load().test_labels[:DIGITS]
    record = {
        "losses": found,
        "reference": reference().slug,
        "kernel_scale": float(scale),
        # Steps × 3 × 3 × 32, each a signed byte times the scale.
        "kernels": packed(np.round(kernels / scale).astype(np.int8)),
        # Steps × digits: the answer, and how sure, in 255ths.
        "answers": packed(answers.argmax(axis=2).astype(np.uint8)),
        "sure": packed(np.round(answers.max(axis=2) * 255).astype(np.uint8)),
        "labels": labels.tolist(),
    }
    ASSETS.mkdir(exist_ok=True)
    text = json.dumps(record, separators=(",", ":"))
    temporary = ASSETS / ".replay.json"
    temporary.write_text(text + "\n")
    temporary.replace(ASSETS / "replay.json")
    digits = mnist.load().test_images[:DIGITS].reshape(10, 20, 28, 28)
    Image.fromarray(digits.swapaxes(1, 2).reshape(280, 560)).save(
        ASSETS / "digits.png", optimize=True
    )


if __name__ == "__main__":
    main()
