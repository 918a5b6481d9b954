"""`python -m snippets` as a process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from lab import freshness
from lab.frameworks import ROOT, Implementation
from tests.helpers import Once
from tests.visits import key_of

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


def snippets_once(
    once: Once,
    i: Implementation,
    *arguments: object,
    more: Variables | None = None,
) -> tuple[Process, list[dict[str, Any]]]:
    """The finished process of a command that runs `i`, and the results that
    it wrote with --json: kept as long as nothing of both has changed."""
    asked = [*map(str, arguments), more]
    name = f"command-{freshness.digest_value(asked)}"

    def make(folder: Path) -> None:
        process = snippets(
            *arguments, "--json", folder / "results.json", more=more
        )
        said = [process.returncode, process.stdout, process.stderr]
        (folder / "process.json").write_text(json.dumps(said))

    folder = once(name, make, key_of(i, ROOT / "lab"))
    process = Process(name, *json.loads((folder / "process.json").read_text()))
    written = json.loads((folder / "results.json").read_text())
    return process, written["results"]


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
