"""`python -m snippets seeds`: what is missing, and from which weights."""

import json
import shutil
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from safetensors.numpy import load_file

from lab import contradictions, mnist, parity, seeds
from lab.frameworks import (
    ROOT,
    every,
    frameworks,
    implementations,
)
from tests.helpers import REQUIRE_ALL, Once
from tests.visits import key_of

# One that draws other weights where nobody says otherwise: of those, what
# starts and trains soonest.
WITH_DEFAULTS = next(f for f in frameworks() if f.name == "pytorch2")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Namespace:
    """One epoch of a few digits and one seed stand for the real ones."""
    digits = mnist.load()
    digits = mnist.Digits(*(array[:500] for array in digits))
    monkeypatch.setitem(contradictions.DIGITS, "mnist", (500, 500))
    monkeypatch.setattr(seeds, "FOLDER", tmp_path / "seeds")
    monkeypatch.setattr(seeds, "EPOCHS", 1)
    monkeypatch.setattr(seeds, "SEEDS", {"today": [0], "2018": [0]})
    monkeypatch.setattr(mnist, "load", lambda name: digits)
    return Namespace(
        names=[WITH_DEFAULTS.name],
        era=None,
        timeout=600,
        require_all=REQUIRE_ALL,
    )


@pytest.mark.framework
def test_what_is_there_is_not_run_again(
    small: Namespace, once: Once, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert WITH_DEFAULTS.defaults
    console = Console(quiet=True)
    [first, *_] = implementations(small.names)
    small.names = [first.title]

    def make(folder: Path) -> None:
        monkeypatch.setattr(seeds, "FOLDER", folder / "seeds")
        assert len(list(seeds.missing([first]))) == 2
        assert seeds.measure(small, console) == 0
        assert list(seeds.missing([first])) == []
        shutil.copytree(folder / "seeds", folder / "before")
        # As if it had been stopped before.
        (folder / "seeds" / f"{first.slug}-own-0.json").unlink()
        same = folder / "seeds" / f"{first.slug}-same-0.json"
        written = same.stat().st_mtime_ns
        assert seeds.measure(small, console) == 0
        assert same.stat().st_mtime_ns == written
        assert list(seeds.missing([first])) == []

    key = key_of(first, ROOT / "lab", Path(__file__))
    folder = once("seeds", make, key)
    before, after = (
        {
            path.stem.split("-")[1]: json.loads(path.read_text())
            for path in (folder / name).iterdir()
        }
        for name in ("before", "seeds")
    )
    assert set(before) == set(after) == {"same", "own"}
    # Not the same weights, so not the same loss.
    assert before["same"]["losses"] != before["own"]["losses"]
    assert before["same"]["weights"] == "same"
    assert before["same"]["error"] is None
    assert after["same"] == before["same"]
    assert after["own"]["losses"] == pytest.approx(
        before["own"]["losses"], rel=1e-5
    )


def test_each_framework_s_runs(small: Namespace) -> None:
    """One from the same weights and one from its own; reshuffled is a run
    more."""
    for i in every():
        found = [weights for _, _, weights, _ in seeds.missing([i])]
        more = ["reshuffled"] if i.backend.reshuffled else []
        assert found == ["same", "own", *more]


def test_reshuffled_is_kept_of_those_alone_that_reshuffle() -> None:
    kept = {path.name for path in seeds.FOLDER.glob("*-reshuffled-*")}
    assert kept <= {
        f"{i.slug}-reshuffled-{seed}.json"
        for i in every()
        if i.backend.reshuffled
        for seed in seeds.SEEDS[i.framework.era]
    }


def test_own_weights_are_the_framework_s_defaults(small: Namespace) -> None:
    """Runs from its own weights, and those alone, get its edit; the rest get
    the weights that all get."""
    todo = list(
        seeds.missing([i for i in every() if not i.framework.reference])
    )
    asked = list(seeds.jobs(todo, mnist.load("mnist")._asdict()))
    assert len(asked) == len(todo)
    for (i, arrays, request), (_, _, weights, _) in zip(asked, todo):
        edits = {
            "same": None,
            "own": i.framework.defaults,
            "reshuffled": i.backend.reshuffled,
        }
        assert request["edit"] == edits[weights]
        given = any(name.startswith("initial/") for name in arrays)
        assert given == (weights != "own")


def test_initial_weights_depend_on_the_seed_alone() -> None:
    stored = load_file(parity.DATA / "initial.safetensors")
    for name, array in stored.items():
        assert np.array_equal(seeds.initial(0)[f"initial/{name}"], array)
    assert not np.array_equal(
        seeds.initial(1)["initial/conv1.kernel"], stored["conv1.kernel"]
    )
