"""Every framework's convnet.py keeps the same promises."""

import math
import re

import pytest

from tests.helpers import ROOT

SECTIONS = "model train evaluate predict dropout dense save".split()


def source(run):
    path = ROOT / "snippets" / run["name"] / "convnet.py"
    return path.read_text("utf-8").splitlines()


def test_sections(run):
    marks = [line for line in source(run) if "--8<--" in line]
    wanted = [
        f"# --8<-- [{edge}:{name}]"
        for name in SECTIONS
        for edge in ("start", "end")
    ]
    assert marks == wanted


def test_size(run):
    lines = [line for line in source(run) if "--8<--" not in line]
    # NumPy has no layers and no gradients: there they are part of the file.
    longest = 125 if run["import_name"] == "numpy" else 110
    assert 70 <= len([line for line in lines if line.strip()]) <= longest
    assert max(map(len, lines)) <= 79


def test_self_contained(run):
    imports = re.findall(
        r"^(?:from|import) (\w+)", "\n".join(source(run)), re.MULTILINE
    )
    assert "snippets" not in imports and "worker" not in imports


def test_exports(facts):
    assert facts["missing"] == []


def test_parameters(facts):
    # 3·3·1·32 + 32, 3·3·32·64 + 64, 3136·10 + 10
    assert facts["parameters"] == 320 + 18_496 + 31_370 == 50_186
    assert facts["dropout_parameters"] == 50_186
    # 3136·64 + 64, 64·10 + 10
    assert facts["dense_parameters"] == 320 + 18_496 + 200_768 + 650


def test_initial_weights(run, facts):
    """Glorot uniform: ±√(6 / (fan in + fan out)); biases are zero."""
    fans = {288: 9 + 9 * 32, 18_432: 9 * 32 + 9 * 64, 31_360: 3136 + 10}
    sizes = {"O": 64, "I": 32, "H": 3, "W": 3}
    for parameter in facts["initial"]:
        size = math.prod(parameter["shape"])
        if size not in fans:
            assert size in (32, 64, 10) and parameter["largest"] == 0
            continue
        bound = math.sqrt(6 / fans[size])
        assert 0.9 * bound < parameter["largest"] <= 1.0001 * bound
        if size == 18_432:
            conv2 = [sizes[axis] for axis in run["kernel_layout"]]
            assert parameter["shape"] == conv2
        if size == 31_360:
            assert parameter["shape"] == run["dense_shape"]


def test_probabilities(run, facts):
    assert facts["shapes"] == [[1, 10], [2, 10], [7, 10]]
    numpy = run["import_name"] == "numpy"
    assert facts["dtype"] == ("float64" if numpy else "float32")
    assert facts["row_sums"] == pytest.approx([1] * 7, abs=1e-6)


def test_loss_falls_over_an_odd_last_batch(facts):
    # Ten classes, nothing learnt yet: about ln 10 = 2.303.
    assert facts["losses"][0] == pytest.approx(2.303, abs=0.15)
    assert facts["losses"][-1] < facts["losses"][0]


def test_seed_repeats_the_losses(facts):
    assert facts["losses_again"] == pytest.approx(facts["losses"], rel=1e-5)


def test_batch_of_one(facts):
    assert 0 < facts["batch_of_one"][0] < 10


def test_dropout_acts_in_training_alone(facts):
    assert facts["dropout_losses"][0] != pytest.approx(
        facts["losses"][0], abs=1e-3
    )
    assert facts["dropout_difference"] == 0


def test_dense_layer_trains(facts):
    assert facts["dense_losses"][0] == pytest.approx(2.303, abs=0.15)


def test_save_and_load(facts):
    assert facts["saved_difference"] == 0


def test_wrong_input_is_refused(facts):
    # The framework's own words: about a shape, or channels; about a type.
    assert re.search(
        r"shape|channel|dimension|depth", facts["wrong_shape"], re.IGNORECASE
    )
    assert re.search(
        r"type|string|convert|supported", facts["wrong_dtype"], re.IGNORECASE
    )


def test_gate_notices_what_is_broken(run, facts):
    """No momentum, or a softmax before the softmax loss: each trains, and
    each fails the gate."""
    for name, accuracy in facts["broken_accuracy"].items():
        assert accuracy < run["gates"]["mnist-5k"], name
