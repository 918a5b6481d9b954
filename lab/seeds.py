"""`python -m snippets seeds`: how much of an accuracy is chance?

Every framework trains 12 epochs of the whole MNIST, from several seeds: once
from the same initial weights as all others, those that the reference draws
from the seed, and once from its own, as it draws them where nobody says
otherwise. A backend whose framework.toml has `reshuffled` trains from the same
weights once more, with that edit. Each leaves a file in results/seeds/. What
is there and fresh is not run again.
"""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from lab import mnist
from lab.errors import BadInput
from lab.files import machine, now, write_json
from lab.frameworks import ROOT, Implementation, implementations, reference
from lab.freshness import add_sources, find_state
from lab.processes import Job, each, status
from lab.tables import Grid, show
from lab.training import identity

FOLDER = ROOT / "results" / "seeds"
EPOCHS = 12
SEEDS = {"today": range(5), "2018": range(3)}


def initial(seed: int) -> dict[str, np.ndarray]:
    """The initial weights of `seed`: {initial/name: float32 array}."""
    own = reference().framework.functions()
    arrays = own["dump_weights"](own["build_model"](seed=seed))
    return {
        f"initial/{name}": array.astype("float32")
        for name, array in arrays.items()
    }


Run = tuple[Implementation, int, str, Path]


def runs(wanted: list[Implementation]) -> Iterator[Run]:
    """Every run there should be, seed by seed: (implementation, seed,
    weights, path)."""
    for seed in SEEDS["today"]:
        for i in wanted:
            more = ["reshuffled"] if i.backend.reshuffled else []
            for weights in ["same", "own", *more]:
                path = FOLDER / f"{i.slug}-{weights}-{seed}.json"
                if seed in SEEDS[i.framework.era]:
                    yield i, seed, weights, path


def missing(wanted: list[Implementation]) -> Iterator[Run]:
    """The runs whose file is absent or stale."""
    return (
        run for run in runs(wanted) if find_state("seeds", run[-1]) != "fresh"
    )


def jobs(todo: list[Run], digits: dict[str, np.ndarray]) -> Iterator[Job]:
    """What each run is asked: from its own weights with the edit that draws
    them, else from those that all begin with."""
    for i, seed, weights, _ in todo:
        request: dict[str, Any] = {
            "task": "train",
            "epochs": EPOCHS,
            "batch_size": 128,
            "seed": seed,
        }
        if weights == "own":
            yield i, digits, request | {"edit": i.framework.defaults}
        else:
            edit = i.backend.reshuffled if weights != "same" else None
            yield i, digits | initial(seed), request | {"edit": edit}


def measure(options: Namespace, console: Console) -> int:
    """`python -m snippets seeds`; return the exit status."""
    wanted = [
        i
        for i in implementations(options.names, options.era)
        if not i.framework.reference
    ]
    if not wanted:
        raise BadInput(
            f"{reference().framework.label} has no seeds of its own: the "
            "others begin from its weights"
        )
    FOLDER.mkdir(parents=True, exist_ok=True)
    digits = mnist.load("mnist")._asdict()
    todo = list(missing(wanted))
    rows, errors = [], []
    results = each(jobs(todo, digits), options, console, "trained")
    for (_, result), (i, seed, weights, path) in zip(results, todo):
        accuracy = result.get("test_accuracy")
        errors.append(result["error"])
        if not result["error"]:
            kept: dict[str, Any] = {"date": now(), "machine": machine()}
            kept |= identity(i)
            kept |= {"seed": seed, "weights": weights, "epochs": EPOCHS}
            write_json(path, add_sources("seeds", kept | result))
        rows.append(
            [
                i.title,
                str(seed),
                weights,
                "—" if accuracy is None else f"{accuracy:.4f}",
                result["error"] or "",
            ]
        )
    head = ["framework", "seed", "weights", "accuracy", "error"]
    show(console, Grid(head, rows, title=f"MNIST, {EPOCHS} epochs"))
    return status(errors, options)
