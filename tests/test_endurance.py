"""The short form of `python -m lab.endurance`: a few trials of each row."""

import subprocess
import sys
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks import variants
from lab import frameworks, results, rows
from lab.convert import convert
from lab.endurance import sound, warm
from lab.endurance.corrupt import corrupted
from lab.endurance.inputs import plain
from lab.endurance.trial import Verdict, trial
from tests.chain import TRAINED
from tests.helpers import ROOT

# Those that start no framework: a text, pictures, a file that is written.
QUICK = ["framework.toml", "MNIST, plain", "a result that is written"]


def endured(folder: Path, *rows: str) -> list[dict[str, Any]]:
    """What the short form writes of `rows`, or of all of them."""
    only = ["--only", *rows] if rows else []
    done = subprocess.run(
        [sys.executable, "-m", "lab.endurance", "--short", *only, "--json",
         folder / results.ENDURANCE],
        cwd=ROOT, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    print(done.stdout, done.stderr)
    return results.endurance(folder)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The rows, of every input whose framework is here."""
    return endured(tmp_path_factory.mktemp("endurance"))


def test_no_fault_of_what_is_quick(tmp_path: Path) -> None:
    found = endured(tmp_path, *QUICK)
    assert sorted(row["name"] for row in found) == sorted(QUICK)
    for row in found:
        assert row["faults"] == [] and row["tried"] and not row["hang"]


@pytest.mark.slow
@pytest.mark.framework
def test_no_fault(short: list[dict[str, Any]]) -> None:
    assert [row for row in short if row["faults"]] == []
    assert all(row["tried"] and not row["hang"] for row in short)


@pytest.mark.slow
@pytest.mark.framework
def test_every_input_is_there(short: list[dict[str, Any]]) -> None:
    names = {row["name"] for row in short}
    assert {"framework.toml", "MNIST, plain", "a checkpoint"} <= names
    kinds = {p.name for p in results.FOLDER.iterdir() if p.is_dir()}
    assert {f"results/{k}" for k in kinds - {"schemas"}} <= names
    # Corruptions are noticed: most of them are refused.
    for row in short:
        if row["name"].startswith("MNIST"):
            assert row["refused"] > row["tried"] / 2


def test_what_is_there_is_sound() -> None:
    """Or what the trials are judged by would be wrong."""
    found = [
        *chain.from_iterable(
            sound.framework(plain(f)) for f in frameworks.frameworks()
        ),
        *sound.groups(plain(rows.groups())),
    ]
    for f in frameworks.frameworks():
        said = {v.name: plain(v.said) for v in variants.read(f)}
        found += [*sound.variants(said), *sound.edits(f, said)]
        if (f.folder / "layers" / "rules.toml").exists():
            found += sound.rules(plain(rows.rules(f)))
    for kind in results.NAMES:
        for name, result in results.read_all(kind).items():
            if name == results.CONTROL:
                result = result | {"control": True}
            found += sound.result(kind, result)
    assert found == []


def test_a_seed_is_a_corruption() -> None:
    data = b'a = 1\nb = "two"\n' * 9
    for seed in range(200):
        one, other = (corrupted(data, Random(seed), True) for _ in range(2))
        assert one == other and one[0] != data


def raises() -> int:
    raise RuntimeError


def says_more() -> int:
    print("one line\nand another", file=sys.stderr)
    return 2


def hangs() -> int:
    while True:
        pass


def kills_itself() -> int:
    import faulthandler
    import os
    import signal

    faulthandler.disable()  # its trace would read as a crash of the tests
    os.kill(os.getpid(), signal.SIGSEGV)
    return 0


@pytest.mark.parametrize(
    "command, end",
    [
        (raises, "traceback"), (says_more, "traceback"), (hangs, "hang"),
        (kills_itself, "traceback"), (lambda: 0, "wrong"),
    ],
)  # fmt: skip
def test_a_fault_is_noticed(command: Any, end: str, tmp_path: Path) -> None:
    limit = 1.0 if command is hangs else 300.0
    judge = Verdict("wrong")
    assert trial(command, lambda: judge, tmp_path, limit).end == end


@pytest.mark.slow
@pytest.mark.framework
def test_another_backend_starts_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one warm() in another leaves it what it has."""
    served: list[warm.Warm] = []

    class Noted(warm.Warm):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            served.append(self)

    monkeypatch.setattr(warm, "Warm", Noted)
    found = []
    framework = max(frameworks.frameworks(), key=lambda f: len(f.backends))
    with warm.warm(framework):
        with warm.warm(framework):
            pass
        for n in 0, -1:
            title = frameworks.Implementation(
                framework, framework.backends[n]
            ).title
            out = tmp_path / f"{n}{framework.file.ends}"
            convert("safetensors", title, TRAINED, out)
            found.append(len(served))
    assert found == [1, 1] and not warm.servers
