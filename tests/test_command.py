"""`python -m snippets`: what it prints, writes and leaves behind."""

import re
import signal
import subprocess
from argparse import Namespace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lab import check, gates, processes, results
from lab.errors import BadInput
from lab.frameworks import (
    GATE_EPOCHS,
    Implementation,
    every,
    frameworks,
    implementations,
    reference,
)
from lab.freshness import is_fresh
from tests.command_line import Process, snippets, snippets_once, start
from tests.evidence import note
from tests.helpers import HANG, REQUIRE_ALL, Once, until

FIRST = frameworks()[0].name
ON_A_BACKEND = next(i.title for i in every() if i.backend.name)


# Of those that are trained in earnest, the quickest.
QUICK = next(i for i in every() if i.title == "pytorch2")


def check_gate(result: dict[str, Any], process: Process) -> None:
    """An entry of `train --json` that passed its gate, and is printed."""
    assert result["error"] is None
    assert result["test_accuracy"] >= result["gate"] >= 0.9
    assert len(result["losses"]) == result["epochs"] == 3
    assert result["losses"][-1] < result["losses"][0] / 2
    assert result["images_per_second"] == pytest.approx(
        3 * 4000 / result["seconds"]["training"]
    )
    assert result["peak_memory_bytes"] > 2**26
    assert result["device"].startswith(("cpu", "gpu"))
    assert result["name"] in process.stdout
    assert f"{result['test_accuracy']:.4f}" in process.stdout


@pytest.mark.framework
def test_one_framework_passes_its_gate(once: Once) -> None:
    """Of the others an epoch is trained in test_contract.py; all of them
    stand in results/gates/."""
    process, [result] = snippets_once(once, QUICK, "train", QUICK.title)
    assert process.returncode == 0, process.stdout
    check_gate(result, process)


@pytest.mark.parametrize("data", GATE_EPOCHS)
def test_every_seed_that_is_kept_passes_the_gate(
    data: str, request: pytest.FixtureRequest
) -> None:
    by_slug = results.gates(data)
    assert set(by_slug) == {i.slug for i in every()}
    fresh = count = 0
    for i in every():
        assert [r["seed"] for r in by_slug[i.slug]] == list(gates.SEEDS)
        for result in by_slug[i.slug]:
            assert result["error"] is None
            assert result["epochs"] == GATE_EPOCHS[data]
            gate = i.framework.gates.of(data)
            assert result["test_accuracy"] >= gate, (i.title, result["seed"])
        count += len(by_slug[i.slug])
        fresh += sum(is_fresh("gates", result) for result in by_slug[i.slug])
    note(request, f"results/gates/*-{data}-*.json: {fresh} of {count} fresh")


@pytest.mark.slow
@pytest.mark.framework
def test_every_framework_passes_its_gate(trained: tuple[Process, Any]) -> None:
    process, written = trained
    assert process.returncode == 0, process.stdout
    assert [(r["name"], r["backend"] or "") for r in written["results"]] == [
        (i.framework.name, i.backend.name) for i in every()
    ]
    for result in written["results"]:
        if result["error"] in processes.NOT_HERE:
            assert not REQUIRE_ALL
            continue
        check_gate(result, process)


def test_list() -> None:
    process = snippets("list")
    assert process.returncode == 0
    rows = {}
    for line in process.stdout.splitlines():
        name, *cells = (cell.strip() for cell in line.strip("│").split("│"))
        rows[name] = cells
    for f in frameworks():
        label, era, _, backends, _ = rows[f.name]
        assert (label, era) == (f.label, f.era)
        names = [b.name for b in f.backends if b.name]
        assert backends == (", ".join(names) or "—")


