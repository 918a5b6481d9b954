"""What float64 says of the same digits: who computes something else is not
measured."""

import numpy as np
from safetensors.numpy import load_file

from lab import mnist, parity
from lab.errors import BadInput
from lab.frameworks import reference
from lab.inside.common import in_layout
from lab.results import read


def first_steps(steps: int) -> list[float]:
    """The reference's losses in its first steps, as results/parity/ has them.
    Raises BadInput."""
    path = parity.FOLDER / f"{reference().slug}.json"
    losses: list[float] | None = read("parity", path).get("losses")
    if not losses:
        raise BadInput(f"{path}: no losses: `make parity` first")
    return losses[:steps]


def hundreds() -> list[float]:
    """The reference's mean loss of each hundred of the test digits, with the
    trained weights, computed anew."""
    framework = reference().framework
    own = framework.functions()
    model = own["build_model"](seed=0)
    own["load_weights"](model, load_file(parity.DATA / "trained.safetensors"))
    found = mnist.load("mnist-5k")
    images = in_layout(found.test_images, framework.image_layout)
    labels = found.test_labels
    right = own["predict"](model, images)[np.arange(len(labels)), labels]
    losses = -np.log(right).reshape(-1, 100).mean(axis=1)
    return [float(loss) for loss in losses]
