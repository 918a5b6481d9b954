"""`python -m lab.endurance`: try everything, and write the table.

results/endurance.json is written as it goes; a row that is there goes on
where it was. A fault is tried again by its row and its seed:
`--only ROW --seed N`.
"""

import argparse
import multiprocessing
import os
import queue
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from lab import processes, results
from lab.endurance import commands
from lab.endurance.table import Row, rows
from lab.endurance.trial import ENDS, FAULTS, Verdict
from lab.endurance.warm import warm
from lab.errors import BadInput
from lab.files import check_json, machine, now, scratch_folder, write_json
from lab.frameworks import frameworks, nearest
from lab.freshness import add_sources, find_state
from lab.outcome import outcome
from lab.tables import Grid, show

FILE = results.FOLDER / results.ENDURANCE
Entry = dict[str, Any]
ROWS: dict[str, Row] = {}  # as a worker finds them


def tried(row: Row, seed: int) -> tuple[str, Verdict]:
    """One trial, in a folder of its own that is removed."""
    with tempfile.TemporaryDirectory(dir=SCRATCH[0]) as folder:
        return row.do(seed, Path(folder))


SCRATCH: list[Path] = []


def portion(name: str, seeds: range) -> list[tuple[int, str, Verdict]]:
    """Some of a row's trials, in a worker: (seed, what was done, verdict)."""
    found: list[tuple[int, str, Verdict]] = []
    row = ROWS[name]
    row.prepare()
    while len(found) < len(seeds):
        with warm(row.framework):
            for seed in seeds[len(found) :]:
                found.append((seed, *tried(row, seed)))
                if found[-1][2].end == "hang":
                    break  # whatever is warm may hang as well
    return found


def begun(row: Row, known: list[Entry]) -> Entry:
    """The entry of a row, as far as it is known."""
    for entry in known:
        if (entry["part"], entry["name"]) == (row.part, row.name):
            return entry
    new: Entry = {"part": row.part, "name": row.name, "tried": 0}
    return new | dict.fromkeys(ENDS, 0) | {"faults": []}


def counted(entry: Entry, found: list[tuple[int, str, Verdict]]) -> None:
    for seed, how, verdict in found:
        entry["tried"] += 1
        entry[verdict.end] += 1
        if verdict.end in FAULTS:
            entry["faults"].append(
                {"seed": seed, "how": how, "end": verdict.end,
                 "said": verdict.said}
            )  # fmt: skip


def keep_to(cores: Any) -> None:
    """A worker has a core of its own, and what it starts with it: with
    another number of threads, sums are rounded in another order."""
    os.sched_setaffinity(0, {cores.get()})


def run(
    wanted: list[tuple[Row, int]], entries: dict[str, Entry]
) -> Iterator[str]:
    """Try what is missing of each row, several rows at a time; yield the name
    of a row whose entry has grown."""
    context = multiprocessing.get_context("fork")
    cores, own = context.SimpleQueue(), os.sched_getaffinity(0)
    workers = len(own)
    for core in own:
        cores.put(core)
    todo = [(r, n) for r, n in wanted if entries[r.name]["tried"] < n]
    done: queue.SimpleQueue[Any] = queue.SimpleQueue()
    # Whatever ends this process ends them: the pool is terminated.
    with context.Pool(workers, keep_to, (cores,)) as pool:

        def go_on(row: Row, count: int) -> int:
            """Begin the next portion of a row; how many have begun."""
            first = entries[row.name]["tried"]
            if first >= count:
                return 0
            seeds = range(first, min(first + row.portion, count))
            pool.apply_async(
                portion, (row.name, seeds),
                callback=lambda found: done.put((row, count, found)),
                error_callback=done.put,
            )  # fmt: skip
            return 1

        going = 0
        while todo or going:
            while todo and going < workers:
                going += go_on(*todo.pop(0))
            answer = done.get()
            if isinstance(answer, BaseException):
                raise answer
            row, count, found = answer
            counted(entries[row.name], found)
            yield row.name
            going += go_on(row, count) - 1


