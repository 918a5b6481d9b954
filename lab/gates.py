"""`python -m snippets gates`: what a gate stands on.

Every framework trains from five seeds: three epochs of mnist-5k, and one of
the whole MNIST. Each run leaves a file in results/gates/; what is there is
not run again.
"""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from lab import mnist
from lab.files import machine, now, write_json
from lab.frameworks import ROOT, Implementation, implementations
from lab.processes import Job, each, status
from lab.tables import show
from lab.training import GATE_EPOCHS, judged, table

FOLDER = ROOT / "results" / "gates"
SEEDS = range(5)
Run = tuple[Implementation, str, int, Path]


def missing(wanted: list[Implementation]) -> Iterator[Run]:
    """The runs that have no file yet: (implementation, data, seed, path)."""
    for data in GATE_EPOCHS:
        for seed in SEEDS:
            for i in wanted:
                path = FOLDER / f"{i.slug}-{data}-{seed}.json"
                if not path.exists():
                    yield i, data, seed, path


def measure(options: Namespace, console: Console) -> int:
    """`python -m snippets gates`; return the exit status."""
    wanted = implementations(options.names, options.era)
    FOLDER.mkdir(parents=True, exist_ok=True)
    todo = list(missing(wanted))
    loaded = {data: mnist.load(data)._asdict() for _, data, *_ in todo}

    def asked(data: str, seed: int) -> dict[str, Any]:
        return {"epochs": GATE_EPOCHS[data], "batch_size": 128, "seed": seed}

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
            write_json(path, head | {"machine": machine()} | entry)
    return status(errors, options)
