"""`python -m snippets convert` is exact: bit for bit, and to ONNX."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from lab import mnist, onnx_file
from lab.convert import SAFETENSORS, convert
from lab.frameworks import ROOT, frameworks, implementations, reference
from lab.processes import NO_2018
from lab.tensors import SHAPES
from tests.chain import (
    TRAINED,
    Chain,
    chain,
    trained,
    trained_accuracy,
    unusual,
)
from tests.command_line import snippets
from tests.helpers import Once, missing
from tests.visits import key_of

# The largest difference measured is 6e-6.
ONNX_TOLERANCE = 2e-5


@pytest.fixture(scope="module")
def converted(once: Once, digits: Path) -> Chain:
    return chain(once, digits)


@pytest.mark.framework
def test_a_chain_of_two_is_exact(
    own_file: Callable[[str], Path], once: Once
) -> None:
    """From one framework's file to another's, and to safetensors. That each
    reads what it wrote is in test_contract.py, the chain of all below."""
    [first] = implementations(["pytorch2"])
    second = reference().framework.name

    def make(folder: Path) -> None:
        between, last = folder / "between.npz", folder / "last.safetensors"
        convert(first.title, second, own_file(first.title), between)
        convert(second, SAFETENSORS.name, between, last)
        assert not list(folder.glob(".*"))

    folder = once("chain-of-two", make, key_of(first, ROOT / "lab"))
    back = load_file(folder / "last.safetensors")
    assert back.keys() == unusual().keys()
    for name, array in unusual().items():
        assert back[name].dtype == array.dtype
        assert back[name].tobytes() == array.tobytes(), name


@pytest.mark.slow
@pytest.mark.framework
def test_chain_is_exact_bit_for_bit(converted: Chain) -> None:
    """Each framework read and wrote the shared layout exactly, so every pair
    of them is exact."""
    for last in converted.last:
        back = load_file(last)
        assert back.keys() == converted.weights.keys()
        for name, array in converted.weights.items():
            assert back[name].dtype == array.dtype
            assert back[name].tobytes() == array.tobytes(), name
    for path in [*converted.files.values(), *converted.last]:
        assert not list(path.parent.glob(".*"))


@pytest.mark.slow
@pytest.mark.framework
@pytest.mark.parametrize("name", [f.name for f in frameworks()])
def test_framework_loads_its_file_alone(converted: Chain, name: str) -> None:
    if name not in converted.alone:
        missing(NO_2018)
    found = converted.alone[name]
    assert found["error"] is None, found["error"]
    assert found["accuracy"] == pytest.approx(trained_accuracy())


def test_onnx_agrees_with_float64(tmp_path: Path) -> None:
    import onnx
    import onnxruntime

    path = tmp_path / "convnet.onnx"
    convert("safetensors", "onnx", TRAINED, path)
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [o.version for o in model.opset_import] == [onnx_file.OPSET]
    session = onnxruntime.InferenceSession(
        path, providers=["CPUExecutionProvider"]
    )
    (x,), (y,) = session.get_inputs(), session.get_outputs()
    assert (x.name, x.type, x.shape) == (
        "images",
        "tensor(float)",
        ["N", 1, 28, 28],
    )
    assert (y.name, y.shape) == ("logits", ["N", 10])

    digits = mnist.load()
    images = digits.test_images.astype("float32")[:, None] / 255
    oracle = reference().framework.functions()
    model = oracle["build_model"]()
    oracle["load_weights"](model, trained())
    largest, right = 0.0, 0
    for start in range(0, 1000, 250):
        batch = images[start : start + 250]
        (logits,) = session.run(["logits"], {"images": batch})
        wanted, _ = oracle["forward"](model, batch.transpose(0, 2, 3, 1))
        largest = max(largest, abs(logits - wanted).max())
        labels = digits.test_labels[start : start + 250]
        right += (logits.argmax(axis=1) == labels).sum()
    print(f"ONNX: {largest:.1e} from float64, accuracy {right / 1000}")
    assert largest < ONNX_TOLERANCE
    assert right / 1000 == trained_accuracy()
    assert session.run(None, {"images": images[:1]})[0].shape == (1, 10)


@pytest.mark.framework
def test_float64_is_rounded_and_says_so(tmp_path: Path) -> None:
    exact = [trained()[name].astype("float64") for name in SHAPES]
    np.savez(tmp_path / "exact.npz", *exact)
    np.savez(tmp_path / "third.npz", *exact[:-1], np.full(10, 1 / 3))
    for name, words in ("exact", ""), ("third", "rounded"):
        new = tmp_path / f"{name}.safetensors"
        process = snippets(
            "convert",
            reference().framework.name,
            "safetensors",
            tmp_path / f"{name}.npz",
            new,
        )
        assert process.returncode == 0, process.stderr
        assert process.stdout.splitlines() == [f"wrote {new}"] + (
            [f"float64 was {words} to float32"] if words else []
        )


@pytest.mark.slow
@pytest.mark.framework
def test_todays_keras_opens_the_h5_of_2018(
    converted: Chain, tmp_path: Path
) -> None:
    """As docs/port.md says: by load_weights, where load_model finds no
    model."""
    old, new = (
        next(
            f for f in frameworks() if f.era == era and f.file.screen == "hdf5"
        )
        for era in ("2018", "today")
    )
    if old.name not in converted.files:
        missing(NO_2018)
    code = """if True:
        import sys
        import numpy as np
        sys.path.insert(0, sys.argv[1])
        import convnet, keras, weights
        try:
            keras.saving.load_model(sys.argv[2])
        except ValueError as error:
            assert "No model config found" in str(error), error
        model = convnet.build_model()
        model.load_weights(sys.argv[2])
        np.savez(sys.argv[3], **weights.dump_weights(model))
    """
    subprocess.run(
        [
            *[sys.executable, "-c", code, str(new.folder)],
            *[str(converted.files[old.name]), str(tmp_path / "out.npz")],
        ],
        env=os.environ | new.backends[-1].environment,
        check=True,
        capture_output=True,
    )
    with np.load(tmp_path / "out.npz") as found:
        for name, array in converted.weights.items():
            assert found[name].tobytes() == array.tobytes(), name
