"""Make data/*.safetensors, which every framework loads:
`python -m lab.weights`.

initial: Glorot-uniform, drawn by NumPy from seed 0. trained: PyTorch's after
12 epochs of the 4,000 digits, from seed 0. Both are float32, in the shared
layout that docs/port.md gives.
"""

import os

import numpy as np
from safetensors.numpy import save_file

from lab import mnist, seeds
from lab.frameworks import ROOT, implementations

Arrays = dict[str, np.ndarray]

EPOCHS = 12


def initial() -> Arrays:
    """The initial weights: {name: float32 array}."""
    return {
        name.removeprefix("initial/"): array
        for name, array in seeds.initial(0).items()
    }


def trained() -> tuple[Arrays, float]:
    """The trained weights, {name: float32 array}, and their accuracy."""
    [implementation] = implementations(["pytorch2"])
    pytorch = implementation.framework.functions()
    digits = mnist.load()
    images, test_images = (
        (part.astype("float32") / 255)[:, None]
        for part in (digits.train_images, digits.test_images)
    )
    model = pytorch["build_model"](seed=0)
    pytorch["train"](model, images, digits.train_labels, epochs=EPOCHS)
    accuracy = pytorch["evaluate"](model, test_images, digits.test_labels)
    return pytorch["dump_weights"](model), accuracy


def write(name: str, arrays: Arrays, metadata: dict[str, str]) -> None:
    path = ROOT / "data" / f"{name}.safetensors"
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
