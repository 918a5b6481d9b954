"""One visit to each framework: one process imports it once per run, and does
everything that the tests need of it.

`visit(implementation)` returns the answers. Every run does the tiny training
pass and a sample of layers again. The rest is kept until an input changes.
"""

import contextlib
import json
import random
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from lab import freshness, mnist, parity
from lab.files import write_arrays
from lab.frameworks import ROOT, Implementation, frameworks, reference
from lab.own import arguments, by_row, listed, request_of
from lab.processes import NOT_HERE, Result, execute
from lab.rows import rows
from lab.screens import make_movable
from tests.chain import unusual
from tests.evidence import read_seed
from tests.helpers import HANG, Once, missing

# Steps of the tiny training pass, on 128 digits; all of them are one batch,
# whatever order a framework draws. After 100 it is measured, and kept.
FEW = [n for n in parity.STEPS if n < 100]
TEST_DIGITS = 100  # of the tiny pass; the command takes 1,000
SAMPLE = 3  # rows of layers
NOW = {"parity", "rows"}


class Visit(NamedTuple):
    """By its name, what each task answered, its arrays under "arrays"; and
    where the framework's own file of `unusual()` is."""

    tasks: dict[str, Result]
    file: Path

    def answer(self, name: str) -> Result:
        """What a task answered. Fails with the framework's own words where
        that is an error."""
        result = self.tasks[name]
        assert result["error"] is None, f"{name}: {result['error']}"
        return result


Visits = Callable[[Implementation], Visit]


def key_of(implementation: Implementation, *more: Path) -> str:
    """Return a digest of all that determines what a visit finds, or what is
    made of `more` too."""
    paths = {implementation.framework.folder, reference().framework.folder}
    paths |= set(more)
    paths |= {
        ROOT / path
        for path in (
            "lab",
            "data",
            "environments/locks",
            "tests/visits.py",
            "tests/chain.py",
        )
    }
    installed = freshness.read_installed_versions(implementation)
    return freshness.digest_value(
        [implementation.title, freshness.digest_of(paths), installed]
    )


def sample(implementation: Implementation) -> list[str]:
    """Some of the framework's rows of layers; other ones for each commit."""
    framework = implementation.framework
    if not listed(framework):
        return []
    names = [n for n in rows() if arguments(framework, n) is not None]
    draw = random.Random(f"{read_seed()} {implementation.title}")
    return draw.sample(names, SAMPLE)


def few_digits() -> dict[str, np.ndarray]:
    """What the tiny pass is given."""
    arrays = parity.inputs(mnist.load())
    for name in "test_images", "test_labels":
        arrays[name] = arrays[name][:TEST_DIGITS]
    return arrays


def make_requests(
    implementation: Implementation,
) -> tuple[dict[str, Any], dict[str, dict[str, np.ndarray]]]:
    """What the tasks are asked, in their order, and the files of arrays that
    they are given. The own file comes first: Keras 2 numbers its layers. What
    evaluates it comes last: CNTK 2.7 dies of a SIGFPE where it trains after
    that."""
    asked: list[dict[str, Any]] = []
    arrays: dict[str, np.ndarray] = {}
    for name in sample(implementation):
        request, its = request_of(implementation.framework, name)
        asked.append(request)
        arrays |= {f"{name}/{key}": array for key, array in its.items()}
    path = {"path": f"own/{implementation.framework.file.name}"}
    digits = {"digits": "digits.npz"}
    tasks: dict[str, Any] = {
        "load": path | {"arrays": "weights.npz"},
        "dump": path,
        "parity": {"digits": "few.npz", "steps": FEW},
        "contract": digits | {"breaks": {}},
        "train": digits | {"epochs": 1, "batch_size": 128, "seed": 0},
        "rows": {"digits": "rows.npz", "rows": asked},
        "accuracy": path | digits,
    }
    if not asked:
        del tasks["rows"]
    given = {
        "weights.npz": unusual(),
        "digits.npz": mnist.load()._asdict(),
        "few.npz": few_digits(),
        "rows.npz": arrays,
    }
    return {n: {"task": n} | t for n, t in tasks.items()}, given


def go(
    implementation: Implementation, folder: Path, names: Iterable[str] = ()
) -> None:
    """Do all tasks, or `names`, of the tiny pass the ten steps alone; into
    `folder` go the answers, and own/ with the framework's own file."""
    tasks, given = make_requests(implementation)
    if names:
        tasks = {name: tasks[name] for name in tasks if name in names}
        tasks["parity"] |= {"steps": FEW[-1:]}
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        (scratch / "own").mkdir()
        for file, arrays in given.items():
            write_arrays(scratch / file, arrays)
        result = execute(
            implementation,
            {"task": "visit", "tasks": tasks},
            HANG,
            inputs={file: scratch / file for file in [*given, "own"]},
            outputs={"own": folder / "own"},
        )
    if result["error"] in NOT_HERE:
        missing(result["error"])
    assert result["error"] is None, result["error"]
    framework = implementation.framework
    path = folder / "own" / framework.file.name
    if framework.file.screen == "checkpoints" and path.exists():
        make_movable(path)
    write_arrays(folder / "arrays.npz", result.pop("arrays", {}))
    (folder / "tasks.json").write_text(json.dumps(result["tasks"]))


def read(folder: Path) -> dict[str, Result]:
    """The answers that `go()` wrote."""
    tasks: dict[str, Result] = json.loads((folder / "tasks.json").read_text())
    with np.load(folder / "arrays.npz") as file:
        arrays = by_row(dict(file))
    return {n: t | {"arrays": arrays.get(n, {})} for n, t in tasks.items()}


class Failed(Exception):
    """A task failed, so that its visit is not kept."""


def make_now(once: Once, implementation: Implementation, folder: Path) -> None:
    """Do what is done each time; and the rest in the same process, where what
    is kept of it does not hold any more."""

    def make_all(lasting: Path) -> None:
        go(implementation, folder)
        if any(task["error"] for task in read(folder).values()):
            raise Failed
        shutil.copytree(folder, lasting, dirs_exist_ok=True)

    key = key_of(implementation)
    with contextlib.suppress(Failed):
        whole = once(f"visit-{implementation.slug}", make_all, key)
        if not any(folder.iterdir()):
            go(implementation, folder, NOW)
            shutil.copytree(whole, folder / "whole")


@pytest.fixture(scope="session")
def visit(once: Once) -> Visits:
    """visit(implementation): what its framework answered."""

    def visited(implementation: Implementation) -> Visit:
        make = partial(make_now, once, implementation)
        folder = once(f"now-{implementation.slug}", make)
        now, whole = read(folder), folder / "whole"
        if whole.exists():
            before = read(whole)
            first = before["parity"]["arrays"].items()
            prefix = f"weights/{FEW[0]}/"
            now["parity"]["arrays"] |= {
                name: array for name, array in first if name.startswith(prefix)
            }
            now, folder = before | now, whole
        file = folder / "own" / implementation.framework.file.name
        return Visit(now, file)

    return visited


@pytest.fixture(scope="session")
def own_file(visit: Visits) -> Callable[[str], Path]:
    """own_file(name): the file that the framework `name` wrote, on its first
    backend."""

    def locate(name: str) -> Path:
        [framework] = [f for f in frameworks() if f.name == name]
        return visit(Implementation(framework, framework.backends[0])).file

    return locate
