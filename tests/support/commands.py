"""`python -m snippets` as a process: how it ended, what it left running, and
the conversions that stand for what it reads and writes."""

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from lab import files
from lab.convert import SAFETENSORS, convert
from lab.frameworks import ROOT, frameworks, reference
from tests.chain import FILES, TRAINED
from tests.helpers import HANG, Once, until
from tests.support.weights import other_tensors, trained_file

COMMAND = [sys.executable, "-m", "snippets"]
# A variable of every process, by which what inherits it is found.
MARK = "ONE_CONVNET_TEST"
GONE = 60  # seconds in which what a killed command started must end
Variables = dict[str, str | None]


class Run(NamedTuple):
    """A finished command."""

    status: int
    out: str
    err: str


def environment(more: Variables) -> dict[str, str]:
    """This process's variables, `more`, and a mark; None takes one away."""
    found: Variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    found |= {MARK: uuid.uuid4().hex} | more
    return {name: value for name, value in found.items() if value is not None}


def list_marked(mark: str) -> list[str]:
    """The command lines of the processes that have that mark."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={mark}".encode() in path.read_bytes():
                line = (path.parent / "cmdline").read_bytes()
                found.append(line.replace(b"\0", b" ").decode()[:80])
        except OSError:
            continue  # it has ended, or is another user's
    return [line for line in found if line]


def wait_for(mark: str) -> None:
    """Fail where a process with that mark does not end."""
    until(lambda: not list_marked(mark), GONE)


def run(
    command: list[str], more: Variables | None = None, **options: Any
) -> Run:
    """Run a command to its end, and that of all that it started; `options`
    are those of subprocess.Popen."""
    variables = environment(more or {})
    pipe = subprocess.PIPE
    pipes: dict[str, Any] = {"stdout": pipe, "stderr": pipe, "cwd": ROOT}
    process = subprocess.run(
        command,
        env=variables,
        encoding="utf-8",
        errors="replace",
        timeout=HANG,
        **(pipes | options),
    )
    wait_for(variables[MARK])
    return Run(process.returncode, process.stdout or "", process.stderr or "")


def kill(
    command: list[str],
    more: Variables,
    random: Random,
    is_busy: Any,
    longest: float,
) -> None:
    """Start it, and kill it at a random moment: of its first `longest`
    seconds, or soon after is_busy() has become true. Where it was faster, it
    is started again. Fails where something keeps running."""
    while True:
        variables = environment(more)
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if random.random() < 0.5:
            while not is_busy() and process.poll() is None:
                time.sleep(0.0005)
            moment = random.choice([0, 0.001, 0.01, 0.1, 1]) * random.random()
        else:
            moment = longest * random.random()
        time.sleep(moment)  # a random moment is what is wanted
        if process.poll() is None:
            break
        longest *= 0.7
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(variables[MARK])


def age(folder: Path) -> None:
    """What a killed command left counts as old: the next one removes it."""
    for path in folder.glob(f"{files.SCRATCH}*"):
        os.utime(path, (0, 0))


def assert_refused(done: Run, words: str = "") -> None:
    """Status 1 or 2, and one line."""
    assert done.status in (1, 2), done
    (line,) = done.err.splitlines()
    assert line.isprintable() and len(line) < 700 and words in line, line


class Way(NamedTuple):
    """A conversion: `convert source target path …`, and a name for OUT."""

    source: str
    target: str
    path: Path
    name: str

    def command(self, out: object, path: Path | None = None) -> list[str]:
        """The command line; `path` stands for the good input."""
        asked = "convert", self.source, self.target, path or self.path, out
        return [*COMMAND, *map(str, asked)]

    def assert_whole(self, out: Path, scratch: Path) -> None:
        """`out` has the trained weights, every bit."""
        path = out
        if self.target != SAFETENSORS.name:
            path = scratch / "back.safetensors"
            convert(self.target, SAFETENSORS.name, out, path, force=True)
        assert other_tensors(path) == []


# The kinds of files, those that are read at once first.
NAMES = [SAFETENSORS.name, reference().framework.name]
NAMES += [f.name for f in frameworks() if f.name not in NAMES]
# How many conversions there are.
WAYS = 2 * len(NAMES)


def way(once: Once, n: int) -> Way:
    """The n-th conversion, and after the last one the first: those into a
    file of each kind, and those out of one. Skips where the framework is
    missing."""
    name = NAMES[n // 2 % len(NAMES)]
    path = trained_file(once, name)
    if n % 2:
        return Way(name, SAFETENSORS.name, path, "out.safetensors")
    return Way(SAFETENSORS.name, name, TRAINED, FILES[name].name)
