"""`python -m snippets train`: train, and print one table."""

import contextlib
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from lab import checkpoints, mnist
from lab.errors import BadInput
from lab.files import alone, check_json, machine, now, write_json
from lab.frameworks import (
    GATE_BATCH,
    GATE_EPOCHS,
    Implementation,
    implementations,
)
from lab.freshness import add_sources
from lab.gpu import elsewhere, in_environment
from lab.processes import Result, each, status
from lab.several import launches
from lab.tables import Grid, show

Entry = dict[str, Any]


def identity(implementation: Implementation) -> Entry:
    """How a result names what was run."""
    framework = implementation.framework
    return {
        "name": framework.name,
        "label": framework.label,
        "era": framework.era,
        "backend": implementation.backend.name or None,
    }


def judged(
    implementation: Implementation, result: Result, options: Namespace
) -> Entry:
    """The JSON entry for one run: what was asked, measured, and the gate."""
    entry = identity(implementation) | {
        "version": None,
        "device": None,
        "data": options.data,
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "seed": options.seed,
        "losses": None,
        "test_accuracy": None,
        "gate": None,
        "seconds": None,
        "images_per_second": None,
        "peak_memory_bytes": None,
    }
    entry |= result
    if entry["error"]:
        return entry
    enough = options.epochs >= GATE_EPOCHS[options.data]
    if enough and options.batch_size == GATE_BATCH:
        entry["gate"] = implementation.framework.gates.of(options.data)
        # Not `<`: an accuracy that is no number must fail as well.
        if not entry["test_accuracy"] >= entry["gate"]:
            entry["error"] = (
                f"test accuracy {entry['test_accuracy']:.4f} is below the "
                f"gate, {entry['gate']}"
            )
    if options.require_gpu:
        entry["error"] = elsewhere(entry["device"]) or entry["error"]
    return entry


def table(entries: list[Entry], options: Namespace) -> Grid:
    """The runs as a table, errors in its last column."""
    data = {"mnist-5k": "mnist-5k (1,000 test digits)", "mnist": "MNIST"}
    texts = ["framework", "version", "backend", "device"]
    numbers = [
        "epochs",
        "accuracy",
        "gate",
        "start-up",
        "training",
        "images/s",
        "memory",
    ]
    rows = []
    for e in entries:
        row = [e["name"], e["version"], e["backend"], e["device"]]
        row.append(str(e["epochs"]))
        if e["test_accuracy"] is None:
            row += [None] * 6
        else:
            row += [
                f"{e['test_accuracy']:.4f}",
                "not judged" if e["gate"] is None else f"≥ {e['gate']:.3f}",
                f"{e['seconds']['start_up']:.1f} s",
                f"{e['seconds']['training']:.1f} s",
                f"{e['images_per_second']:,.0f}",
                f"{e['peak_memory_bytes'] / 2**20:,.0f} MiB",
            ]
        rows.append([cell or "—" for cell in row] + [e["error"] or ""])
    return Grid(
        [*texts, *numbers, "error"],
        rows,
        title=f"{data[options.data]}, seed {options.seed}",
        numbers=numbers,
        folded=["device", "error"],
    )


def train(options: Namespace, console: Console) -> int:
    """`python -m snippets train`; return the exit status."""
    check_json(options.json)
    request = {
        "task": "train",
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "seed": options.seed,
    }
    wanted = implementations(options.names, options.era)
    if options.gpu:
        wanted = in_environment(wanted, options.gpu)
        options.require_gpu = True
    if options.processes:
        wanted = several(wanted, options)
        request |= {"processes": options.processes, "port": options.port}
    digits = mnist.load(options.data)._asdict()
    entries = []
    with keeping(wanted, options) as kept:
        jobs = [(i, digits, request | kept.get(i.slug, {})) for i in wanted]
        for implementation, result in each(jobs, options, console, "trained"):
            if options.processes:
                result["processes"] = options.processes
            entries.append(judged(implementation, result, options))
            result["error"] = entries[-1]["error"]
    try:
        report(entries, options.json, options.said)
    finally:
        show(console, table(entries, options))
    return status([entry["error"] for entry in entries], options)


def several(
    wanted: list[Implementation], options: Namespace
) -> list[Implementation]:
    """Those of `wanted` that train in several processes. Raises BadInput
    where one was asked for by name that does not, or a port is held."""
    if not options.names:
        wanted = [i for i in wanted if i.backend.distributed]
    for i in wanted:
        launches(i, options.processes, "", options.port)
    cores = os.cpu_count() or 1
    if options.processes > cores:
        print(
            f"snippets: {options.processes} processes share {cores} cores: "
            "they wait for each other",
            file=sys.stderr,
        )
    return wanted


@contextlib.contextmanager
def keeping(
    wanted: list[Implementation], options: Namespace
) -> Iterator[dict[str, dict[str, Any]]]:
    """What the requests of `wanted` say of checkpoints, by slug; no other
    run writes there meanwhile. Raises BadInput as checkpoints.begin does."""
    if options.checkpoint is None and options.resume:
        raise BadInput("--resume wants --checkpoint DIR, to resume from")
    found = {}
    with contextlib.ExitStack() as held:
        for i in wanted if options.checkpoint else ():
            about = checkpoints.About(
                i.title, options.data, options.batch_size, options.seed
            )
            # First: what begins removes what nobody seems to write.
            held.enter_context(
                alone(checkpoints.place(options.checkpoint, about))
            )
            begun = checkpoints.begin(
                options.checkpoint, about, options.epochs, options.resume
            )
            found[i.slug] = {"kept": begun}
        yield found


def save(folder: Path, rows: dict[str, Entry], command: str) -> None:
    """A file in `folder` for each of `rows`, by its name, with its sources.
    The folder is called as the kind of results."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {"command": command, "date": now(), "machine": machine()}
    for name, row in rows.items():
        write_json(
            folder / f"{name}.json", add_sources(folder.name, head | row)
        )


def report(
    entries: list[Entry], path: Path | None, command: str, **more: Any
) -> None:
    """Write the results to `path`, where there is one."""
    if path:
        head = {"command": command, "date": now(), "machine": machine()}
        write_json(path, head | {"results": entries} | more)
