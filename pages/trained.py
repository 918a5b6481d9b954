"""Benchmarks: how long until it is trained, and how well."""

from pathlib import Path

from benchmarks.statistics import middle
from lab.results import FOLDER
from lab.seeds import EPOCHS
from pages.charts.bar_chart import bar_chart
from pages.machines import PAGES, Machine, each, timing_bar
from pages.markup.stale_remarks import Days, join_days, label_stale_rows
from pages.markup.tables import table
from pages.seeds import accuracies, days_of, spread_of, wanted_of

CASE = "train-128"
# Steps of 128 in an epoch of 60,000 digits, the last one of 96.
STEPS = 469


def trained(machine: Machine, folder: Path) -> str:
    """A row for each variant: the seconds of so many steps, and the accuracy
    that as many epochs of this listing reach."""
    found, wanted = accuracies(folder), wanted_of()
    rows = []
    when: list[Days] = []
    known = days_of(folder)
    for name in machine.group("page"):
        slug = machine.variants[name].implementation.slug
        rounds = machine.rounds(name, CASE)
        cell = machine.ms(name, CASE)
        if rounds:
            cell = f"{EPOCHS * STEPS * middle(rounds):,.0f}"
        own = found.get(slug, {}).get("own", [])
        rows.append([machine.title(name), cell, spread_of(own, wanted[slug])])
        seeds = known.get(slug, {}).get("own")
        when.append(join_days(machine.days_of(name, CASE), seeds))
    head = ["variant", f"{EPOCHS} epochs, s", "of 10,000 digits right, %"]
    there = sorted(
        (n for n in machine.group("page") if machine.rounds(n, CASE)),
        key=lambda n: middle(machine.rounds(n, CASE)),
    )
    drawn = [timing_bar(machine, n, CASE, scale=EPOCHS * STEPS) for n in there]
    title = f"{EPOCHS} epochs of the whole MNIST, the page’s listing"
    above, rows = label_stale_rows(rows, when)
    figure = ""
    if drawn:
        figure = bar_chart(f"{machine.name}-trained", title, "s", drawn, above)
    return f"{above}{figure}\n{table(head, rows)}"


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """The table of each machine."""
    said = each(folder, lambda machine: trained(machine, folder))
    return {PAGES / "trained.md": said}
