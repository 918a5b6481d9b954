"""What predicts from the ONNX file computes what float64 does."""

import importlib
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab import mnist
from lab.convert import convert
from lab.errors import BadInput
from lab.frameworks import ROOT, reference
from tests.chain import TRAINED, trained
from tests.helpers import missing

PEERS = sorted(
    path.stem
    for path in (ROOT / "benchmarks" / "peers").glob("*.py")
    if path.stem != "__init__"
)
# The largest difference measured is 1.02e-5, in logits of up to 30: a few
# times float32's spacing there.
TOLERANCE = 2e-5


@pytest.fixture(params=PEERS)
def peer(request: pytest.FixtureRequest) -> Any:
    try:
        return importlib.import_module(f"benchmarks.peers.{request.param}")
    except ModuleNotFoundError as error:
        missing(f"no package {error.name}")


def test_a_peer_computes_what_float64_does(peer: Any, tmp_path: Path) -> None:
    path = tmp_path / "convnet.onnx"
    convert("safetensors", "onnx", TRAINED, path)
    folder = reference().framework.folder
    oracle = runpy.run_path(str(folder / "convnet.py"))
    weights = runpy.run_path(str(folder / "weights.py"))
    model = oracle["build_model"]()
    weights["load_weights"](model, trained())
    images = mnist.load().test_images.astype("float32") / 255
    wanted = np.concatenate([
        oracle["forward"](model, part[..., np.newaxis])[0]
        for part in np.split(images, 4)
    ])
    for threads in 1, 2:
        found = peer.logits(path, threads)(images)
        assert (found.shape, found.dtype) == ((1000, 10), "float32")
        assert abs(found - wanted).max() < TOLERANCE
        digits = peer.load(path, threads)(images)
        assert digits.dtype == "int64"
        assert (digits == wanted.argmax(axis=1)).all()
        # One digit, after a thousand: a shape that it has not seen.
        assert peer.load(path, threads)(images[:1]) == digits[:1]


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
