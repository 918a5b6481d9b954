"""Benchmarks: until 99 % of the test digits are right."""

from pathlib import Path
from statistics import median

from lab.results import FOLDER
from pages.machines import PAGES, Machine, each, failure
from pages.markdown import NOTHING, table


def to_99(machine: Machine) -> str:
    """A row for each variant."""
    rows = []
    for name in machine.group("page", "fast"):
        seconds = machine.rounds(name, "to-99")
        epochs = machine.values(name, "to-99", "epochs")
        cells = [failure(machine, name, "to-99"), *[NOTHING] * 3]
        if seconds and epochs:
            cells = [
                f"{median(seconds.values()):,.0f}",
                "–".join(map(str, sorted({min(epochs), max(epochs)}))),
                f"{sum(seconds.values()) / sum(epochs):,.1f}",
                str(len(seconds)),
            ]
        rows.append([machine.precise(name), *cells])
    head = ["variant", "training, s", "epochs", "s an epoch", "runs"]
    return table(head, rows)


def parts(folder: Path = FOLDER) -> dict[Path, str]:
    """The table of each machine."""
    return {PAGES / "to-99.md": each(folder, to_99)}
