"""`python -m snippets seeds`: it goes on where it stopped."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from snippets import mnist, parity, running, seeds


@pytest.fixture
def small(monkeypatch, tmp_path):
    """One epoch of the 4,000 digits and one seed stand for the real ones."""
    digits = mnist.load()
    monkeypatch.setattr(seeds, "FOLDER", tmp_path / "seeds")
    monkeypatch.setattr(seeds, "EPOCHS", 1)
    monkeypatch.setattr(seeds, "SEEDS", {"today": [0], "2018": [0]})
    monkeypatch.setattr(mnist, "load", lambda name: digits)
    return SimpleNamespace(
        names=["pytorch2"], era=None, timeout=300, require_all=False
    )


def test_what_is_there_is_not_run_again(small, tmp_path):
    console = Console(quiet=True)
    (run,) = running.runs(["pytorch2"])
    assert len(list(seeds.missing([run]))) == 2
    assert seeds.measure(small, console) == 0
    same = tmp_path / "seeds" / "pytorch2-same-0.json"
    own = tmp_path / "seeds" / "pytorch2-own-0.json"
    assert {same, own} == set(same.parent.iterdir())
    first = {path: json.loads(path.read_text()) for path in (same, own)}
    # Not the same weights, so not the same loss.
    assert first[same]["losses"] != first[own]["losses"]
    assert first[same]["weights"] == "same" and first[same]["error"] is None

    own.unlink()  # as if it had been stopped before
    kept = same.stat().st_mtime_ns
    assert seeds.measure(small, console) == 0
    assert same.stat().st_mtime_ns == kept
    again = json.loads(own.read_text())
    assert again["losses"] == pytest.approx(first[own]["losses"], rel=1e-5)
    assert list(seeds.missing([run])) == []


def test_own_weights_are_the_framework_s_defaults():
    """Every edit finds its place, and names what the framework draws."""
    edited = set()
    for f in running.frameworks():
        if f["defaults"]:
            path = running.HERE / f["name"] / "convnet.py"
            assert path.read_text("utf-8").count(f["defaults"][0]) == 1
            edited.add(f["label"])
    assert edited == {"PyTorch", "JAX"}


def test_reshuffled_is_a_run_more():
    (run,) = running.runs(["keras3/tensorflow"])
    path = running.HERE / "keras3" / "convnet.py"
    assert path.read_text("utf-8").count(run["reshuffled"][0]) == 1
    kept = {path.name for path in seeds.FOLDER.glob("*-reshuffled-*")}
    assert kept == {f"keras3-tensorflow-reshuffled-{n}.json" for n in range(5)}


def test_initial_weights_depend_on_the_seed_alone():
    stored = parity.load_file(parity.WEIGHTS / "initial.safetensors")
    for name, array in stored.items():
        assert np.array_equal(seeds.initial(0)[f"initial/{name}"], array)
    assert not np.array_equal(
        seeds.initial(1)["initial/conv1.kernel"], stored["conv1.kernel"]
    )
