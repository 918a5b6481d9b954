"""The oracle is right, all agree with it, and a difference is noticed."""

import json
import runpy
import shutil
import subprocess
import sys

import numpy as np
import pytest
from scripts import weights

from snippets import mnist, parity, running
from tests.helpers import REQUIRE_ALL, ROOT

ORACLE = runpy.run_path(f"{ROOT}/snippets/numpy_float64/convnet.py")


def oracle_loss(model, images, labels):
    return ORACLE["loss_and_gradients"](model, images, labels)[0]


def test_gradients_are_central_differences():
    digits = mnist.load()
    random = np.random.RandomState(0)
    images = digits.train_images[:5, ..., None] / 255
    images += random.uniform(0, 0.01, images.shape)  # no ties in a pooling
    labels = digits.train_labels[:5]
    model = ORACLE["build_model"]()
    parameters = ORACLE["weights"](model)
    for w in parameters:  # biases of zero would sit on ReLU's corner
        w += random.uniform(-0.01, 0.01, w.shape)
    _, gradients = ORACLE["loss_and_gradients"](model, images, labels)
    h = 1e-7  # small, so that no ReLU opens on the way
    for w, gradient in zip(parameters, gradients):
        for _ in range(12):
            place = tuple(random.randint(n) for n in w.shape)
            middle = w[place]
            w[place] = middle + h
            above = oracle_loss(model, images, labels)
            w[place] = middle - h
            below = oracle_loss(model, images, labels)
            w[place] = middle
            assert gradient[place] == pytest.approx(
                (above - below) / (2 * h), abs=2e-8
            )


def test_optimiser_is_the_formula():
    """Two steps, unrolled by hand from v ← μv − ηg, w ← w + μv − ηg."""
    digits = mnist.load()
    batch = digits.train_images[:8, ..., None] / 255, digits.train_labels[:8]
    model = ORACLE["build_model"]()
    before = [np.copy(w) for w in ORACLE["weights"](model)]
    _, first = ORACLE["loss_and_gradients"](model, *batch)
    ORACLE["train"](model, *batch, epochs=1)
    one = [w - 0.05 * 1.9 * g for w, g in zip(before, first)]
    for w, wanted in zip(ORACLE["weights"](model), one):
        np.testing.assert_allclose(w, wanted, rtol=0, atol=1e-15)

    _, second = ORACLE["loss_and_gradients"](model, *batch)
    model = ORACLE["build_model"]()
    ORACLE["train"](model, *batch, epochs=2)
    rate = 0.05 / (1 + 1e-6)
    for w, start, g1, g2 in zip(ORACLE["weights"](model), one, first, second):
        v = -0.9 * 0.05 * g1 - rate * g2
        np.testing.assert_allclose(
            w, start + 0.9 * v - rate * g2, rtol=0, atol=1e-14
        )


def test_numpy_s_file_runs_in_python_3_6(tmp_path):
    run = next(run for run in running.runs() if run["era"] == "2018")
    python = running.interpreter(run, tmp_path)
    if python is None:
        (pytest.fail if REQUIRE_ALL else pytest.skip)(running.NO_2018)
    shutil.copy(ROOT / "snippets/numpy_float64/convnet.py", tmp_path)
    code = (
        "import convnet, numpy as np; x = np.ones((2, 28, 28, 1)) / 2; "
        "m = convnet.build_model(); "
        "print(repr(convnet.train(m, x, np.array([3, 4]), epochs=2)[1]))"
    )
    losses = [
        float(
            subprocess.run(
                [*which, "-c", code],
                cwd=tmp_path,
                capture_output=True,
                encoding="utf-8",
                check=True,
            )
            .stdout.split()[-1]
            .removeprefix("np.float64(")
            .removesuffix(")")
        )
        for which in (python, [sys.executable])
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)


def test_initial_weights_are_those_of_the_seed():
    path = parity.WEIGHTS / "initial.safetensors"
    stored = parity.load_file(path)
    for name, array in weights.initial().items():
        assert array.dtype == stored[name].dtype == "float32"
        assert np.array_equal(array, stored[name])


