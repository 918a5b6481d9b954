"""The same numbers: how far each implementation is from float64."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab import results
from lab.frameworks import ROOT, every, reference
from lab.parity import TOLERANCES, TOLERANCES_GPU
from lab.results import Result
from pages.charts.axis import Axis
from pages.charts.dot_plot import LEFT, RIGHT, Dot, DotRow, dot_plot
from pages.markup import titles
from pages.markup.numbers import scientific
from pages.markup.stale_remarks import (
    Days,
    label_stale_rows,
    stale_days,
    stale_record_days,
)
from pages.markup.tables import table
from pages.markup.text import NOT_MEASURED, NOTHING, escape_markup, join_words
from pages.paths import FIGURES, GENERATED

IN_CHROMIUM = ROOT / "evidence" / "digit" / "chromium.json"
# Of the reference's 100 losses: where they leap.
SHOWN_STEPS = 1, 5, 10, 14, 15, 16, 17, 18, 20, 25, 30, 40, 50, 100
PARITY_AXIS = Axis(1e-9, 0.1, LEFT, RIGHT, logarithmic=True)
# A row of the page: its title, and the result if there is one.
ParityRow = tuple[str, Result | None]


def parity_rows(folder: Path = results.FOLDER) -> list[ParityRow]:
    """Return a row for each implementation but the reference, which comes
    last, compared with itself from weights that are moved."""
    result_of = results.parity(folder)
    title_of = titles.implementation_titles(folder)
    others = [i for i in every() if i != reference()]
    control = f"{reference().framework.label}, weights moved"
    return [
        *((title_of[i.slug], result_of.get(i.slug)) for i in others),
        (control, results.control(folder)),
    ]


def stale_days_of(row: Result | None, kind: str = "parity") -> Days:
    return stale_days(kind, [row] if row else [])


def missing_row(title: str, cells: int) -> list[str]:
    return [title, NOT_MEASURED, *[NOTHING] * (cells - 2)]


def machines_and_days(measured: list[Result]) -> str:
    """Return the machines of these results, each with its days."""
    days: dict[str, set[str]] = {}
    for result in measured:
        machine = result["machine"]
        place = (
            f"{escape_markup(machine['cpu'])}, {machine['cores']} cores, CPU "
            "alone"
        )
        days.setdefault(place, set()).add(result["date"][:10])
    places = [
        f"{place}, {join_words(sorted(on))}" for place, on in days.items()
    ]
    return "; ".join(places) or NOT_MEASURED


def browser_row() -> list[str]:
    """Home's own network: it only predicts."""
    record = json.loads(IN_CHROMIUM.read_text("utf-8"))
    major = record["browser"].split(".")[0]
    return [
        f"JavaScript in Chromium {major}, [Home’s](index.md#draw-a-digit)",
        scientific(record["max_abs_logits"]),
        *[NOTHING] * 5,
    ]


def differences_table(
    shown: list[ParityRow],
    days: Sequence[Days],
    most: dict[str, Any],
    more: Sequence[list[str]] = (),
) -> str:
    """Return a table of the same numbers, `more` rows and the tolerances last;
    `days` is of each row but those."""
    head = [
        "framework",
        "logits",
        "loss",
        "gradient",
        "weights, 1 step",
        "10 steps",
        "100 steps",
    ]
    lines = []
    for title, row in shown:
        if row is None:
            lines.append(missing_row(title, len(head)))
            continue
        cells = [row[f"max_abs_{k}"] for k in ("logits", "loss", "gradient")]
        cells += row["max_abs_weights"].values()
        lines.append([title, *map(scientific, cells)])
    above, lines = label_stale_rows([*lines, *more], days)
    last = [most[k] for k in ("logits", "loss", "gradient")]
    last += most["weights"].values()
    lines.append(["*tolerance*", *map(scientific, last)])
    return above + table(head, lines)


def parity_table(folder: Path = results.FOLDER) -> str:
    """Return the table of the same numbers."""
    shown = parity_rows(folder)
    there = machines_and_days([row for _, row in shown if row])
    days = [
        *(stale_days_of(row) for _, row in shown),
        stale_record_days(IN_CHROMIUM),
    ]
    return (
        differences_table(shown, days, TOLERANCES, [browser_row()])
        + f"\nFrom `results/parity/`: {there}.\n"
    )


