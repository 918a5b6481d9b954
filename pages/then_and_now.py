"""Benchmarks: 2018 and today on the same machine."""

from pathlib import Path

from benchmarks.statistics import ratio
from lab.frameworks import Implementation, implementations
from lab.results import FOLDER
from pages.charts.bar_chart import bar_chart
from pages.machines import PAGES, Machine, each, timing_bar
from pages.markup.numbers import interval
from pages.markup.stale_remarks import Days, join_days, label_stale_rows
from pages.markup.tables import table
from pages.markup.text import NOTHING, join_words

CASE = "train-128"


def pairs() -> list[tuple[Implementation, Implementation | None]]:
    """Each implementation of 2018, and that of today that has its label, on
    the first of its backends."""
    today: dict[str, Implementation] = {}
    for i in implementations(era="today"):
        today.setdefault(i.framework.label, i)
    return [
        (i, today.get(i.framework.label)) for i in implementations(era="2018")
    ]


def variant(
    machine: Machine, whose: Implementation | None, group: str
) -> str | None:
    """The variant of a group, in float32."""
    names = machine.group(group, precision="float32")
    mine = [n for n in names if machine.variants[n].implementation == whose]
    return mine[0] if mine else None


def then_and_now(machine: Machine) -> str:
    """2018 over today, a training step of 128."""
    rows = []
    when: list[Days] = []
    for then, now in pairs():
        page = variant(machine, then, "page") or ""
        theirs = variant(machine, now, "page"), variant(machine, now, "fast")
        cells = [machine.ms(page, CASE)]
        was = machine.rounds(page, CASE)
        for name in theirs:
            seconds = machine.rounds(name, CASE)
            cells += [
                machine.ms(name, CASE) if name else NOTHING,
                interval(ratio(was, seconds)) if was and seconds else NOTHING,
            ]
        rows.append([machine.title(page), *cells])
        when.append(join_days(
            *(machine.days_of(name, CASE) for name in (page, *theirs))
        ))  # fmt: skip
    head = ["2018", "ms", "today, ms", "times faster", "fast, ms",
            "times faster"]  # fmt: skip
    shown = [
        timing_bar(machine, name, CASE)
        for then, now in pairs()
        for name in (
            variant(machine, then, "page"),
            variant(machine, now, "page") if now else None,
            variant(machine, now, "fast") if now else None,
        )
        if name and machine.rounds(name, CASE)
    ]
    title = "2018, the page’s listing of today, and fast"
    above, rows = label_stale_rows(rows, when)
    figure = ""
    if shown:
        figure = bar_chart(f"{machine.name}-eras", title, "ms", shown, above)
    return f"{above}{figure}\n{table(head, rows)}" if rows else ""


def alone() -> str:
    """A sentence on those of 2018 that have no today."""
    labels = [then.framework.label for then, now in pairs() if not now]
    verb = "has" if len(labels) == 1 else "have"
    return f"\n{join_words(labels)} {verb} no today.\n" if labels else ""


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """The table of each machine."""
    said = each(folder, then_and_now) + alone()
    return {PAGES / "then-and-now.md": said}