@pytest.fixture(scope="module")
def proven(tmp_path_factory):
    path = tmp_path_factory.mktemp("parity") / "parity.json"
    process = subprocess.run(
        [sys.executable, "-m", "snippets", "parity", "--json", str(path)]
        + ["--require-all"] * REQUIRE_ALL,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    print(process.stdout, process.stderr)
    return process, json.loads(path.read_text())


def test_every_framework_is_the_same_network(proven):
    process, written = proven
    assert process.returncode == 0, process.stdout
    results = written["results"]
    assert [r["name"] for r in results] == [r["name"] for r in running.runs()]
    for row in results:
        if row["error"] == running.NO_2018:
            assert not REQUIRE_ALL
            continue
        assert row["error"] is None
        assert row["other_answers"] == 0
        assert row["max_abs_weights"]["10"] < 2e-6
        reference = row["name"] == parity.REFERENCE
        assert (row["max_abs_logits"] == 0) == reference


@pytest.mark.parametrize(
    "file, find, replace, words",
    [
        (
            "weights.py",
            "rows = rows.reshape(7, 7, 64, 10).permute(3, 2, 0, 1)",
            "rows = rows.T",
            "dense.kernel came back changed",
        ),
        ("convnet.py", "nn.ReLU(),", "nn.GELU(),", "max_abs_logits"),
        (
            "convnet.py",
            "nesterov=True",
            "nesterov=False",
            "max_abs_weights after 1 steps",
        ),
        ("convnet.py", "lr=0.05", "lr=0.050005", "max_abs_weights after 10"),
    ],
)
def test_a_difference_is_noticed(
    proven_arrays, tmp_path, file, find, replace, words
):
    arrays, reference = proven_arrays
    (run,) = running.runs(["pytorch2"])
    folder = tmp_path / "pytorch2"
    shutil.copytree(ROOT / "snippets" / "pytorch2", folder)
    source = (folder / file).read_text("utf-8")
    assert find in source
    (folder / file).write_text(source.replace(find, replace), "utf-8")
    result = measured(run | {"name": folder}, arrays, tmp_path)
    assert words in parity.compared(result, reference)["error"]


@pytest.fixture(scope="module")
def proven_arrays(tmp_path_factory):
    """What goes into every framework, and what the reference makes of it."""
    arrays = parity.inputs(mnist.load())
    (run,) = running.runs([parity.REFERENCE])
    folder = tmp_path_factory.mktemp("reference")
    return arrays, measured(run, arrays, folder)


def measured(run, arrays, folder):
    path = folder / "digits.npz"
    np.savez(path, **arrays)
    request = {
        "task": "parity",
        "steps": parity.STEPS,
        "digits": path.name,
    }
    result = running.execute(run, request, 600, inputs={path.name: path})
    assert result["error"] is None, result["error"]
    return result


def test_a_number_that_is_none_is_noticed():
    row = {f"max_abs_{kind}": 0.0 for kind in parity.TOLERANCES}
    row["max_abs_weights"] = dict.fromkeys(parity.STEPS, 0.0)
    assert parity.fault(row, {}, {}) is None
    row["max_abs_logits"] = float("nan")
    assert "max_abs_logits nan" in parity.fault(row, {}, {})
    none = {"a": np.array([np.nan])}
    assert np.isnan(parity.distance(none, {"a": np.ones(1)}, "a")).all()


def test_units_are_float32_s_spacing():
    one, next_one = np.ones(3), np.ones(3) + 2.0**-23
    assert parity.distance({"a/b": next_one}, {"a/b": one}, "a") == (
        2.0**-23, 1.0,
    )  # fmt: skip


def test_the_page_says_how_far_a_rounding_goes():
    """After 100 steps: one rounding as far as the nearest framework, and no
    framework more than eight times as far."""
    found = json.loads((ROOT / "results" / "parity.json").read_text("utf-8"))
    moved = found["control"]["max_abs_weights"]["100"]
    others = [
        row["max_abs_weights"]["100"]
        for row in found["results"]
        if row["name"] != parity.REFERENCE
    ]
    assert min(others) < 1.2 * moved
    assert max(others) < 8 * moved