def gpu_parity_table(folder: Path = results.FOLDER) -> str:
    """Return the same on a GPU, of those that run on one here."""
    result_of = results.parity_gpu(folder)
    shown = []
    for i in (i for i in every() if i.backend.gpu):
        row = result_of.get(i.slug)
        version = row["version"] if row else None
        shown.append((titles.implementation_title(i, version), row))
    when = [stale_days_of(row, "parity-gpu") for _, row in shown]
    text = differences_table(shown, when, TOLERANCES_GPU)
    if not result_of:
        return text
    devices = join_words(
        sorted({escape_markup(row["device"]) for row in result_of.values()})
    )
    days = join_words(sorted({row["date"][:10] for row in result_of.values()}))
    return f"{text}\nFrom `results/parity-gpu/`: {devices}, {days}.\n"


def rounding_units_table(folder: Path = results.FOLDER) -> str:
    """Return the same in units of float32's spacing, and the trained
    weights."""
    head = [
        "framework",
        "logits",
        "gradient",
        "weights, 1 step",
        "10 steps",
        "100 steps",
        "trained: probabilities",
        "accuracy",
        "other answers",
    ]
    lines = []
    for title, row in parity_rows(folder):
        if row is None:
            lines.append(missing_row(title, len(head)))
            continue
        unit = row["rounding_units"]
        numbers = [unit["logits"], unit["gradient"], *unit["weights"].values()]
        lines.append(
            [
                title,
                *(f"{x:.1f}" if x < 100 else f"{x:,.0f}" for x in numbers),
                scientific(row["max_abs_trained_probabilities"]),
                f"{row['trained_accuracy']:.3f}",
                str(row["other_answers"]),
            ]
        )
    above, lines = label_stale_rows(
        lines, [stale_days_of(row) for _, row in parity_rows(folder)]
    )
    return above + table(head, lines)


def losses_table(folder: Path = results.FOLDER) -> str:
    """Return the reference's loss on the way to 100 steps."""
    result = results.parity(folder).get(reference().slug, {})
    losses = result.get("losses")
    if not losses:
        return "Not measured.\n"
    shown = ["loss", *(f"{losses[n - 1]:.2f}" for n in SHOWN_STEPS)]
    file = f"results/parity/{reference().slug}.json"
    above, lines = label_stale_rows([shown], [stale_days_of(result)])
    text = above + table(["step", *map(str, SHOWN_STEPS)], lines)
    return f"{text}\nFrom `{file}`.\n"


def parity_chart(folder: Path = results.FOLDER) -> str:
    """Return a dot for the weights' difference after 1, 10 and 100 steps."""
    rows, descriptions = [], []
    for title, result in parity_rows(folder):
        weights = result["max_abs_weights"] if result else {}
        # What is nearer than a rounding of a rounding lies on the edge.
        dots = [
            Dot(max(value, PARITY_AXIS.low), f"after-{steps}")
            for steps, value in weights.items()
        ]
        rows.append(DotRow(title, dots, stale_days_of(result)))
        numbers = ", ".join(map(scientific, weights.values()))
        descriptions.append(f"{title} {numbers or NOT_MEASURED}")
    return dot_plot(
        "parity",
        "How far each framework is from float64 after 1, 10 and 100 steps",
        "; ".join(descriptions),
        "Largest difference of any weight",
        rows,
        PARITY_AXIS,
        {f"1e{power}": 10.0**power for power in range(-9, 0, 2)},
        top=48,
        radius=4.5,
        legend=[
            (50, "after-1", "1 step"),
            (114, "after-10", "10"),
            (160, "after-100", "100"),
        ],
    )


def result_files(folder: Path = results.FOLDER) -> dict[Path, str]:
    """Return the tables and the figure of what is the same."""
    return {
        GENERATED / "parity.md": parity_table(folder),
        GENERATED / "parity-units.md": rounding_units_table(folder),
        GENERATED / "parity-gpu.md": gpu_parity_table(folder),
        GENERATED / "losses.md": losses_table(folder),
        FIGURES / "parity.svg": parity_chart(folder),
    }
