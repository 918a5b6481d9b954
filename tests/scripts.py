"""The scripts of .ci/ as the workflows run them, with a `gh` that answers as
the real one does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab.frameworks import ROOT
from tests.command_line import Process

CI = ROOT / ".ci"
# Answers a request with the file of its path; what has none fails. Each call
# is a line of $SAID.
GH = """#!/bin/sh
echo "gh $*" >> "$SAID"
for last; do :; done
[ "$1" = api ] || exit 0
file="$ANSWERS/$(echo "${last%%\\?*}" | tr / _).json"
[ -e "$file" ] || { echo "HTTP 404: $last" >&2; exit 1; }
cat "$file"
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on PATH, with gh in it, that tells what was called."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (tmp_path / "answers").mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("SAID", str(tmp_path / "said"))
    monkeypatch.setenv("ANSWERS", str(tmp_path / "answers"))
    program(folder / "gh", GH)
    return folder


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def script(name: str, *arguments: object, root: Path = ROOT) -> Process:
    """A script of .ci/ as a workflow's step runs it."""
    shell = sys.executable if name.endswith(".py") else "bash"
    return subprocess.run(
        [shell, f".ci/{name}", *map(str, arguments)],
        cwd=root, capture_output=True, encoding="utf-8",
    )  # fmt: skip


def git(*arguments: object, root: Path = ROOT) -> str:
    return subprocess.run(
        ["git", "-c", "user.name=One", "-c", "user.email=one@one.example",
         *map(str, arguments)],
        cwd=root, check=True, capture_output=True, encoding="utf-8",
    ).stdout.strip()  # fmt: skip


def commit(root: Path, subject: str) -> None:
    git("add", "--all", root=root)
    git("commit", "--quiet", "--message", subject, root=root)
