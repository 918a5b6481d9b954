"""A chart of times: a row each, its name behind its mark, its interval.

Where the values are far apart the axis is logarithmic, and a mark stands in
the place of a bar, whose length would mean nothing there.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.statistics import middle
from lab.frameworks import Framework
from pages.machines import Machine
from pages.markup.framework_marks import draw_mark, label_slug
from pages.markup.stale_remarks import Days, stale_sentence
from pages.svg import figure, grid, group, text, words

WIDE, NAMES, NUMBERS, STEP, TOP = 490, 228, 48, 24, 40
FAR = 30  # times the smallest: from here on the axis is logarithmic


class Row(NamedTuple):
    """One row; `strong` is filled, as what is fast is, others are outlined.
    From `low` to `high` a thin line is drawn."""

    framework: Framework
    name: str
    value: float
    low: float
    high: float
    said: str
    strong: bool = False
    stale: Days = frozenset()


def timed(
    machine: Machine, name: str, case: str, said: str = "", scale: float = 1000
) -> Row:
    """The row of a variant: the mean of its rounds, its fastest and its
    slowest one; in ms, or in what `scale` makes of seconds."""
    v = machine.variants[name]
    rounds = machine.rounds(name, case)
    seconds = [scale * s for s in rounds.values()]
    return Row(
        v.implementation.framework, said or machine.title(name),
        scale * middle(rounds), min(seconds), max(seconds),
        f"{scale * middle(rounds):,.3g}" if scale != 1000
        else machine.ms(name, case),
        strong=v.group != "page", stale=machine.days(name),
    )  # fmt: skip


def ticks(low: float, high: float, logarithmic: bool) -> list[float]:
    """Some round numbers from `low` to `high`."""
    if logarithmic:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        return [10.0**n for n in range(first, last + 1)]
    power = 10.0 ** math.floor(math.log10(high))
    step = next(s * power for s in (0.2, 0.5, 1, 2) if high / s / power <= 6)
    return [n * step for n in range(int(high / step) + 1)]


def chart(
    key: str, title: str, unit: str, rows: Sequence[Row], above: str = ""
) -> str:
    """The rows from top to bottom as they come; `unit` names the axis. What
    is stale is said below, where it is not said `above`."""
    low, high = min(r.low for r in rows), max(r.high for r in rows)
    logarithmic = high / min(r.value for r in rows) > FAR
    marks = ticks(low, high, logarithmic)
    begin, end = (marks[0], marks[-1]) if logarithmic else (0, high)
    width = WIDE - NAMES - NUMBERS

    def at(value: float) -> float:
        if logarithmic:
            share = math.log10(value / begin) / math.log10(end / begin)
        else:
            share = value / end
        return NAMES + width * share

    bottom = TOP + STEP * len(rows)
    lines = "".join(f"M{at(m):.1f} {TOP - 6}V{bottom}" for m in marks)
    texts = [
        f'<text x="0" y="12" class="strong">{title}</text>',
        text(0, TOP - 12, unit + (", logarithmic" if logarithmic else "")),
        *(text(f"{at(m):.1f}", TOP - 12, f"{m:g}", "middle") for m in marks),
    ]
    drawn = []
    for n, row in enumerate(rows):
        y = TOP + STEP * n + STEP / 2
        kind = f"fw-{label_slug(row.framework.label)}"
        weight = " solid" if row.strong else ""
        drawn.append(draw_mark(row.framework, 6, y, 9))
        if logarithmic:
            drawn.append(
                f'<circle class="dot {kind}{weight}" cx="{at(row.value):.1f}" '
                f'cy="{y:g}" r="5"/>'
            )
        else:
            drawn.append(
                f'<rect class="bar {kind}{weight}" x="{NAMES}" y="{y - 7:g}" '
                f'width="{at(row.value) - NAMES:.1f}" height="14"/>'
            )
        if row.low < row.high:
            drawn.append(
                f'<path class="range" d="M{at(row.low):.1f} {y:g}'
                f'H{at(row.high):.1f}"/>'
            )
        texts += [
            text(17, f"{y + 4:g}", row.name),
            text(WIDE, f"{y + 4:g}", row.said, "end"),
        ]
    said = "; ".join(f"{row.name} {row.said}" for row in rows)
    return figure(
        "bench", key, title, f"{unit}: {said}", WIDE, bottom + 6,
        [grid(lines), group(drawn), words(texts)], size=13,
        remark=stale_sentence({row.name: row.stale for row in rows}),
        drawn=not above,
    )  # fmt: skip
