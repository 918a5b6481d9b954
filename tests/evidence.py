"""Which recorded evidence a run of the tests produces again, and which it
takes as it is recorded.

A record is taken where it is fresh: nothing that determined it has changed.
A small sample of what is fresh is produced again all the same, so that a
digest that forgets an input is noticed. With --prove nothing is taken.
"""

import functools
import random
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from lab.evidence import is_fresh
from lab.frameworks import ROOT

# A race prints something else each time: keras_race.txt is one record of it.
RACES = {"keras_race"}
SEMANTICS = ROOT / "evidence" / "semantics"
SLIPS = ROOT / "evidence" / "slips"


@functools.cache
def read_seed() -> str:
    """The commit that is tested; where there is no Git, the date."""
    try:
        return subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return time.strftime("%Y-%m-%d")


def choose(
    names: Iterable[str],
    fresh: Callable[[str], bool],
    prove: bool,
    group: Callable[[str], str] = lambda name: "",
) -> tuple[set[str], set[str]]:
    """(to run, to take) of `names`: what is not fresh runs, and of each
    group one more, drawn with `read_seed()`. With `prove` all of them run."""
    names = sorted(names)
    taken = set() if prove else set(filter(fresh, names))
    draw = random.Random(read_seed())
    for key in sorted({group(name) for name in taken}):
        members = sorted(name for name in taken if group(name) == key)
        taken.remove(draw.choice(members))
    return set(names) - taken, taken


def note(request: pytest.FixtureRequest, text: str) -> None:
    """Have the terminal summary say `text`."""
    if ("evidence", text) not in request.node.user_properties:
        request.node.user_properties.append(("evidence", text))


def scripts(folder: Path) -> list[Path]:
    """The scripts of a folder of evidence/ that have one record each."""
    found = sorted(folder.glob("*.py"))
    return [path for path in found if path.stem not in RACES]


@functools.cache
def choose_records(prove: bool) -> set[str]:
    """The records of the scripts, as paths, that a run takes. The sample is
    one script of each era."""
    records = {
        str(script.with_suffix(".txt")): script
        for folder in (SEMANTICS, SLIPS)
        for script in scripts(folder)
    }

    def era(record: str) -> str:
        return "today" if record.endswith("_today.txt") else "2018"

    return choose(records, lambda record: is_fresh(Path(record)), prove, era)[
        1
    ]


def is_taken(request: pytest.FixtureRequest, record: Path) -> bool:
    """Whether this test takes `record` in place of running its script; the
    summary says which it was."""
    prove = request.config.getoption("prove")
    name = record.relative_to(ROOT)
    if str(record) in choose_records(prove):
        note(request, f"{name}: taken as recorded, nothing of it has changed")
        return True
    if not prove and is_fresh(record):
        note(request, f"{name}: run again, the sample of {read_seed()}")
    return False
