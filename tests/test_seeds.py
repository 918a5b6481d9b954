"""`python -m snippets seeds`: what is missing, and from which weights."""

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from lab import mnist, parity, seeds
from lab.frameworks import (
    every,
    frameworks,
    implementations,
)
from tests.helpers import REQUIRE_ALL

# One that draws other weights where nobody says otherwise.
WITH_DEFAULTS = next(f for f in frameworks() if f.defaults)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Namespace:
    """One epoch of a few digits and one seed stand for the real ones."""
    digits = mnist.load()
    digits = mnist.Digits(*(array[:500] for array in digits))
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


def test_what_is_there_is_not_run_again(
    small: Namespace, tmp_path: Path
) -> None:
    console = Console(quiet=True)
    wanted = implementations(small.names)[:1]
    slug = wanted[0].slug
    small.names = [wanted[0].title]
    assert len(list(seeds.missing(wanted))) == 2
    assert seeds.measure(small, console) == 0
    same = tmp_path / "seeds" / f"{slug}-same-0.json"
    own = tmp_path / "seeds" / f"{slug}-own-0.json"
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
    assert list(seeds.missing(wanted)) == []


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
    stored = parity.load_file(parity.DATA / "initial.safetensors")
    for name, array in stored.items():
        assert np.array_equal(seeds.initial(0)[f"initial/{name}"], array)
    assert not np.array_equal(
        seeds.initial(1)["initial/conv1.kernel"], stored["conv1.kernel"]
    )
