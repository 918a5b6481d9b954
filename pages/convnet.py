"""The ConvNet: what the gates stand on; and the first numbers."""

from pathlib import Path
from statistics import median

from lab import results
from lab.frameworks import Implementation, every
from lab.gates import SEEDS
from lab.results import Result
from pages.markup import titles
from pages.markup.numbers import seed_count_note
from pages.markup.stale_remarks import date_range, label_stale_rows, stale_days
from pages.markup.tables import table
from pages.markup.text import NOT_MEASURED, NOTHING, escape_markup
from pages.paths import GENERATED


def source(data: str) -> str:
    return (
        f"\nFrom `results/gates/*-{data}-?.json`; `make results` measures "
        "what is absent or stale.\n"
    )


def named(implementation: Implementation, runs: list[Result]) -> str:
    """Keras 3.15.1 on JAX."""
    version = runs[0]["version"] if runs else None
    return titles.implementation_title(implementation, version)


def gates(data: str, folder: Path = results.FOLDER) -> str:
    """What was measured, and the gates of every framework.toml: one for all
    is said once."""
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
            cells[0] += seed_count_note(len(accuracy), len(SEEDS))
        rows.append([named(i, found.get(i.slug, [])), *cells, gate])
    head = ["framework", f"worst of {len(SEEDS)}", "median", "best", "gate"]
    said = ""
    if len({row[-1] for row in rows}) == 1:
        said = f"The gate of all is {rows[0][-1]}.\n\n"
        head, rows = head[:-1], [row[:-1] for row in rows]
    above, rows = label_stale_rows(
        rows, [stale_days("gates", found.get(i.slug, [])) for i in every()]
    )
    return said + above + table(head, rows) + source(data)


def machine_of(run: Result) -> str:
    """AMD EPYC, 2 cores."""
    return (
        f"{escape_markup(run['machine']['cpu'])}, {run['machine']['cores']} "
        "cores"
    )


def first_numbers(folder: Path = results.FOLDER) -> str:
    """Speed and memory: medians over the runs of all seeds."""
    found = results.gates("mnist-5k", folder)
    if not found:
        return "Not measured.\n"
    first = next(iter(found.values()))[0]
    day = date_range(r["date"][:10] for runs in found.values() for r in runs)
    said = (
        f"{machine_of(first)}, {escape_markup(first['machine']['system'])}, "
        f"Python {escape_markup(first['machine']['python'])} (3.6 for 2018), "
        "no GPU, "
        f"{day}. Medians of five runs, and the slowest and the fastest of "
        "them."
    )
    rows = []
    for i in every():
        runs = found.get(i.slug, [])
        name = named(i, runs)
        if not runs:
            rows.append([name, NOT_MEASURED, *[NOTHING] * 5])
            continue
        for machine in dict.fromkeys(map(machine_of, runs)):
            if machine != machine_of(first):
                said += f" {name}: {machine}."
        speed = [run["images_per_second"] for run in runs]
        training = median(run["seconds"]["training"] for run in runs)
        start = median(run["seconds"]["start_up"] for run in runs)
        memory = median(run["peak_memory_bytes"] / 2**20 for run in runs)
        rows.append(
            [
                name,
                f"{median(speed):,.0f}"
                + seed_count_note(len(runs), len(SEEDS)),
                f"{min(speed):,.0f}–{max(speed):,.0f}",
                f"{training:.1f}",
                f"{start:.1f}",
                f"{memory:,.0f}",
                f"{median(run['test_accuracy'] for run in runs):.3f}",
            ]
        )
    head = ["framework", "images/s", "slowest–fastest", "training, s",
            "start-up, s", "peak memory, MiB", "accuracy"]  # fmt: skip
    above, rows = label_stale_rows(
        rows, [stale_days("gates", found.get(i.slug, [])) for i in every()]
    )
    return f"{said}\n\n{above}{table(head, rows)}" + source("mnist-5k")


def result_files(folder: Path = results.FOLDER) -> dict[Path, str]:
    """The tables of the gates, and the first numbers."""
    return {
        GENERATED / "gates-mnist-5k.md": gates("mnist-5k", folder),
        GENERATED / "gates-mnist.md": gates("mnist", folder),
        GENERATED / "first-numbers.md": first_numbers(folder),
    }
