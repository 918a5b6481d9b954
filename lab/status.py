"""`python -m snippets status`: which kept results are fresh? And
`python -m snippets refresh`: measure again those that are not.

The table has a row for each kind of results and each implementation: how many
are fresh, stale and absent, and the command that measures them again.
"""

import shlex
import subprocess
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, get_args

from rich.console import Console

from lab import evidence, gates, results, seeds
from lab.contradictions import CONTROL
from lab.frameworks import (
    GATE_EPOCHS,
    ROOT,
    Implementation,
    implementations,
)
from lab.freshness import State, find_state
from lab.own import listed
from lab.tables import Grid, show

# Measured again in minutes, so the pages may not show a stale one.
CHEAP = "parity", "layers", "states", "distributed", "gates mnist-5k"


class KeptResult(NamedTuple):
    """A result file, or one that is absent."""

    kind: str
    owner: str  # an implementation, or what else it was measured of
    path: Path
    state: State
    # What measures it again: the owner comes last if it measures others too.
    command: str


def list_files(i: Implementation) -> Iterator[tuple[str, Path, str]]:
    """(kind, file, command) of each result that an implementation should
    have. The file is relative to results/."""
    one, title = f"{i.slug}.json", i.title
    today = i.framework.era == "today"
    for data in GATE_EPOCHS:
        for *_, path in gates.runs([i], data):
            command = f"snippets gates --data {data} {title}"
            yield f"gates {data}", Path("gates", path.name), command
    yield "parity", Path("parity", one), f"snippets parity --save {title}"
    if i.framework.reference:  # compared with itself, its weights moved
        control = Path("parity", f"{CONTROL}.json")
        yield "parity", control, "snippets parity --save"
    if gpu := i.backend.gpu:
        command = f"snippets parity --save --gpu {gpu} {title}"
        yield "parity-gpu", Path("parity-gpu", one), command
    if listed(i.framework):
        yield "layers", Path("layers", one), f"snippets layers --save {title}"
    if listed(i.framework) and today:
        yield "states", Path("states", one), "snippets states --save"
    if i.backend.distributed:
        command = f"snippets distributed --rounds 5 --save {title}"
        yield "distributed", Path("distributed", one), command
    if not i.framework.reference:
        for *_, path in seeds.runs([i]):
            yield "seeds", Path("seeds", path.name), f"snippets seeds {title}"
    if today and i.backend.packages:
        yield "canary", Path("canary", one), f"lab.canary {title}"


def list_results(
    wanted: list[Implementation], folder: Path = results.FOLDER
) -> Iterator[KeptResult]:
    """Every result in `folder` that `wanted` should have. Raises BadInput if
    a result is broken, or a source cannot be read."""
    for i in wanted:
        for kind, file, command in list_files(i):
            state = find_state(kind.split()[0], folder / file)
            command = f"python -m {command}"
            yield KeptResult(kind, i.title, folder / file, state, command)


def list_benchmarks() -> Iterator[KeptResult]:
    """Every result of the newest campaign of each machine."""
    folder = results.FOLDER / "benchmarks"
    for machine in sorted(path for path in folder.glob("*") if path.is_dir()):
        newest = max(machine.iterdir(), default=machine)
        for path in sorted(newest.glob("*.json")):
            owner = results.read("benchmarks", path)["variant"]["framework"]
            state = find_state("benchmarks", path)
            command = f"python -m benchmarks run {path.stem}"
            yield KeptResult("benchmarks", owner, path, state, command)


def list_all() -> Iterator[KeptResult]:
    """Every result and every record."""
    yield from list_results(implementations())
    yield from list_benchmarks()
    for name, path in evidence.list_records().items():
        state = evidence.find_state(path)
        command = f"python -m lab.evidence {name}"
        command = evidence.ARGUMENTS.get(name, command)
        yield KeptResult("evidence", Path(name).parts[0], path, state, command)


def join_commands(found: list[KeptResult]) -> list[str]:
    """The commands that measure these results again. One command measures all
    those that differ only in its last word."""
    names: dict[str, dict[str, None]] = {}
    for one in found:
        head, _, last = one.command.rpartition(" ")
        if last.startswith("--"):  # measures all of its kind
            head, last = one.command, ""
        names.setdefault(head, {})[last] = None
    return [
        head if "" in last else " ".join([head, *last])
        for head, last in names.items()
    ]


def group_results(
    found: Iterable[KeptResult],
) -> dict[tuple[str, str], list[KeptResult]]:
    """The results of each (kind, owner)."""
    groups: dict[tuple[str, str], list[KeptResult]] = {}
    for one in found:
        groups.setdefault((one.kind, one.owner), []).append(one)
    return groups


def report(options: Namespace, console: Console) -> int:
    """`python -m snippets status`; return the exit status."""
    found: Iterable[KeptResult] = list_all()
    minutes = ", ".join(CHEAP)
    words = [
        "`python -m snippets refresh` measures what takes minutes: "
        f"{minutes}. The others take hours, and may be stale."
    ]
    if options.names or options.era:
        wanted = implementations(options.names, options.era)
        names = {n for i in wanted for n in (i.title, i.framework.name)}
        found = [
            *list_results(wanted),
            *(one for one in list_benchmarks() if one.owner in names),
        ]
        words.append("Without names, evidence/ is listed too.")
    head = get_args(State)
    rows = []
    for (kind, owner), members in group_results(found).items():
        count = Counter(one.state for one in members)
        left = [one for one in members if one.state != "fresh"]
        cells = [str(count[state] or "·") for state in head]
        rows.append([kind, owner, *cells, "\n".join(join_commands(left))])
    rows.sort(key=lambda row: row[0])
    grid = Grid(
        ["results", "of", *head, "command"],
        rows,
        numbers=head,
        folded=["command"],
    )
    show(console, grid)
    show(console, " ".join(words))
    return 0


def refresh(options: Namespace, console: Console) -> int:
    """`python -m snippets refresh`: run the command of each result that is
    not fresh, of the kinds that take minutes. Returns the exit status: 1 if
    a command failed."""
    wanted = implementations(options.names, options.era)
    commands = join_commands(
        [
            one
            for one in list_results(wanted)
            if one.kind in CHEAP and one.state != "fresh"
        ]
    )
    failed = 0
    for command in commands:
        show(console, command)
        words = [sys.executable, *shlex.split(command)[1:]]
        failed |= subprocess.run(words, cwd=ROOT).returncode != 0
    return failed
