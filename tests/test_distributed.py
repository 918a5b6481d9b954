"""Several processes take the steps of one; who is killed is named, nothing is
left running, and the run goes on."""

import functools
import json
import os
import signal
import socket
import subprocess
import sys
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab import distributed, mnist, parity, results
from lab.contract import MARK
from lab.distributed import PROCESSES, compared
from lab.files import write_arrays
from lab.frameworks import (
    ROOT,
    Implementation,
    every,
    frameworks,
    reference,
)
from lab.freshness import find_state
from lab.inside.launch import alive
from lab.parity import STEPS, TOLERANCES
from lab.processes import Result, execute
from lab.several import free_ports
from tests.command_line import refusal, snippets, start
from tests.evidence import choose, note, read_seed
from tests.helpers import HANG, Once, until
from tests.visits import FEW, Visits, key_of

ABLE = [i for i in every() if i.backend.distributed]
# One of each kind: its own launcher starts them, or this project does. Of
# those on a backend of another's each process would import both.
KINDS = {
    bool(how.launcher): i
    for i in reversed(ABLE)
    if (how := i.backend.distributed) and not i.backend.name
}
BY_TITLE = pytest.mark.parametrize("i", ABLE, ids=lambda i: i.title)
BY_KIND = pytest.mark.parametrize("i", KINDS.values(), ids=lambda i: i.title)


def measure(i: Implementation, folder: Path) -> None:
    """The weights of `i` after each number of steps of two processes, into
    `folder`."""
    path = folder / "digits.npz"
    write_arrays(path, parity.inputs(mnist.load()))
    request: dict[str, Any] = {
        "task": "distributed",
        "steps": FEW,
        "digits": path.name,
        "processes": PROCESSES,
        # And one model twice, as who times it does.
        "epochs": 1,
        "count": 128,
    }
    result = execute(i, request, HANG, inputs={path.name: path})
    path.unlink()
    assert result["error"] is None, result["error"]
    write_arrays(folder / "arrays.npz", result["arrays"])


def measured(once: Once, i: Implementation) -> Result:
    more = "distributed", "parity", "several"
    key = key_of(i, *(ROOT / "lab" / f"{name}.py" for name in more))
    folder = once(f"distributed-{i.slug}", partial(measure, i), key)
    with np.load(folder / "arrays.npz") as arrays:
        return {
            "arrays": dict(arrays),
            "version": "",
            "device": "",
            "error": None,
        }


def fresh(title: str) -> bool:
    [i] = [i for i in ABLE if i.title == title]
    path = results.FOLDER / "distributed" / f"{i.slug}.json"
    return find_state("distributed", path) == "fresh"


@functools.cache
def taken(prove: bool) -> set[str]:
    """Those whose kept result stands for a run: of what is fresh, all but
    one, another one for each commit."""
    return choose([i.title for i in ABLE], fresh, prove)[1]


