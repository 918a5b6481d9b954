"""Faster: what each step from the page's listing to fast.py bought."""

from pathlib import Path

from benchmarks.statistics import ratio
from lab.frameworks import Framework, Implementation, frameworks
from lab.results import FOLDER
from pages.machines import (
    NONE,
    PAGES,
    Machine,
    failure,
    machines,
    typical,
)
from pages.markdown import NOTHING, interval, table

CASE = "train-128"


def of(machine: Machine, implementation: Implementation) -> str:
    """A row for each step, in the order of variants.toml."""
    names = [
        name
        for name, v in machine.variants.items()
        if v.implementation == implementation
        and v.group in ("page", "step", "fast")
        and CASE in v.cases
    ]
    start = machine.rounds(names[0], CASE)
    rows = []
    for name in names:
        seconds = machine.rounds(name, CASE)
        if not seconds:
            why = failure(machine, name, CASE)
            rows.append([step(machine, name), why, *[NOTHING] * 3])
            continue
        times = NOTHING
        if start:
            times = interval(ratio(start, seconds, len(names) - 1))
        rows.append([
            step(machine, name),
            machine.ms(name, CASE),
            "1" if name == names[0] else times,
            machine.cores(name, CASE),
            typical(machine.values(name, CASE, "page_faults_a_step"), ",.0f"),
        ])
    head = ["step", "ms", "speed-up", "cores busy",
            "page faults a step"]  # fmt: skip
    return table(head, rows)


def step(machine: Machine, name: str) -> str:
    """What a reader is told of it."""
    v = machine.variants[name]
    title = machine.title(name).removesuffix(", fast")
    return f"{v.step or f'`{v.module}.py` on {title}'}<br>`{name}`"


def steps(framework: Framework, folder: Path) -> str:
    """A table for each backend, from the newest machine."""
    if not machines(folder):
        return NONE
    machine = machines(folder)[0]
    tables = [
        of(machine, Implementation(framework, backend))
        for backend in framework.backends
    ]
    return "\n".join(tables) + machine.source()


def parts(folder: Path = FOLDER) -> dict[Path, str]:
    """steps-<folder>.md for each framework that has a fast.py."""
    return {
        PAGES / f"steps-{f.name}.md": steps(f, folder)
        for f in frameworks()
        if (f.folder / "fast.py").exists()
    }
