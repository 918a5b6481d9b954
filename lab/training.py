"""`python -m snippets train`: train, and print one table."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from rich.console import Console

from lab import mnist
from lab.files import check_json, machine, now, write_json
from lab.frameworks import Implementation, implementations
from lab.processes import Result, each, status
from lab.tables import Grid, show

# A gate judges a run of this many epochs or more, at batch 128.
GATE_EPOCHS = {"mnist-5k": 3, "mnist": 1}
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
    if enough and options.batch_size == 128:
        entry["gate"] = implementation.framework.gates.of(options.data)
        # Not `<`: an accuracy that is no number must fail as well.
        if not entry["test_accuracy"] >= entry["gate"]:
            entry["error"] = (
                f"test accuracy {entry['test_accuracy']:.4f} is below the "
                f"gate, {entry['gate']}"
            )
    if options.require_gpu and not entry["device"].startswith("gpu"):
        entry["error"] = f"ran on the {entry['device']}, not on a GPU"
    return entry


def table(entries: list[Entry], options: Namespace) -> Grid:
    """The runs as a table, errors in its last column."""
    data = {"mnist-5k": "mnist-5k (1,000 test digits)", "mnist": "MNIST"}
    texts = ["framework", "version", "backend", "device"]
    numbers = [
        "epochs", "accuracy", "gate", "start-up", "training", "images/s",
        "memory",
    ]  # fmt: skip
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
        [*texts, *numbers, "error"], rows,
        title=f"{data[options.data]}, seed {options.seed}",
        numbers=numbers, folded=["device", "error"],
    )  # fmt: skip


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
        wanted = [i for i in wanted if i.backend.gpu == options.gpu]
        options.require_gpu = True
    digits = mnist.load(options.data)._asdict()
    entries = []
    jobs = [(i, digits, request) for i in wanted]
    for implementation, result in each(jobs, options, console, "trained"):
        entries.append(judged(implementation, result, options))
        result["error"] = entries[-1]["error"]
    try:
        report(entries, options.json, options.said)
    finally:
        show(console, table(entries, options))
    return status([entry["error"] for entry in entries], options)


def save(folder: Path, rows: dict[str, Entry], command: str) -> None:
    """A file in `folder` for each of `rows`, by its name."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {"command": command, "date": now(), "machine": machine()}
    for name, row in rows.items():
        write_json(folder / f"{name}.json", head | row)


def report(
    entries: list[Entry], path: Path | None, command: str, **more: Any
) -> None:
    """Write the results to `path`, where there is one."""
    if path:
        head = {"command": command, "date": now(), "machine": machine()}
        write_json(path, head | {"results": entries} | more)
