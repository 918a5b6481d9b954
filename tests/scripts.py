"""The scripts of .ci/ and the steps of the workflows, as these run them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lab.frameworks import ROOT
from tests.command_line import Process

CI = ROOT / ".ci"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on PATH, with a gh that writes each of its calls as a line of
    $SAID, and does nothing else."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("SAID", str(tmp_path / "said"))
    program(folder / "gh", '#!/bin/sh\necho "gh $*" >> "$SAID"\n')
    return folder


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def script(name: str, *arguments: object, root: Path = ROOT) -> Process:
    """A script of .ci/ as a workflow's step runs it."""
    shell = sys.executable if name.endswith(".py") else "bash"
    return subprocess.run(
        [shell, f".ci/{name}", *map(str, arguments)],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
    )


def step(workflow: str, job: str, name: str) -> str:
    """The shell commands of a workflow's step."""
    path = ROOT / ".github" / "workflows" / f"{workflow}.yml"
    steps = yaml.safe_load(path.read_text("utf-8"))["jobs"][job]["steps"]
    [found] = [s["run"] for s in steps if s.get("name") == name]
    return str(found)


def git(*arguments: object, root: Path = ROOT) -> str:
    return subprocess.run(
        [
            "git",
            "-c",
            "user.name=One",
            "-c",
            "user.email=one@one.example",
            *map(str, arguments),
        ],
        cwd=root,
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout.strip()


def commit(root: Path, subject: str) -> None:
    git("add", "--all", root=root)
    git("commit", "--quiet", "--message", subject, root=root)
