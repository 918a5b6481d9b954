"""The files of results/, spoilt."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchmarks import results as benchmark_results
from lab import results
from tests.fuzz import judge
from tests.fuzz.attempt import reads
from tests.fuzz.changes import apply, in_json

KINDS = [kind for kind in results.NAMES if (results.FOLDER / kind).is_dir()]


@pytest.fixture(autouse=True, scope="module")
def forgotten() -> Iterator[None]:
    """What was checked is kept by its text: thousands of texts."""
    yield
    results.check.cache_clear()


def read_all(kind: str, folder: Path) -> list[dict[str, Any]]:
    """Every result of a kind in `folder`, as the pages read them. Raises
    BadInput."""
    found = results.read_all(kind, folder)
    if kind == "benchmarks":
        for name, result in found.items():
            path = folder / kind / f"{name}.json"
            benchmark_results.opened(result, path)
    return list(found.values())


def judge_result(kind: str, found: dict[str, Any]) -> None:
    """JSON has all of it, and its numbers agree with each other."""
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    json.dumps(found, ensure_ascii=False).encode()
    if kind in ("gates", "seeds"):
        judge.judge_training(found)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_spoilt(kind: str, data: st.DataObject) -> None:
    there = sorted((results.FOLDER / kind).rglob("*.json"))
    path = data.draw(st.sampled_from(there))
    old = path.read_bytes()
    new = apply(data.draw(in_json(old)), old)
    assume(new != old)
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name, path.relative_to(results.FOLDER))
        copy.parent.mkdir(parents=True)
        copy.write_bytes(new)
        if reads(lambda: read_all(kind, Path(name))):
            [found] = read_all(kind, Path(name))
            judge_result(kind, found)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_there_is_right(kind: str) -> None:
    """Or the judge would be wrong."""
    for found in read_all(kind, results.FOLDER):
        judge_result(kind, found)
