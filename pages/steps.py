"""Faster: what each step from the page's listing to fast.py bought."""

from pathlib import Path

from benchmarks.statistics import ratio
from lab.frameworks import Framework, Implementation, frameworks
from lab.results import FOLDER
from pages.machines import (
    NONE,
    PAGES,
    Machine,
    each,
    failure,
    machines,
    typical,
)
from pages.markdown import NOT_MEASURED, NOTHING, interval, table

CASE = "train-128"
GAPS = {
    "train-128": "training, 128",
    "predict-1": "one digit",
    "predict-1024": "1,024 digits",
}


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


def gap(machine: Machine) -> str:
    """Of each implementation: how many times as long as its fast.py the
    page's listing takes."""
    rows = []
    for fast in machine.group("fast", precision="float32"):
        [page] = [
            name
            for name in machine.group("page")
            if machine.variants[name].implementation
            == machine.variants[fast].implementation
        ]
        cells = []
        for case in GAPS:
            slow, quick = (machine.rounds(n, case) for n in (page, fast))
            said = interval(ratio(slow, quick)) if slow and quick else ""
            cells.append(said or NOT_MEASURED)
        rows.append([machine.title(page), *cells])
    return table(["listing ÷ fast", *GAPS.values()], rows)


def parts(folder: Path = FOLDER) -> dict[Path, str]:
    """steps-<folder>.md for each framework that has a fast.py; gap.md."""
    return {PAGES / "gap.md": each(folder, gap)} | {
        PAGES / f"steps-{f.name}.md": steps(f, folder)
        for f in frameworks()
        if (f.folder / "fast.py").exists()
    }
