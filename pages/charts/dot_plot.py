"""A row for each framework, and in it a dot for each value."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pages.charts.axis import Axis, upright_lines
from pages.charts.svg import (
    draw_dot,
    figure,
    grid_lines,
    group,
    svg_text,
    text_group,
)
from pages.markup.framework_marks import row_mark
from pages.markup.stale_remarks import Days, stale_sentence
from pages.markup.text import NOT_MEASURED

LEFT, RIGHT, WIDTH, ROW = 184, 366, 382, 22


class Dot(NamedTuple):
    """A value, its class, and how far it lies below the middle of its row."""

    value: float
    style: str
    shift: float = 0


class DotRow(NamedTuple):
    """A row; without dots it is not measured."""

    title: str
    dots: Sequence[Dot]
    stale: Days = None


def dot_plot(
    key: str,
    title: str,
    description: str,
    heading: str,
    rows: Sequence[DotRow],
    axis: Axis,
    ticks: Mapping[str, float],
    *,
    top: float,
    radius: float,
    legend: Iterable[tuple[float, str, str]] = (),
) -> str:
    """Return a plot of the rows, from top to bottom as they come.

    `ticks` are values by what is written below them. The `legend` has the
    place, the class and the name of each kind of dot, behind "after"."""
    bottom = top + ROW * len(rows)
    texts, dots = [], []
    for n, row in enumerate(rows):
        y = top + ROW * (n + 0.5)
        style, mark = row_mark(row.title, y)
        dots.append(mark)
        texts.append(svg_text(16, f"{y + 4:.0f}", row.title))
        if not row.dots:
            texts.append(svg_text(LEFT, f"{y + 4:.0f}", NOT_MEASURED))
        dots += [
            draw_dot(
                f"{axis.place(dot.value):.1f}",
                f"{y + dot.shift:.0f}",
                radius,
                f"{dot.style} {style}",
            )
            for dot in row.dots
        ]
    texts += [
        svg_text(f"{axis.place(value):.1f}", bottom + 18, name, "middle")
        for name, value in ticks.items()
    ]
    texts.append(svg_text(0, 14, heading))
    names = list(legend)
    if names:
        texts.append(svg_text(0, top - 12, "after"))
    for x, style, name in names:
        dots.append(draw_dot(x, top - 16, radius, style))
        texts.append(svg_text(x + 9, top - 12, name))
    lines = upright_lines(axis, ticks.values(), top, bottom)
    return figure(
        key,
        key,
        title,
        description,
        WIDTH,
        bottom + 26,
        [grid_lines(lines), group(dots), text_group(texts)],
        remark=stale_sentence({row.title: row.stale for row in rows}),
    )
