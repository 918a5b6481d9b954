"""A chart of times: a row each, its name behind its mark, its interval.

Where the values are far apart the axis is logarithmic, and a mark stands in
the place of a bar, whose length would mean nothing there.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lab.frameworks import Framework
from pages.charts.axis import Axis, round_ticks, upright_lines
from pages.charts.svg import figure, grid_lines, group, svg_text, text_group
from pages.markup.framework_marks import draw_mark, label_slug
from pages.markup.stale_remarks import Days, stale_sentence

# Of the figure: its width, that of the names and that of the numbers, the
# height of a row, where the rows begin.
WIDTH, NAMES, NUMBERS, ROW, TOP = 490, 228, 48, 24, 40
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


def bar_axis(low: float, high: float, logarithmic: bool = False) -> Axis:
    """Return the axis between the names and the numbers."""
    return Axis(low, high, NAMES, WIDTH - NUMBERS, logarithmic)


def draw_bar(style: str, x: float | str, y: float, width: float) -> str:
    """Return a bar that begins at x, with its middle at y."""
    return (
        f'<rect class="bar {style}" x="{x}" y="{y - 7:g}" '
        f'width="{width:.1f}" height="14"/>'
    )


def draw_head(
    title: str, unit: str, axis: Axis, ticks: Iterable[float]
) -> list[str]:
    """Return the texts above the rows: title, unit, and a number a tick."""
    numbers = [
        svg_text(f"{axis.place(tick):.1f}", TOP - 12, f"{tick:g}", "middle")
        for tick in ticks
    ]
    return [
        f'<text x="0" y="12" class="strong">{title}</text>',
        svg_text(0, TOP - 12, unit),
        *numbers,
    ]


def bar_chart(
    key: str, title: str, unit: str, rows: Sequence[Bar], above: str = ""
) -> str:
    """Return a chart of the rows, from top to bottom as they come.

    `unit` names the axis. What is stale is said below, unless it is said
    `above` the chart."""
    low, high = min(r.low for r in rows), max(r.high for r in rows)
    logarithmic = high / min(r.value for r in rows) > FAR
    ticks = round_ticks(low, high, logarithmic)
    axis = bar_axis(0, high)
    if logarithmic:
        axis = bar_axis(ticks[0], ticks[-1], logarithmic)
    bottom = TOP + ROW * len(rows)
    head = unit + (", logarithmic" if logarithmic else "")
    texts = draw_head(title, head, axis, ticks)
    marks = []
    for n, row in enumerate(rows):
        y = TOP + ROW * n + ROW / 2
        style = f"fw-{label_slug(row.framework.label)}"
        style += " solid" if row.strong else ""
        x = axis.place(row.value)
        marks.append(draw_mark(row.framework, 6, y, 9))
        marks.append(
            f'<circle class="dot {style}" cx="{x:.1f}" cy="{y:g}" r="5"/>'
            if logarithmic
            else draw_bar(style, NAMES, y, x - NAMES)
        )
        if row.low < row.high:
            marks.append(
                f'<path class="range" d="M{axis.place(row.low):.1f} {y:g}'
                f'H{axis.place(row.high):.1f}"/>'
            )
        texts += [
            svg_text(17, f"{y + 4:g}", row.name),
            svg_text(WIDTH, f"{y + 4:g}", row.value_text, "end"),
        ]
    lines = upright_lines(axis, ticks, TOP - 6, bottom)
    description = "; ".join(f"{row.name} {row.value_text}" for row in rows)
    return figure(
        "bench",
        key,
        title,
        f"{unit}: {description}",
        WIDTH,
        bottom + 6,
        [grid_lines(lines), group(marks), text_group(texts)],
        size=13,
        remark=stale_sentence({row.name: row.stale for row in rows}),
        remark_below=not above,
    )
