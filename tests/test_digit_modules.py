"""Home's digit without its page: the modules that compute it, and what is
recorded, against NumPy."""

import json
import runpy
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from lab import mnist
from lab.frameworks import ROOT, reference
from tests.javascript import evaluate

pytestmark = pytest.mark.pure

EVIDENCE = ROOT / "evidence" / "digit"
RECORD = json.loads((EVIDENCE / "breaks.json").read_text("utf-8"))
FEW = 100
# What a mistake makes of digits.
RUN = """
  const { readFileSync } = await import("node:fs");
  const { read } = await load("digit/network");
  const file = new Uint8Array(readFileSync(a.file));
  const mistake = m.BREAKS[a.name];
  const weights = read(file.buffer);
  const wrong = mistake.weights?.(weights) ?? weights;
  const found = a.images.map(
    (image) => m.run(wrong, Float32Array.from(image), mistake));
  return {
    logits: found.map((one) => [...one.layers.logits]),
    probabilities: found.map((one) => [...one.probabilities]),
  };
"""


def computed(name: str, file: str, images: np.ndarray) -> dict[str, Any]:
    """What the site's modules make of `images`, with the mistake `name`."""
    scaled = images.reshape(len(images), 784) / np.float32(255)
    found = evaluate(
        "digit/breaks",
        RUN,
        {
            "name": name,
            "file": str(ROOT / "data" / file),
            "images": scaled.tolist(),
        },
    )
    return {key: np.array(value) for key, value in found.items()}


def test_logits_are_those_of_float64() -> None:
    images = mnist.load().train_images[:128]
    own = reference().framework.functions()
    model = own["build_model"]()
    weights = load_file(ROOT / "data" / "initial.safetensors")
    own["load_weights"](model, weights)
    scaled = images.reshape(-1, 28, 28, 1) / np.float32(255)
    right, _ = own["forward"](model, scaled)
    found = computed("none", "initial.safetensors", images)["logits"]
    assert abs(found - right).max() < 1e-6


@pytest.fixture(scope="module")
def mistakes() -> dict[str, np.ndarray]:
    """What NumPy says of the first test digits, as the record is made."""
    digits = mnist.load()
    few = digits._replace(
        test_images=digits.test_images[:FEW],
        test_labels=digits.test_labels[:FEW],
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mnist, "load", lambda: few)
        found = runpy.run_path(str(EVIDENCE / "breaks.py"))["found"]
    return found


@pytest.mark.parametrize("name", RECORD)
def test_a_mistake_is_that_of_numpy(
    name: str, mistakes: dict[str, np.ndarray]
) -> None:
    images = mnist.load().test_images[:FEW]
    found = computed(name, "mnist.safetensors", images)["probabilities"]
    assert found.shape == mistakes[name].shape == (FEW, 10)
    assert abs(found - mistakes[name]).max() < 1e-5


@pytest.mark.slow
def test_record_of_the_mistakes_is_numpy_s() -> None:
    assert runpy.run_path(str(EVIDENCE / "breaks.py"))["record"] == RECORD


def test_drawings_are_read() -> None:
    """As recorded, of the network's own unseen digits, drawn again."""
    redrawn = json.loads((EVIDENCE / "redrawn.json").read_text("utf-8"))
    counts = [found for found in redrawn.values() if isinstance(found, dict)]
    assert len(counts) >= 4
    for found in counts:
        assert found["right"] >= 0.97 * found["digits"]


def test_labels_are_those_of_the_test_digits() -> None:
    labels = evaluate("digit/facts", "return m.LABELS")
    assert [int(c) for c in labels] == mnist.load().test_labels.tolist()
