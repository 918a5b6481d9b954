"""`python -m snippets status`: which kept results still hold? And
`python -m snippets refresh`: measure what does not.

The table has a row for each kind of results and each implementation: how many
are fresh, stale and absent, and the command that measures what is not fresh.
"""

import shlex
import subprocess
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from lab import evidence, gates, results, seeds
from lab.contradictions import CONTROL
from lab.frameworks import ROOT, Implementation, implementations
from lab.freshness import State, is_fresh, state_of
from lab.own import listed
from lab.tables import Grid, show
from lab.training import GATE_EPOCHS

# Measured again in minutes: the pages may show none that is stale.
CHEAP = "parity", "layers", "states", "distributed", "gates mnist-5k"


class Kept(NamedTuple):
    """A result that there is or should be."""

    kind: str
    of: str  # an implementation, or what else it is of
    path: Path
    state: State
    command: str  # measures it


def file(kind: str, i: Implementation) -> Path:
    return results.FOLDER / kind / f"{i.slug}.json"


def listed_of(i: Implementation) -> Iterator[tuple[str, Path, str]]:
    """(kind, path, command) of each result of an implementation."""
    f = i.framework
    python = "python -m"
    for data in GATE_EPOCHS:
        for *_, path in gates.runs([i], data):
            command = f"{python} snippets gates --data {data} {i.title}"
            yield f"gates {data}", path, command
    yield (
        "parity", file("parity", i),
        f"{python} snippets parity --save {i.title}",
    )  # fmt: skip
    if f.reference:  # compared with itself, its weights moved
        path = results.FOLDER / "parity" / f"{CONTROL}.json"
        yield "parity", path, f"{python} snippets parity --save"
    if i.backend.gpu:
        yield (
            "parity-gpu", file("parity-gpu", i),
            f"{python} snippets parity --save --gpu {i.backend.gpu} {i.title}",
        )  # fmt: skip
    if listed(f):
        yield (
            "layers", file("layers", i),
            f"{python} snippets layers --save {i.title}",
        )  # fmt: skip
    if listed(f) and f.era == "today":
        path = file("states", i)
        yield "states", path, f"{python} snippets states --save"
    if i.backend.distributed:
        yield (
            "distributed", file("distributed", i),
            f"{python} snippets distributed --rounds 5 --save {i.title}",
        )  # fmt: skip
    if not f.reference:
        for *_, path in seeds.runs([i]):
            yield "seeds", path, f"{python} snippets seeds {i.title}"
    if f.era == "today" and i.backend.packages:
        path = file("canary", i)
        yield "canary", path, f"{python} lab.canary {i.title}"


def benchmarks() -> Iterator[Kept]:
    """Every result of the newest campaign of each machine."""
    newest: dict[str, str] = {}
    found = results.read_all("benchmarks")
    for place in found:
        machine, date, _ = place.split("/")
        newest[machine] = max(date, newest.get(machine, ""))
    for place, result in found.items():
        machine, date, name = place.split("/")
        if date == newest[machine]:
            path = results.FOLDER / "benchmarks" / f"{place}.json"
            state: State = (
                "fresh" if is_fresh("benchmarks", result) else "stale"
            )
            command = f"python -m benchmarks run {name}"
            of = result["variant"]["framework"]
            yield Kept("benchmarks", of, path, state, command)


def kept(
    wanted: list[Implementation], folder: Path = results.FOLDER
) -> Iterator[Kept]:
    """Every result of `wanted` that there is or should be in `folder`. Raises
    BadInput for a file that is broken, and for a source that cannot be
    read."""
    for i in wanted:
        for kind, path, command in listed_of(i):
            path = folder / path.relative_to(results.FOLDER)
            state = state_of(kind.split()[0], path)
            yield Kept(kind, i.title, path, state, command)


def everything() -> Iterator[Kept]:
    """Every result of every implementation, and what is of none."""
    yield from kept(implementations())
    yield from benchmarks()
    path = results.FOLDER / results.ENDURANCE
    yield Kept(
        "endurance", "—", path, state_of("endurance", path),
        "python -m lab.endurance",
    )  # fmt: skip
    for path in evidence.records():
        command = f"python -m lab.evidence {evidence.name_of(path)}"
        yield Kept("evidence", path.parent.name, path,
                   evidence.state_of_record(path), command)  # fmt: skip


def report(options: Namespace, console: Console) -> int:
    """`python -m snippets status`; return the exit status."""
    groups: dict[tuple[str, str], list[Kept]] = {}
    found = everything()
    if options.names or options.era:
        found = kept(implementations(options.names, options.era))
    for one in found:
        groups.setdefault((one.kind, one.of), []).append(one)
    rows = []
    for (kind, of), group in sorted(
        groups.items(), key=lambda item: item[0][0]
    ):
        count = Counter(one.state for one in group)
        left = dict.fromkeys(k.command for k in group if k.state != "fresh")
        command = next(iter(left), "")
        if kind in ("benchmarks", "evidence") and len(left) > 1:
            command = " ".join(
                [*command.split()[:-1], *(c.split()[-1] for c in left)]
            )
        states_ = [str(count[s] or "·") for s in ("fresh", "stale", "absent")]
        rows.append([kind, of, *states_, command])
    show(console, Grid(
        ["results", "of", "fresh", "stale", "absent", "measured again by"],
        rows, numbers=["fresh", "stale", "absent"],
        folded=["measured again by"],
    ))  # fmt: skip
    return 0


def refresh(options: Namespace, console: Console) -> int:
    """`python -m snippets refresh`: run the command of each result that is
    not fresh, of the kinds that take minutes. Returns the exit status: 1
    where one of them failed."""
    titles: dict[str, list[str]] = {}
    for one in kept(implementations(options.names, options.era)):
        if one.kind in CHEAP and one.state != "fresh":
            command = one.command.removesuffix(f" {one.of}")
            whole = command == one.command
            titles.setdefault(command, []).append("" if whole else one.of)
    commands = [
        # Without a name it measures all there are.
        command if "" in names else " ".join([command, *dict.fromkeys(names)])
        for command, names in titles.items()
    ]
    failed = 0
    for command in commands:
        show(console, command)
        words = [sys.executable, *shlex.split(command)[1:]]
        failed |= int(subprocess.run(words, cwd=ROOT).returncode != 0)
    return failed