@pytest.mark.parametrize("name", [i.title for i in every()])
def test_a_name_nearly_right(name: str) -> None:
    with pytest.raises(BadInput, match=re.escape(f"did you mean '{name}'?")):
        implementations([f"{name}x"])


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["train", f"{FIRST}x"], f"did you mean '{FIRST}'?"),
        (["train", f"{ON_A_BACKEND}x"], f"did you mean '{ON_A_BACKEND}'?"),
        (["train", FIRST, "--era", "2018"], "leave out `--era 2018`"),
        (["train", "--epochs", "0"], "positive int"),
        (["train", "--timeout", "nan"], "positive float"),
        (["train", "--timeout", "inf"], "positive float"),
        (["check", FIRST, "--timeout", "nan"], "positive float"),
        (["train", "--seed", "-1"], "a seed is 0 to 4294967295"),
        (["train", "--seed", str(2**32)], "a seed is 0 to 4294967295"),
        (["train", "--seed", "1.5"], "seed"),
        (["train", "--json", "/nowhere/results.json"], "/nowhere"),
        (["train", "--data", "cifar"], "mnist-5k"),
        (["seeds", f"{FIRST}x"], f"did you mean '{FIRST}'?"),
        (
            ["seeds", reference().framework.name],
            f"{reference().framework.label} has no seeds",
        ),
        (["seeds", "--json", "results.json"], "unrecognized arguments"),
        (["parity", "--json", "/nowhere/results.json"], "/nowhere"),
    ],
)
def test_bad_input(arguments: list[str], words: str) -> None:
    process = snippets(*arguments)
    assert process.returncode == 2
    assert words in process.stderr.splitlines()[-1]
    assert "Traceback" not in process.stderr


def test_missing_digits(tmp_path: Path) -> None:
    process = snippets(
        "train", FIRST, "--data", "mnist", more={"MNIST_DIR": str(tmp_path)}
    )
    assert process.returncode == 2
    assert len(process.stderr.splitlines()) == 1
    assert str(tmp_path / "train-images-idx3-ubyte") in process.stderr


@pytest.mark.framework
def test_failure_shows_the_frameworks_own_words(once: Once) -> None:
    [i] = implementations(["keras3/jax"])
    process, [result] = snippets_once(
        once, i, "train", i.title, more={"JAX_PLATFORMS": "nowhere"}
    )
    assert process.returncode == 1
    assert "nowhere" in result["error"]
    assert result["test_accuracy"] is None
    assert "nowhere" in process.stdout


def test_a_package_that_is_not_here_is_no_fault_of_its_own() -> None:
    first = every()[0]
    nowhere = msgspec.structs.replace(
        first.framework, import_name="nowhere.core"
    )
    gone = Implementation(nowhere, first.backend)
    result = processes.execute(gone, {"task": "train"}, HANG)
    assert result["error"] == processes.NO_PACKAGE
    for names, wanted in ([], 0), ([FIRST], 1):
        asked = Namespace(names=names, require_all=False)
        assert processes.status([result["error"]], asked) == wanted


@pytest.mark.framework
def test_timeout() -> None:
    process = snippets("train", FIRST, "--timeout", "0.5")
    assert process.returncode == 1
    assert "stopped after 0.5 s" in process.stdout


def test_timeout_of_the_pages() -> None:
    said = check.lacking(frameworks()[0], 0.01)
    assert said == ["stopped after 0.01 s (--timeout)"]


@pytest.mark.framework
def test_gpu_is_required_where_asked(once: Once) -> None:
    # Hides the GPUs of a machine that has some.
    hidden = {"CUDA_VISIBLE_DEVICES": ""}
    process, _ = snippets_once(
        once,
        QUICK,
        "train",
        QUICK.title,
        "--epochs",
        "1",
        "--require-gpu",
        more=hidden,
    )
    assert process.returncode == 1
    assert "not on a GPU" in process.stdout


def listed() -> dict[int, tuple[int, str]]:
    """The processes there are, but for those that have ended and that nobody
    has asked about: {pid: (parent's pid, command line)}."""
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,stat=,args="],
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ).stdout
    rows = [line.split(None, 3) for line in listing.splitlines()]
    return {
        int(pid): (int(parent), "".join(arguments))
        for pid, parent, state, *arguments in rows
        if not state.startswith("Z")
    }


@pytest.mark.framework
@pytest.mark.parametrize(
    "sign",
    [
        signal.SIGINT,
        signal.SIGKILL,
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, marks=pytest.mark.slow),
    ],
)
def test_nothing_is_left_running(sign: int) -> None:
    # Of the frameworks, what starts at once.
    process = start("train", reference().title, "--epochs", "1000")

    def children() -> list[int]:
        return [
            pid
            for pid, (parent, arguments) in listed().items()
            if parent == process.pid and str(processes.INSIDE) in arguments
        ]

    (child,) = until(children)
    process.send_signal(sign)
    assert process.wait(HANG) != 0
    until(lambda: child not in listed())
