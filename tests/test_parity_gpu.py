"""Parity on a GPU: its tolerances, and what becomes of a result."""

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from threadpoolctl import threadpool_limits

from lab import freshness, parity, results
from lab.errors import BadInput
from lab.files import write_arrays
from lab.frameworks import ROOT, every, reference
from pages import same_numbers
from pages.markup import numbers
from tests.helpers import Once
from tests.visits import FEW, Visits, few_digits, key_of

FOLDER = reference().framework.folder
# The products of the reference, their operands rounded as TF32 has them.
ROUNDED = [
    (
        "np.tensordot(windows, taps, 2)",
        "np.tensordot(tf32(windows), tf32(taps), 2)",
    ),
    ("np.tensordot(windows, dy,", "np.tensordot(tf32(windows), tf32(dy),"),
    ("dy @ tap.T", "tf32(dy) @ tf32(tap).T"),
    ("x @ w + b", "tf32(x) @ tf32(w) + b"),
    ("(dy @ w.T, x.T @ dy,", "(tf32(dy) @ tf32(w).T, tf32(x).T @ tf32(dy),"),
]


def tf32(x: np.ndarray) -> np.ndarray:
    """`x` to the nearest number of ten bits after the first; of two, the
    even one."""
    bits = np.asarray(x, "float32").view("uint32").astype("uint64")
    bits = (bits + 0xFFF + ((bits >> 13) & 1)) & 0xFFFFE000
    return bits.astype("uint32").view("float32").astype("float64")


def test_ten_bits_are_left() -> None:
    next_one = 1 + 2.0**-10
    assert tf32(np.array([1 + 2.0**-12, 1 + 3 * 2.0**-12])).tolist() == [
        1,
        next_one,
    ]
    assert tf32(np.array([1 + 2.0**-11, next_one + 2.0**-11])).tolist() == [
        1,
        1 + 2.0**-9,
    ]


def make_rounded(folder: Path) -> None:
    """What the reference makes of the tiny pass, its products rounded; as the
    task `parity` returns it."""
    source = reference().framework.source()
    for find, replace in ROUNDED:
        assert source.count(find) == 1
        source = source.replace(find, replace)
    (folder / "convnet.py").write_text(source, "utf-8")
    convnet = runpy.run_path(str(folder / "convnet.py"), {"tf32": tf32})
    weights = runpy.run_path(str(FOLDER / "weights.py"))
    digits = few_digits()
    images = digits["train_images"][:128, ..., None].astype("float32") / 255
    labels = digits["train_labels"][:128]
    arrays: dict[str, Any] = {}

    def loaded(kind: str) -> Any:
        model = convnet["build_model"]()
        path = parity.DATA / f"{kind}.safetensors"
        weights["load_weights"](model, load_file(path))
        return model

    for n in FEW:
        model = loaded("initial")
        convnet["train"](model, images, labels, epochs=n)
        for name, array in weights["dump_weights"](model).items():
            arrays[f"weights/{n}/{name}"] = array
    arrays |= {
        f"weights/0/{name}": array
        for name, array in weights["dump_weights"](loaded("initial")).items()
    }
    model = loaded("initial")
    arrays["logits"] = convnet["forward"](model, images)[0]
    loss, gradients = convnet["loss_and_gradients"](model, images, labels)
    arrays["loss"] = np.array(loss)
    names = weights["NAMES"]
    arrays |= {f"gradient/{n}": g for n, g in zip(names, gradients)}
    images = digits["test_images"][..., None].astype("float32") / 255
    probabilities = convnet["predict"](loaded("trained"), images)
    arrays["trained_probabilities"] = probabilities
    write_arrays(folder / "arrays.npz", arrays)


@pytest.mark.framework
def test_tf32_is_noticed(
    once: Once, visit: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By every tolerance of a GPU; the page says by how much."""
    monkeypatch.setattr(parity, "STEPS", FEW)
    key = freshness.digest_of([Path(__file__)]) + key_of(reference())
    with threadpool_limits(1):  # threads of BLAS wait for a busy core
        folder = once("tf32", make_rounded, key)
    with np.load(folder / "arrays.npz") as arrays:
        rounded = {
            "arrays": dict(arrays),
            "version": "",
            "device": "",
            "trained_accuracy": 1.0,
        }
    right = visit(reference()).answer("parity")
    row = parity.compared(rounded, right, parity.TOLERANCES_GPU)
    for what in (
        "max_abs_logits",
        "max_abs_loss",
        "max_abs_gradient",
        "weights after 1 steps",
        "weights after 10 steps",
        "probabilities",
    ):
        assert what in row["error"]
    page = (ROOT / "docs" / "same-numbers.md").read_text("utf-8")
    said = " ".join(page.split())
    far = row["max_abs_logits"], row["max_abs_gradient"]
    for number in (*far, row["max_abs_weights"][10]):
        assert numbers.scientific(number) in said


def test_a_gpu_may_be_no_nearer_than_a_cpu() -> None:
    for kind, most in parity.TOLERANCES.items():
        on_gpu = parity.TOLERANCES_GPU[kind]
        if isinstance(most, dict):
            assert all(most[n] <= on_gpu[n] for n in parity.STEPS)
        else:
            assert most <= on_gpu


def test_all_say_how_to_switch_tf32_off() -> None:
    """Whoever has an environment of a GPU, and nobody else."""
    for i in every():
        assert bool(i.backend.gpu) == bool(i.backend.float32), i.title


def test_a_result_stands_on_the_page(tmp_path: Path) -> None:
    """A row is "not measured" until there is one; a CPU's is none."""
    i = next(i for i in every() if i.backend.gpu)
    rows = same_numbers.gpu_parity_table(tmp_path).splitlines()
    on_gpus = [i for i in every() if i.backend.gpu]
    assert sum("not measured" in row for row in rows) == len(on_gpus)
    found = json.loads((parity.FOLDER / f"{i.slug}.json").read_text("utf-8"))
    found |= {"float32": i.backend.float32, "device": "gpu: Some One"}
    path = tmp_path / "parity-gpu" / f"{i.slug}.json"
    path.parent.mkdir()
    path.write_text(json.dumps(found), "utf-8")
    page = same_numbers.gpu_parity_table(tmp_path)
    assert numbers.scientific(found["max_abs_logits"]) in page
    assert "gpu: Some One" in page
    path.write_text(json.dumps(found | {"device": "cpu"}), "utf-8")
    with pytest.raises(BadInput, match="device"):
        results.parity_gpu(tmp_path)
