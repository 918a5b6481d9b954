"""`python -m snippets` as a process, and what is left of it."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np

from lab.convert import SAFETENSORS, convert
from lab.endurance import weights
from lab.endurance.trial import LIMIT, Verdict, ended
from lab.endurance.weights import TRAINED, tensors
from lab.errors import BadInput, Failed
from lab.frameworks import ROOT, Framework, frameworks, reference
from lab.processes import interpreter

MARK = "ONE_CONVNET_ENDURANCE"
GONE = 60.0  # seconds in which what a killed command started must end
# Are conversions by frameworks that start slowly among what is tried?
ALL = True
COMMAND = [sys.executable, "-m", "snippets"]
Variables = dict[str, str | None]


class Said(NamedTuple):
    """How it ended: None for the status where it was killed as a hang."""

    status: int | None
    out: str
    err: str


def environment(more: Variables) -> dict[str, str]:
    """This process's, and `more` of it; None takes a variable away. It has a
    mark of its own, by which what inherits it is found."""
    found: Variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    found |= {MARK: uuid.uuid4().hex} | more
    return {name: value for name, value in found.items() if value is not None}


def finished(
    command: list[str], more: Variables | None = None, **how: Any
) -> Said:
    """The finished command; `how` is for subprocess.Popen."""
    variables = environment(more or {})
    pipe = subprocess.PIPE
    pipes: dict[str, Any] = {"stdout": pipe, "stderr": pipe, "cwd": ROOT}
    with subprocess.Popen(
        command, env=variables, encoding="utf-8", errors="replace",
        **(pipes | how),
    ) as process:  # fmt: skip
        try:
            out, err = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            return Said(None, "", "")
    if left := still_there(variables[MARK]):
        return Said(None, "", f"left running: {left}")
    return Said(process.returncode, out or "", err or "")


def snippets(*arguments: object, more: Variables, **how: Any) -> Said:
    return finished([*COMMAND, *map(str, arguments)], more, **how)


def still_there(mark: str) -> list[str]:
    """The processes with that mark that do not end within GONE seconds."""
    end = time.monotonic() + GONE
    while found := marked(mark):
        if time.monotonic() > end:
            return found
        time.sleep(0.02)
    return []


def marked(mark: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={mark}".encode() in path.read_bytes():
                line = (path.parent / "cmdline").read_bytes()
                found.append(line.replace(b"\0", b" ").decode()[:80])
        except OSError:
            continue  # it has ended, or is another user's
    return [line for line in found if line]


def verdict_on(said: Said, right: Callable[[], Verdict]) -> Verdict:
    """refused: one line, status 1 or 2; where it went well, right()."""
    if said.status is None:
        return Verdict("hang", said.err)
    if said.status == 0 and not said.err:
        return right()
    status = 2 if said.status == 1 else said.status
    return ended(status, said.err)


class Way(NamedTuple):
    """A conversion, there or back: `convert SOURCE TARGET`, and the files."""

    source: str
    target: str
    path: Path
    name: str  # of OUT
    framework: Framework | None


def a_way(random: Random, goods: Path) -> Way:
    """Into or out of one of the frameworks; most often of those that start at
    once."""
    swift = [None, reference().framework]
    here = [f for f in frameworks() if ALL and interpreter(f, goods)]
    chosen = random.choice([*swift * max(1, len(here)), *here])
    weights.make_good(goods, chosen)
    name = chosen.name if chosen else SAFETENSORS.name
    if random.random() < 0.5:
        path = weights.at(goods, chosen)
        return Way(name, SAFETENSORS.name, path, "o.safetensors", chosen)
    file = weights.file_of(chosen).name
    return Way(SAFETENSORS.name, name, TRAINED, file, chosen)


def whole(way: Way, out: Path, scratch: Path) -> Verdict:
    """Does `out` hold the trained weights, every bit?"""
    path = out
    if way.target != SAFETENSORS.name:
        path = scratch / "back.safetensors"
        path.unlink(missing_ok=True)
        try:
            convert(way.target, SAFETENSORS.name, out, path)
        except (BadInput, Failed) as error:
            return Verdict("wrong", str(error))
    found, good = tensors(path), tensors(TRAINED)
    if found.keys() == good.keys() and all(
        np.array_equal(found[n].view("u4"), good[n].view("u4")) for n in good
    ):
        return Verdict("equal")
    return Verdict("wrong", f"{out.name} has other weights")


def listing(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))
