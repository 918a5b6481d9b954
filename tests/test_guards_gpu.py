"""Drills: a missing GPU and a missed gate stop what .ci/gpu runs. What the
frameworks do here is real."""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab import training
from lab.frameworks import ROOT, implementations
from tests.command_line import snippets
from tests.scripts import program
from tests.scripts import programs as programs


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what .ci/gpu runs, and nothing of what it measured."""
    copy = tmp_path / "project"
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ".ci", "lab", "snippets", "benchmarks", "data":
        shutil.copytree(ROOT / name, copy / name, ignore=ignore)
    for name in "results/schemas", "environments":
        path = copy / name
        path.parent.mkdir(exist_ok=True)
        path.symlink_to(ROOT / name)
    return copy


@pytest.fixture
def one(programs: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A Python that does what it is told for one framework alone, and says
    so; returns that one."""
    program(
        programs / "python",
        f"""#!/bin/sh
echo "python $*" >> "$SAID"
[ "$3" = train ] && set -- "$@" pytorch2 $MORE
exec {sys.executable} "$@"
""",
    )
    monkeypatch.setenv("PYTHON", "python")
    return "pytorch2"


@pytest.mark.slow
@pytest.mark.framework
def test_a_missing_gpu_stops_everything(
    one: str, project: Path, tmp_path: Path
) -> None:
    """No GPU is here, or none is shown: it trains, and fails; nothing after
    it runs, and nothing is kept."""
    hidden = {"CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        ["bash", ".ci/gpu", "cuda13"],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | hidden,
    )
    assert done.returncode == 1
    [row] = json.loads((project / "measured/train-cuda13.json").read_text())[
        "results"
    ]
    assert row["error"] == "ran on the cpu, not on a GPU"
    assert row["test_accuracy"] >= row["gate"]
    asked = (tmp_path / "said").read_text()
    assert "-m snippets train --gpu cuda13" in asked
    assert "parity" not in asked and "benchmarks" not in asked
    assert not (project / "results" / "parity-gpu").exists()


@pytest.mark.framework
def test_a_training_that_fails_stops_everything(
    one: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same steps, of a training that is given no time."""
    monkeypatch.setenv("MORE", "--timeout 0.1")
    done = subprocess.run(
        ["bash", ".ci/gpu", "cuda13"],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert "stopped after 0.1 s" in done.stdout
    asked = (tmp_path / "said").read_text()
    assert "-m snippets train --gpu cuda13" in asked
    assert "parity" not in asked and "benchmarks" not in asked


@pytest.mark.parametrize(
    "accuracy, device, words",
    [
        (0.95, "gpu:0", ""),
        (0.95, "cpu", "ran on the cpu, not on a GPU"),
        (0.8999, "gpu:0", "test accuracy 0.8999 is below the gate, 0.9"),
        # A network that came to nothing passes no gate.
        (math.nan, "gpu:0", "nan is below the gate, 0.9"),
    ],
)
def test_what_is_judged(accuracy: float, device: str, words: str) -> None:
    [pytorch] = implementations(["pytorch2"])
    assert pytorch.framework.gates.small == 0.9
    asked = argparse.Namespace(
        data="mnist-5k", epochs=3, batch_size=128, seed=0, require_gpu=True
    )
    result = {"test_accuracy": accuracy, "device": device, "error": None}
    error = training.judged(pytorch, result, asked)["error"]
    assert words in (error or "") and bool(error) == bool(words)


@pytest.mark.slow
@pytest.mark.framework
def test_parity_on_a_cpu_is_no_result(project: Path) -> None:
    more = {"CUDA_VISIBLE_DEVICES": ""}
    path = project / "lab" / "parity.py"
    text = path.read_text("utf-8")
    assert "STEPS = [1, 10, 100]" in text
    # Where it ran is told after one step as well.
    path.write_text(text.replace("[1, 10, 100]", "[1]"), "utf-8")
    done = snippets(
        "parity",
        "pytorch2",
        "--gpu",
        "cuda13",
        "--save",
        more=more,
        root=project,
    )
    assert done.returncode == 1
    assert "ran on the cpu" in done.stdout
    assert list((project / "results").rglob("parity-gpu/*.json")) == []


@pytest.mark.slow
@pytest.mark.framework
def test_a_missed_gate_stops_everything(one: str, project: Path) -> None:
    """The step of CI, with a gate that three epochs do not reach."""
    path = project / "snippets" / one / "framework.toml"
    manifest = path.read_text("utf-8")
    assert "mnist-5k = 0.9" in manifest
    path.write_text(manifest.replace("k = 0.9", "k = 0.99"), "utf-8")
    done = snippets("train", one, root=project)
    assert done.returncode == 1
    said = " ".join(done.stdout.replace("│", " ").split())
    assert "is below the gate, 0.99" in said
