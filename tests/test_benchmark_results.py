"""A result whose pyperf part is broken is an error of one line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import results
from lab.errors import BadInput
from tests.command_line import one_line

FIRST = min(results.FOLDER.rglob("*.json"))
Suite = dict[str, Any]


def metadata(**said: Any) -> Callable[[Suite], None]:
    """Every run says that; None: nothing of it."""

    def spoil(suite: Suite) -> None:
        for benchmark in suite["benchmarks"]:
            # What all runs share, pyperf writes down once.
            for part in [suite, benchmark, *benchmark["runs"]]:
                facts = part.setdefault("metadata", {})
                for key, value in said.items():
                    facts.pop(key, None)
                    if value is not None:
                        facts[key] = value

    return spoil


def runs(*found: Any) -> Callable[[Suite], None]:
    def spoil(suite: Suite) -> None:
        suite["benchmarks"][0]["runs"] = list(found)

    return spoil


def no_name(suite: Suite) -> None:
    del suite["benchmarks"][0]["metadata"]["name"]


def twice(suite: Suite) -> None:
    suite["benchmarks"] *= 2


def values(found: Any) -> Callable[[Suite], None]:
    def spoil(suite: Suite) -> None:
        suite["benchmarks"][0]["runs"][-1]["values"] = found

    return spoil


SPOILS: dict[str, Callable[[Suite], None]] = {
    "no round": metadata(round=None),
    "a round in words": metadata(round="one"),
    "a round that is true": metadata(round=True),
    "round 0": metadata(round=0),
    "no number": runs({"values": ["x"], "metadata": {"round": 1}}),
    "no dict": runs(1),
    "nothing": runs(None),
    "an empty run": runs({}),
    "values in words": values("ab"),
    "a value of 0": values([0.0]),
    "a value below 0": values([-1.0]),
    "values in a dict": values({"a": 1}),
    "no name": no_name,
    "one benchmark twice": twice,
    "a unit": metadata(unit="parsec"),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_it_names_the_file(spoil: str, tmp_path: Path) -> None:
    found = json.loads(FIRST.read_text("utf-8"))
    path = tmp_path / FIRST.name
    path.write_text(json.dumps(found))
    assert results.load(path)["measured"]
    SPOILS[spoil](found["pyperf"])
    path.write_text(json.dumps(found))
    with pytest.raises(BadInput) as raised:
        results.load(path)
    one_line(str(raised.value), f"{path}: pyperf: ")
