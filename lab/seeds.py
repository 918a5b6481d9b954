"""`python -m snippets seeds`: how much of an accuracy is chance?

Every framework trains 12 epochs of the whole MNIST, from several seeds:
once from the same initial weights as all others, those that NumPy draws from
the seed, and once from its own, as it draws them where nobody says otherwise.
A run whose framework.toml has `reshuffled` trains from the same weights once
more, with that edit. Each leaves a file in results/seeds/; what is there is
not run again.
"""

import runpy

from rich.table import Table

from snippets import mnist
from snippets.running import (
    HERE,
    ROOT,
    BadInput,
    each,
    machine,
    now,
    runs,
    status,
    write_json,
)

FOLDER = ROOT / "results" / "seeds"
EPOCHS = 12
SEEDS = {"today": range(5), "2018": range(3)}


def initial(seed):
    """The initial weights of `seed`: {initial/name: float32 array}."""
    numpy = {}
    for file in "convnet.py", "weights.py":
        numpy |= runpy.run_path(f"{HERE}/numpy_float64/{file}")
    arrays = numpy["dump_weights"](numpy["build_model"](seed=seed))
    return {
        f"initial/{name}": array.astype("float32")
        for name, array in arrays.items()
    }


def missing(wanted):
    """The runs that have no file yet, seed by seed: (run, seed, weights,
    path)."""
    for seed in SEEDS["today"]:
        for run in wanted:
            more = ["reshuffled"] if "reshuffled" in run else []
            for weights in ["same", "own", *more]:
                name = run["title"].replace("/", "-")
                path = FOLDER / f"{name}-{weights}-{seed}.json"
                if seed in SEEDS[run["era"]] and not path.exists():
                    yield run, seed, weights, path


def measure(options, console):
    """`python -m snippets seeds`; return the exit status."""
    wanted = [
        run
        for run in runs(options.names, options.era)
        if run["import_name"] != "numpy"
    ]
    if not wanted:
        raise BadInput(
            "NumPy has no seeds of its own: the others begin from its weights"
        )
    FOLDER.mkdir(parents=True, exist_ok=True)
    digits = mnist.load("mnist")._asdict()
    todo = list(missing(wanted))

    def jobs():
        for run, seed, weights, _ in todo:
            request = {
                "task": "train",
                "epochs": EPOCHS,
                "batch_size": 128,
                "seed": seed,
            }
            if weights == "own":
                yield run, digits, request | {"edit": run["defaults"]}
            else:
                request["edit"] = run.get(weights)
                yield run, digits | initial(seed), request

    grid = Table(title=f"MNIST, {EPOCHS} epochs")
    for column in "framework", "seed", "weights", "accuracy", "error":
        grid.add_column(column, overflow="fold")
    errors = []
    results = each(jobs(), options, console, "trained")
    for (run, result), (_, seed, weights, path) in zip(results, todo):
        accuracy = result.get("test_accuracy")
        errors.append(result["error"])
        if not result["error"]:
            kept = {"name": run["name"], "label": run["label"]}
            kept |= {"era": run["era"], "backend": run["backend"] or None}
            kept |= {"seed": seed, "weights": weights, "epochs": EPOCHS}
            write_json(
                path,
                {"date": now(), "machine": machine()} | kept | result,
            )
        grid.add_row(
            run["title"], str(seed), weights,
            "—" if accuracy is None else f"{accuracy:.4f}",
            result["error"] or "",
        )  # fmt: skip
    console.print(grid)
    return status(errors, options)