@pytest.mark.framework
@BY_TITLE
def test_two_of_64_are_one_of_128(
    i: Implementation,
    once: Once,
    visit: Visits,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """After 1 and 10 steps; after 100 it is measured, and kept."""
    path = f"results/distributed/{i.slug}.json"
    prove = request.config.getoption("prove")
    if i.title in taken(prove):
        row = results.distributed()[i.slug]
        for n in FEW:
            far = row["max_abs_several"][str(n)]
            assert far <= TOLERANCES["weights"][n]
        note(request, f"{path}: steps {FEW}")
    else:
        monkeypatch.setattr(distributed, "STEPS", FEW)
        two = measured(once, i)
        right = visit(reference()).answer("parity")
        row = compared(i, two, two, right)
        if not prove and fresh(i.title):
            note(request, f"{path}: run again, the sample of {read_seed()}")
    assert row["error"] is None
    assert row["max_abs_several"]["1"] > 0  # and not the reference itself


def test_what_is_kept_is_within_the_tolerances() -> None:
    """Every row of the page, also after 100 steps."""
    found = results.distributed()
    assert set(found) == {i.slug for i in ABLE}
    for row in found.values():
        for how, n in product(("one", "several", "apart"), STEPS):
            assert row[f"max_abs_{how}"][str(n)] <= TOLERANCES["weights"][n]


@pytest.mark.framework
def test_a_mean_of_means_would_be_noticed(
    visit: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is one process's half of the digits the whole."""
    monkeypatch.setattr(distributed, "STEPS", FEW)
    right = visit(reference()).answer("parity")
    assert compared(reference(), right, right, right)["error"] is None
    arrays = {
        name: array * np.float32(1 + 1e-6)
        for name, array in right["arrays"].items()
    }
    wrong = right | {"arrays": arrays}
    row = compared(reference(), right, wrong, right)
    assert "2 processes are" in row["error"]


@pytest.mark.parametrize("name", sorted({i.framework.name for i in ABLE}))
def test_the_sections_are_those_of_its_siblings(name: str) -> None:
    [framework] = [f for f in frameworks() if f.name == name]
    lines = framework.source("distributed.py").splitlines()
    assert [line for line in lines if MARK in line] == [
        f"# {MARK} [{edge}:{section}]"
        for section in ("join", "share", "train")
        for edge in ("start", "end")
    ]
    assert max(map(len, lines)) <= 79


def joined(scratch: Path) -> list[Any]:
    """What the processes of the run whose TMPDIR is `scratch` said when they
    had joined, by rank."""
    paths = scratch.glob(".one-convnet-*/joined-?.json")
    return [json.loads(path.read_text()) for path in sorted(paths)]


@pytest.mark.slow
@pytest.mark.framework
@BY_KIND
def test_a_killed_one_is_named_and_the_run_goes_on(
    i: Implementation, tmp_path: Path
) -> None:
    asked = "train", i.title, "--processes", 2, "--epochs", 2, "--checkpoint"
    more = {"TMPDIR": str(tmp_path)}
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    said = tmp_path / "said.json"
    done = snippets(*asked, whole, "--json", said, more=more)
    assert done.returncode == 0, done.stdout
    (unbroken,) = json.loads(said.read_text())["results"]
    first = broken / i.slug / "epoch-0001"
    with start(*asked, broken, "--json", said, more=more) as process:
        until(first.exists)
        workers = [about["pid"] for about in joined(tmp_path)]
        os.kill(workers[1], signal.SIGKILL)
    assert process.returncode == 1
    (row,) = json.loads(said.read_text())["results"]
    assert row["error"] == "process 1 of 2 was killed"
    assert not any(map(alive, workers))
    assert not any(tmp_path.glob(".one-convnet-*"))

    done = snippets(*asked, broken, "--resume", "--json", said, more=more)
    assert done.returncode == 0, done.stdout
    (row,) = json.loads(said.read_text())["results"]
    for key in "losses", "weights_sha256":
        assert row[key] == unbroken[key]


@pytest.mark.slow
@pytest.mark.framework
@BY_KIND
def test_nothing_outlives_a_killed_command(
    i: Implementation, tmp_path: Path
) -> None:
    more = {"TMPDIR": str(tmp_path)}
    asked = "train", i.title, "--processes", 2, "--epochs", 100
    with start(*asked, more=more) as process:
        until(lambda: len(joined(tmp_path)) == 2)
        workers = [about["pid"] for about in joined(tmp_path)]
        process.kill()
    until(lambda: not any(map(alive, workers)))


@pytest.mark.slow
@pytest.mark.framework
def test_another_version_in_one_of_them_is_refused(tmp_path: Path) -> None:
    """As on two machines: here by a module that one process alone meets."""
    i = KINDS[True]
    (tmp_path / "sitecustomize.py").write_text(
        "import os, platform\n"
        "if os.environ.get('RANK') == '1':\n"
        "    platform.python_version = lambda: '3.0'\n"
    )
    done = snippets(
        "train",
        i.title,
        "--processes",
        2,
        "--epochs",
        100,
        more={"PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 1
    words = " ".join(done.stdout.replace("│", " ").split())
    assert "the processes have" in words and " 3.0 " in words


def test_a_port_in_use_is_refused() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        process = snippets(
            "train", ABLE[0].title, "--processes", 2, "--port", port
        )
    refusal(process, f"port {port}: Address already in use")


def test_who_has_no_distributed_py_says_so() -> None:
    for command in ("train", "--processes", 2), ("distributed",):
        name, *more = command
        process = snippets(name, reference().title, *more)
        refusal(process, "does not train in several processes")


@pytest.mark.slow
@pytest.mark.framework
def test_more_processes_than_cores_are_warned_of_and_run() -> None:
    count = (os.cpu_count() or 1) + 1
    i = KINDS[True]
    asked = "train", i.title, "--epochs", 1, "--processes", count
    done = snippets(*asked)
    assert done.returncode == 0, done.stdout
    assert f"{count} processes share {count - 1} cores" in done.stderr


@pytest.mark.slow
@pytest.mark.framework
def test_one_that_nobody_joins_ends_by_itself(tmp_path: Path) -> None:
    """The engine's own timeout, without anything of this project around."""
    i = KINDS[True]
    code = "import distributed; distributed.join(timeout=3)"
    alone = {
        "RANK": "0",
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_ports(1)[0]),
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=i.framework.folder,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | alone,
    )
    assert done.returncode == 1
    assert "imed out" in done.stderr
