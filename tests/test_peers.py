"""What predicts from the ONNX file computes what float64 does."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import variants
from lab import mnist
from lab.convert import convert
from lab.errors import BadInput
from lab.frameworks import reference
from tests.chain import TRAINED, trained
from tests.helpers import missing

PEERS = [variant.name for variant in variants.peers()]
# Twice the largest difference measured, 2.2e-6, in probabilities: on a
# processor with AVX-512; 1.05e-6 on one without.
TOLERANCE = 4.4e-6


@pytest.fixture(params=PEERS)
def peer(request: pytest.FixtureRequest) -> Any:
    try:
        return importlib.import_module(f"benchmarks.peers.{request.param}")
    except ModuleNotFoundError as error:
        missing(f"no package {error.name}")


def test_a_peer_computes_what_float64_does(peer: Any, tmp_path: Path) -> None:
    path = tmp_path / "convnet.onnx"
    convert("safetensors", "onnx", TRAINED, path)
    oracle = reference().framework.functions()
    model = oracle["build_model"]()
    oracle["load_weights"](model, trained())
    images = mnist.load().test_images.astype("float32") / 255
    wanted = oracle["predict"](model, images[..., np.newaxis])
    for threads in 1, 2:
        predict = peer.load(path, threads)
        found = predict(images[:, np.newaxis])
        assert (found.shape, found.dtype) == ((1000, 10), "float32")
        assert abs(found - wanted).max() < TOLERANCE
        assert (found.argmax(axis=1) == wanted.argmax(axis=1)).all()
        # One digit, after a thousand: a shape that it has not seen.
        alone = predict(images[:1, np.newaxis])
        assert abs(alone - wanted[:1]).max() < TOLERANCE


@pytest.mark.parametrize("content", [None, b"", b"no model"])
def test_a_file_that_is_no_model_is_refused_in_a_line(
    peer: Any, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "convnet.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=str(path)) as caught:
        peer.load(path, 1)
    assert "\n" not in str(caught.value)
