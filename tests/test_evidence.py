"""What is run again of the recorded evidence, and what is taken."""

import subprocess
from pathlib import Path

import pytest

from tests import evidence
from tests.evidence import choose, choose_records

NAMES = ["a_today", "b_today", "c_today", "d_2018", "e_2018"]


def era(name: str) -> str:
    return name.split("_")[1]


def test_a_proof_takes_nothing() -> None:
    assert choose(NAMES, lambda name: True, True, era) == (set(NAMES), set())


def test_what_is_not_fresh_runs() -> None:
    run, taken = choose(NAMES, lambda name: name != "b_today", False)
    assert "b_today" in run and len(run) == 2
    assert run | taken == set(NAMES) and not run & taken
    assert choose(NAMES, lambda name: False, False) == (set(NAMES), set())


def test_one_of_each_group_is_sampled_by_the_commit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    samples = set()
    for seed in map(str, range(40)):
        monkeypatch.setattr(evidence, "read_seed", lambda seed=seed: seed)
        run, _ = choose(NAMES, lambda name: True, False, era)
        assert sorted(map(era, run)) == ["2018", "today"]
        assert choose(NAMES, lambda name: True, False, era)[0] == run
        samples |= run
    assert samples == set(NAMES)


def test_the_date_seeds_it_where_there_is_no_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setattr(evidence, "ROOT", tmp_path)
    read = evidence.read_seed.__wrapped__
    assert read().count("-") == 2
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    assert read().count("-") == 2


def test_a_changed_script_runs() -> None:
    """Whatever is taken of the records is fresh; a proof takes none."""
    assert choose_records(True) == set()
    for record in choose_records(False):
        assert evidence.is_fresh(Path(record))
