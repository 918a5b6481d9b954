"""The ConvNet: what the gates stand on; and the first numbers, of Benchmarks.
"""

from pathlib import Path
from statistics import median

from lab import results
from lab.frameworks import Implementation, every
from lab.gates import SEEDS
from lab.results import Result
from pages.markdown import (
    GENERATED,
    NOT_MEASURED,
    NOTHING,
    plain,
    so_many,
    table,
)


def source(data: str) -> str:
    return (
        f"\nFrom `results/gates/*-{data}-?.json`; `make results` measures "
        "again.\n"
    )


def named(implementation: Implementation) -> list[str]:
    """The first cells of its row."""
    return [
        f"`{implementation.framework.name}`",
        implementation.backend.name or NOTHING,
    ]


def gates(data: str, folder: Path = results.FOLDER) -> str:
    """The gates of every framework.toml beside what was measured."""
    found = results.gates(data, folder)
    digits = 3 if data == "mnist-5k" else 4
    rows = []
    for i in every():
        gate = f"{i.framework.gates.of(data):.{digits}f}"
        accuracy = [run["test_accuracy"] for run in found.get(i.slug, [])]
        cells = [NOT_MEASURED, NOTHING, NOTHING]
        if accuracy:
            three = min(accuracy), median(accuracy), max(accuracy)
            cells = [f"{value:.{digits}f}" for value in three]
            cells[0] += so_many(len(accuracy), len(SEEDS))
        rows.append([*named(i), *cells, gate])
    head = ["framework", "backend", f"worst of {len(SEEDS)}", "median",
            "best", "gate"]  # fmt: skip
    return table(head, rows, "ll") + source(data)


def where(run: Result) -> tuple[str, int, str]:
    """The machine and the day of a run."""
    machine = run["machine"]
    return plain(machine["cpu"]), machine["cores"], run["date"][:10]


def first_numbers(folder: Path = results.FOLDER) -> str:
    """Speed and memory: medians over the runs of all seeds."""
    found = results.gates("mnist-5k", folder)
    if not found:
        return "Not measured.\n"
    first = next(iter(found.values()))[0]
    cpu, cores, day = where(first)
    said = (
        f"{cpu}, {cores} cores, {plain(first['machine']['system'])}, "
        f"Python {plain(first['machine']['python'])} (3.6 for 2018), CPU "
        f"alone, {day}. Medians of five runs, and the slowest and the fastest "
        "of them."
    )
    rows = []
    for i in every():
        name, backend = named(i)
        runs = found.get(i.slug, [])
        if not runs:
            rows.append([name, NOTHING, backend, NOT_MEASURED, *[NOTHING] * 5])
            continue
        for elsewhere in dict.fromkeys(map(where, runs)):
            if elsewhere != where(first):
                cpu, cores, day = elsewhere
                said += f" {name}: {cpu}, {cores} cores, {day}."
        speed = [run["images_per_second"] for run in runs]
        training = median(run["seconds"]["training"] for run in runs)
        start = median(run["seconds"]["start_up"] for run in runs)
        memory = median(run["peak_memory_bytes"] / 2**20 for run in runs)
        rows.append([
            name,
            plain(runs[0]["version"]),
            backend,
            f"{median(speed):,.0f}" + so_many(len(runs), len(SEEDS)),
            f"{min(speed):,.0f}–{max(speed):,.0f}",
            f"{training:.1f}",
            f"{start:.1f}",
            f"{memory:,.0f}",
            f"{median(run['test_accuracy'] for run in runs):.3f}",
        ])
    head = ["framework", "version", "backend", "images/s", "slowest–fastest",
            "training, s", "start-up, s", "peak memory, MiB",
            "accuracy"]  # fmt: skip
    return f"{said}\n\n{table(head, rows, 'lll')}" + source("mnist-5k")


def parts(folder: Path = results.FOLDER) -> dict[Path, str]:
    """The tables of the gates, and the first numbers."""
    return {
        GENERATED / "gates-mnist-5k.md": gates("mnist-5k", folder),
        GENERATED / "gates-mnist.md": gates("mnist", folder),
        GENERATED / "first-numbers.md": first_numbers(folder),
    }
