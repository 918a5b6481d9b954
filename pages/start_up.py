"""Benchmarks: start-up, the first epoch, memory."""

from pathlib import Path
from statistics import mean, median

from lab.results import FOLDER
from pages.charts.bar_chart import Bar, bar_chart
from pages.machines import PAGES, Machine, each, failure, typical
from pages.markup.stale_remarks import label_stale_rows
from pages.markup.tables import table
from pages.markup.text import NOTHING

CASE = "train-128"


def first_epoch(machine: Machine, name: str) -> str:
    """What the first epoch takes more than the next ones, in seconds."""
    more = [
        run.get_inner_loops() * (run.warmups[0][1] - mean(run.values))
        for run in machine.measured(name)[CASE].get_runs()
        if run.warmups and run.values
    ]
    return f"{max(0, median(more)):.1f}" if more else NOTHING


def start(machine: Machine) -> str:
    """A row for each variant."""
    rows = []
    for name in machine.group("page", "fast"):
        title = machine.precise(name)
        if not machine.rounds(name, CASE):
            why = failure(machine, name, CASE)
            rows.append([title, why, *[NOTHING] * 4])
            continue
        memory = machine.values(name, CASE, "peak_bytes")
        rows.append(
            [
                title,
                typical(machine.values(name, CASE, "import_seconds"), ".1f"),
                typical(machine.values(name, CASE, "start_seconds"), ".1f"),
                first_epoch(machine, name),
                typical([size / 2**20 for size in memory], ",.0f"),
                typical(
                    machine.values(name, CASE, "page_faults_a_step"), ",.0f"
                ),
            ]
        )
    head = ["variant", "import, s", "to a model, s", "first epoch more, s",
            "peak memory, MiB", "page faults a step"]  # fmt: skip
    drawn = []
    for name in machine.group("page"):
        seconds = machine.values(name, CASE, "start_seconds")
        if machine.rounds(name, CASE) and seconds:
            value = median(seconds)
            drawn.append(Bar(
                machine.variants[name].implementation.framework,
                machine.title(name), value, min(seconds), max(seconds),
                f"{value:.1f}", stale=machine.days(name),
            ))  # fmt: skip
    drawn.sort(key=lambda row: row.value)
    title = "from nothing to a model, the page’s listing"
    above, rows = label_stale_rows(
        rows,
        [machine.days_of(n, CASE) for n in machine.group("page", "fast")],
    )
    figure = ""
    if drawn:
        figure = bar_chart(f"{machine.name}-start", title, "s", drawn, above)
    return f"{above}{figure}\n{table(head, rows)}"


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """The table of each machine."""
    return {PAGES / "start.md": each(folder, start)}
