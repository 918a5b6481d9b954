"""`python -m snippets gates`: what a gate stands on.

Every framework trains from five seeds: three epochs of mnist-5k, and one of
the whole MNIST. Each run leaves a file in results/gates/. What is there and
fresh is not run again.
"""

from argparse import Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from lab import mnist
from lab.files import machine, now, write_json
from lab.frameworks import (
    GATE_BATCH,
    GATE_EPOCHS,
    ROOT,
    Implementation,
    implementations,
)
from lab.freshness import add_sources, find_state
from lab.processes import Job, each, status
from lab.tables import show
from lab.training import judged, table

FOLDER = ROOT / "results" / "gates"
SEEDS = range(5)
Run = tuple[Implementation, str, int, Path]


def runs(wanted: list[Implementation], data: str) -> Iterator[Run]:
    """Every run there should be: (implementation, data, seed, path)."""
    for seed in SEEDS:
        for i in wanted:
            yield i, data, seed, FOLDER / f"{i.slug}-{data}-{seed}.json"


def missing(
    wanted: list[Implementation], data: Iterable[str] = GATE_EPOCHS
) -> Iterator[Run]:
    """The runs whose file is absent or stale."""
    for name in data:
        for run in runs(wanted, name):
            if find_state("gates", run[-1]) != "fresh":
                yield run


def measure(options: Namespace, console: Console) -> int:
    """`python -m snippets gates`; return the exit status."""
    wanted = implementations(options.names, options.era)
    FOLDER.mkdir(parents=True, exist_ok=True)
    todo = list(missing(wanted, options.data or GATE_EPOCHS))
    loaded = {data: mnist.load(data)._asdict() for _, data, *_ in todo}

    def asked(data: str, seed: int) -> dict[str, Any]:
        return {
            "epochs": GATE_EPOCHS[data],
            "batch_size": GATE_BATCH,
            "seed": seed,
        }

    def jobs() -> Iterator[Job]:
        for i, data, seed, _ in todo:
            yield i, loaded[data], {"task": "train"} | asked(data, seed)

    errors = []
    results = each(jobs(), options, console, "trained")
    for (_, result), (i, data, seed, path) in zip(results, todo):
        said = Namespace(data=data, require_gpu=False, **asked(data, seed))
        entry = judged(i, result, said)
        errors.append(entry["error"])
        if entry["test_accuracy"] is None:
            show(console, table([entry], said))
        else:
            head = {"command": options.said, "date": now()}
            result = head | {"machine": machine()} | entry
            write_json(path, add_sources("gates", result))
    return status(errors, options)
