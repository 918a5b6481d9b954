"""What the tests of evidence/semantics share: what each script says, what is
recorded, and the numbers in it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from lab.frameworks import ROOT
from lab.freshness import digest_of
from tests.evidence import SEMANTICS, is_taken, scripts

SCRIPTS = [path.stem for path in scripts(SEMANTICS)]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# What was trained differs a little from processor to processor.
TOLERANCE = {
    "unit_gain_2018": 0.1,
    "double_softmax_today": 3.0,
    "layouts_today": 3.0,
    "copied_today": 3.0,
}
# The first epoch is enough: both networks train in turn, step by step; and of
# what is copied BatchNorm's momentum.
LINES = {"unit_gain_2018": 33, "copied_today": 5}
Said = Callable[[str], list[str]]


def recorded(name: str) -> list[str]:
    """The lines that a script printed, as far as it is run."""
    text = (SEMANTICS / f"{name}.txt").read_text("utf-8")
    return text.splitlines()[: LINES.get(name)]


def run(name: str, python: list[str], folder: Path) -> None:
    """Run a script; what it says is written to folder/said.txt."""
    lines: list[str] = []
    errors = folder / "errors.txt"
    with (
        errors.open("w") as stderr,
        subprocess.Popen(
            [*python, str(SEMANTICS / f"{name}.py")],
            cwd=folder,
            env=os.environ
            | {
                # Several run at a time, and threads that wait spin.
                "OMP_NUM_THREADS": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONIOENCODING": "utf-8",
                "TF_CPP_MIN_LOG_LEVEL": "2",
                "TMPDIR": str(folder),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            encoding="utf-8",
        ) as process,
    ):
        for line in process.stdout or []:
            lines.append(line.rstrip("\n"))
            if len(lines) == LINES.get(name):
                process.terminate()
                break
    assert name in LINES or process.returncode == 0, errors.read_text(
        "utf-8", "replace"
    )[-2000:]
    (folder / "said.txt").write_text("\n".join(lines), "utf-8")


@pytest.fixture
def said(request: pytest.FixtureRequest) -> Said:
    """said(name): the lines that a script prints; those of its record where
    that is taken. Each runs once for all processes of the tests, when the
    first asks for it."""
    once = request.getfixturevalue("once")

    def lines(name: str) -> list[str]:
        if is_taken(request, SEMANTICS / f"{name}.txt"):
            return recorded(name)
        python = [sys.executable]
        if name.endswith("_2018"):
            python = request.getfixturevalue("python_2018")
        key = digest_of(
            [
                SEMANTICS / f"{name}.py",
                *(ROOT / part for part in ("lab", "snippets", "data")),
                ROOT / "environments" / "locks",
            ]
        )
        folder = once(
            f"semantics-{name}", lambda folder: run(name, python, folder), key
        )
        return (folder / "said.txt").read_text("utf-8").split("\n")

    return lines


def numbers(lines: Sequence[str], start: str, within: str = "") -> list[float]:
    """The numbers after `start`, on the first line that begins with it, below
    the first line that begins with `within`."""
    lines = [line.strip() for line in lines]
    top = next(n for n, line in enumerate(lines) if line.startswith(within))
    line = next(line for line in lines[top:] if line.startswith(start))
    return [float(number) for number in NUMBER.findall(line[len(start) :])]