def table(entries: list[Entry]) -> Grid:
    head = ["what", "tried", "refused", "right", "cannot be told", "wrong",
            "tracebacks", "hangs", "faults"]  # fmt: skip
    found = [
        [e["name"], *(f"{e[k]:,}" for k in ["tried", *ENDS]),
         "; ".join(f"{f['seed']}: {f['how']}: {f['said']}"
                   for f in e["faults"][:3])]
        for e in entries
    ]  # fmt: skip
    return Grid(head, found, numbers=head[1:-1], folded=["faults"])


def endure(options: argparse.Namespace, console: Console) -> int:
    """Return the exit status: 1 where there is a fault."""
    path = options.json or (None if options.short else FILE)
    check_json(path)
    frameworks()
    commands.ALL = not options.short
    with scratch_folder() as scratch:
        SCRATCH[:] = [scratch]
        os.environ |= processes.compiled(scratch / "xla")
        (scratch / "goods").mkdir()
        ROWS.clear()
        ROWS.update({row.name: row for row in rows(scratch / "goods")})
        for name in options.only:
            if name not in ROWS:
                near = nearest(name, ROWS)
                raise BadInput(f"no {name!r}: did you mean {near!r}?")
        chosen = [r for r in ROWS.values() if r.name in (options.only or ROWS)]
        if options.seed is not None:
            return again(chosen, options)
        known = results.endurance(path.parent, path.name) if path else []
        stale = path and find_state("endurance", path) == "stale"
        # Trials of an earlier version of the code are not added to. With
        # --only the other rows stay as they are, and so the file stays stale.
        if stale and not options.only:
            known = []
        entries = {row.name: begun(row, known) for row in ROWS.values()}
        if options.short:
            chosen = [row for row in chosen if row.short]
        wanted = [(r, r.short if options.short else r.trials) for r in chosen]
        head = {"command": options.said, "date": now(), "machine": machine()}
        for name in run(wanted, entries):
            print(name, entries[name]["tried"], file=sys.stderr)
            if path:
                there = [e for e in entries.values() if e["tried"]]
                result = head | {"rows": there}
                if not (stale and options.only):
                    result = add_sources("endurance", result)
                write_json(path, result)
    done = [entries[row.name] for row in chosen]
    show(console, table(done))
    return int(any(e["faults"] for e in done))


def again(chosen: list[Row], options: argparse.Namespace) -> int:
    """One trial of each row, and all that is known of it."""
    faults = 0
    for row in chosen:
        row.prepare()
        with warm(row.framework):
            if options.keep:
                folder = options.keep / str(options.seed)
                folder.mkdir(parents=True)
                how, verdict = row.do(options.seed, folder)
            else:
                how, verdict = tried(row, options.seed)
        print(f"{row.name}, seed {options.seed}: {how}: {verdict.end}")
        print(verdict.said)
        faults += verdict.end in FAULTS
    return int(bool(faults))


def main(arguments: Sequence[str] | None = None) -> int:
    top = argparse.ArgumentParser(
        prog="python -m lab.endurance", description="What the product bears."
    )
    top.add_argument(
        "--short", action="store_true",
        help="a few trials of each row; nothing is written without --json",
    )  # fmt: skip
    top.add_argument(
        "--only", metavar="ROW", nargs="+", default=[],
        help="these rows (default: all)",
    )  # fmt: skip
    top.add_argument(
        "--seed", type=int, metavar="N", help="this trial alone, told whole"
    )
    top.add_argument(
        "--keep", type=Path, metavar="FOLDER",
        help="with --seed: leave there what the trial was made of",
    )  # fmt: skip
    top.add_argument("--json", type=Path, metavar="FILE")
    options = top.parse_args(arguments)
    options.said = " ".join(["python -m lab.endurance", *sys.argv[1:]])
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    said = "interrupted; the same command goes on"
    return outcome("endurance", lambda: endure(options, console), said)


if __name__ == "__main__":
    sys.exit(main())
