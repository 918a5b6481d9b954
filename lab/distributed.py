"""`python -m snippets distributed`: are two processes of 64 one of 128?

From data/initial.safetensors, on the first 128 digits of mnist-5k as one
batch, each framework takes 1, 10 and 100 steps in one process, by convnet.py,
and in two, by distributed.py. Both are compared with the reference in
float64, by the tolerances of parity, and with each other. `--rounds N` then
times epochs in one process and in two, in turn, each time started anew.
"""

from argparse import Namespace
from collections.abc import Iterator
from statistics import median
from typing import Any

from rich.console import Console

from lab import mnist
from lab.errors import BadInput, Failed
from lab.files import check_json
from lab.frameworks import ROOT, Implementation, implementations, reference
from lab.parity import STEPS, TOLERANCES, distance, inputs
from lab.processes import Job, Result, each, status
from lab.tables import Grid, show
from lab.training import Entry, identity, report, save

FOLDER = ROOT / "results" / "distributed"
PROCESSES = 2
# Of an epoch that is timed, 16 batches; and how many of a start.
DIGITS, EPOCHS = 2048, 3


def able(names: list[str], era: str | None) -> list[Implementation]:
    """Those that train in several processes. Raises BadInput where one that
    was asked for does not."""
    found = implementations(names, era)
    for i in found:
        if names and not i.backend.distributed:
            raise BadInput(
                f"{i.title} does not train in several processes: "
                f"snippets/{i.framework.name}/notes.md says why"
            )
    return [i for i in found if i.backend.distributed]


def measure(options: Namespace, console: Console) -> int:
    """`python -m snippets distributed`; return the exit status."""
    check_json(options.json)
    wanted = able(options.names, options.era)
    arrays = inputs(mnist.load())
    first = reference()
    counts = [1, PROCESSES]

    def jobs() -> Iterator[Job]:
        steps = {"task": "distributed", "epochs": 0, "steps": STEPS}
        yield first, arrays, steps
        for i in wanted:
            yield i, arrays, steps
            yield i, arrays, steps | {"processes": PROCESSES}
        timed = {"steps": [], "epochs": EPOCHS, "count": DIGITS}
        for _ in range(options.rounds):
            for i in wanted:
                for n in counts:
                    more = {} if n == 1 else {"processes": n}
                    yield i, arrays, steps | timed | more

    results = (found for _, found in each(jobs(), options, console, "done"))
    right = next(results)
    if right["error"]:
        raise Failed(f"{first.title}: {right['error']}")
    entries = []
    for i in wanted:
        one, two = next(results), next(results)
        entries.append(compared(i, one, two, right))
    for _ in range(options.rounds):
        for entry in entries:
            for n in counts:
                found = next(results)
                entry["error"] = entry["error"] or found["error"]
                if not found["error"]:
                    times = entry["seconds"].setdefault(str(n), [])
                    times.append(median(found["seconds"]))
    try:
        report(entries, options.json, options.said)
        if options.save:
            whole = {
                i.slug: entry
                for i, entry in zip(wanted, entries)
                if not entry["error"]
            }
            save(FOLDER, whole, options.said)
    finally:
        show(console, table(entries))
    return status([entry["error"] for entry in entries], options)


def compared(
    implementation: Implementation, one: Result, two: Result, right: Result
) -> Entry:
    """The row of an implementation: its weights of one process and of two
    held against the reference's, and against each other."""
    entry = identity(implementation) | {
        "version": None,
        "device": None,
        "processes": PROCESSES,
        "batch_size": 128,
        "digits": DIGITS,
        "seconds": {},
        "error": one["error"] or two["error"],
    }
    if entry["error"]:
        return entry
    entry |= {key: two[key] for key in ("version", "device")}
    pairs = {"one": (one, right), "several": (two, right), "apart": (two, one)}
    faults = []
    for name, (found, wanted) in pairs.items():
        most: dict[str, Any] = {}
        for n in STEPS:
            most[str(n)], units = distance(
                found["arrays"], wanted["arrays"], f"weights/{n}"
            )
            limit = TOLERANCES["weights"][n]
            # Not `>`: a difference that is no number must fail as well.
            if name == "several" and not most[str(n)] <= limit:
                faults.append(
                    f"{PROCESSES} processes are {most[str(n)]:.1e} from "
                    f"float64 after {n} steps, above {limit:.0e}"
                )
        entry[f"max_abs_{name}"] = most
    entry["error"] = "; ".join(faults) or None
    return entry


def table(entries: list[Entry]) -> Grid:
    """The rows as a table: the largest differences of any weight."""
    numbers = [f"{what}, {n}" for n in STEPS for what in ("float64", "one")]
    numbers += ["one process", f"{PROCESSES} processes"]
    rows = []
    for e in entries:
        cells = [e["name"], e["version"] or "—", e["backend"] or "—"]
        for n in STEPS:
            for what in "max_abs_several", "max_abs_apart":
                cells.append(f"{e[what][str(n)]:.1e}" if what in e else "—")
        for count in "1", str(PROCESSES):
            times = e["seconds"].get(count)
            cells.append(f"{median(times):.2f} s" if times else "—")
        rows.append([*cells, e["error"] or ""])
    return Grid(
        ["framework", "version", "backend", *numbers, "error"],
        rows,
        title=f"{PROCESSES} processes: largest difference after so many steps",
        numbers=numbers,
        folded=["error"],
    )
