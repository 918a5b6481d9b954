"""Make weights/*.safetensors, which every framework loads:
`python -m scripts.weights`.

initial: Glorot-uniform, drawn by NumPy from seed 0. trained: PyTorch's after
12 epochs of the 4,000 digits, from seed 0. Both are float32, in the shared
layout that docs/port.md gives.
"""

import os
import runpy
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from snippets import mnist

ROOT = Path(__file__).parent.parent
EPOCHS = 12


def modules(name):
    """The functions of a framework's convnet.py and weights.py."""
    functions = {}
    for file in "convnet.py", "weights.py":
        functions |= runpy.run_path(f"{ROOT}/snippets/{name}/{file}")
    return functions


def initial():
    """The initial weights: {name: float32 array}."""
    numpy = modules("numpy_float64")
    arrays = numpy["dump_weights"](numpy["build_model"](seed=0))
    return {name: array.astype("float32") for name, array in arrays.items()}


def trained():
    """The trained weights, {name: float32 array}, and their accuracy."""
    pytorch = modules("pytorch2")
    digits = mnist.load()
    images, test_images = (
        (part.astype("float32") / 255)[:, None]
        for part in (digits.train_images, digits.test_images)
    )
    model = pytorch["build_model"](seed=0)
    pytorch["train"](model, images, digits.train_labels, epochs=EPOCHS)
    accuracy = np.mean(
        pytorch["predict"](model, test_images).argmax(axis=1)
        == digits.test_labels
    )
    return pytorch["dump_weights"](model), float(accuracy)


def write(name, arrays, metadata):
    path = ROOT / "weights" / f"{name}.safetensors"
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}")
    save_file(arrays, temporary, metadata=metadata)
    os.replace(temporary, path)
    print("wrote", path.relative_to(ROOT), metadata)


if __name__ == "__main__":
    write("initial", initial(), {"made by": "Glorot-uniform, seed 0"})
    arrays, accuracy = trained()
    write(
        "trained",
        arrays,
        {
            "made by": f"PyTorch, seed 0, {EPOCHS} epochs of mnist-5k",
            "test accuracy": f"{accuracy:.3f}",
        },
    )
