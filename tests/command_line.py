"""`python -m snippets` as a process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from lab.frameworks import ROOT

COMMAND = [sys.executable, "-m", "snippets"]
Process = subprocess.CompletedProcess[str]
Variables = dict[str, str]


def snippets(
    *arguments: object, more: Variables | None = None, root: Path = ROOT
) -> Process:
    """The finished process, with `more` in its environment."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | (more or {}),
    )


def start(
    *arguments: object, more: Variables | None = None
) -> subprocess.Popen[bytes]:
    """The process, running; what it prints is dropped."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | (more or {}),
        preexec_fn=heed,
    )


def heed() -> None:
    """Take the signals that pytest may have been told to ignore, as a
    shell's background job is, or what nohup starts."""
    for sign in signal.SIGINT, signal.SIGHUP:
        signal.signal(sign, signal.SIG_DFL)


def refusal(process: Process, words: str) -> None:
    """It ended with status 2 and said why in one line."""
    assert process.returncode == 2
    (line,) = process.stderr.splitlines()
    assert line.startswith("snippets: ")
    one_line(line, words)
    assert process.stdout == ""


def one_line(said: str, words: str) -> None:
    """`said` is one line, not too long, with `words` in it."""
    assert words in said
    assert "\n" not in said and "Traceback" not in said and len(said) < 700
