"""A chart of times: a row each, its name behind its mark, its interval.

Where the values are far apart the axis is logarithmic, and a mark stands in
the place of a bar, whose length would mean nothing there.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from lab.frameworks import Framework
from pages.charts.axis import round_ticks
from pages.charts.svg import figure, grid_lines, group, svg_text, text_group
from pages.markup.framework_marks import draw_mark, label_slug
from pages.markup.stale_remarks import Days, stale_sentence

WIDE, NAMES, NUMBERS, STEP, TOP = 490, 228, 48, 24, 40
FAR = 30  # times the smallest: from here on the axis is logarithmic


class Bar(NamedTuple):
    """One row; `strong` is filled, as what is fast is, others are outlined.
    From `low` to `high` a thin line is drawn."""

    framework: Framework
    name: str
    value: float
    low: float
    high: float
    value_text: str
    strong: bool = False
    stale: Days = frozenset()


def bar_chart(
    key: str, title: str, unit: str, rows: Sequence[Bar], above: str = ""
) -> str:
    """The rows from top to bottom as they come; `unit` names the axis. What
    is stale is said below, where it is not said `above`."""
    low, high = min(r.low for r in rows), max(r.high for r in rows)
    logarithmic = high / min(r.value for r in rows) > FAR
    marks = round_ticks(low, high, logarithmic)
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
        svg_text(0, TOP - 12, unit + (", logarithmic" if logarithmic else "")),
        *(
            svg_text(f"{at(m):.1f}", TOP - 12, f"{m:g}", "middle")
            for m in marks
        ),
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
            svg_text(17, f"{y + 4:g}", row.name),
            svg_text(WIDE, f"{y + 4:g}", row.value_text, "end"),
        ]
    said = "; ".join(f"{row.name} {row.value_text}" for row in rows)
    return figure(
        "bench", key, title, f"{unit}: {said}", WIDE, bottom + 6,
        [grid_lines(lines), group(drawn), text_group(texts)], size=13,
        remark=stale_sentence({row.name: row.stale for row in rows}),
        drawn=not above,
    )  # fmt: skip
