"""A waterfall: what each step takes off the time of the one before it."""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from lab.frameworks import Framework
from pages.charts.axis import round_ticks, upright_lines
from pages.charts.bar_chart import (
    NAMES,
    TOP,
    WIDTH,
    bar_axis,
    draw_bar,
    draw_head,
)
from pages.charts.svg import figure, grid_lines, group, svg_text, text_group
from pages.markup.framework_marks import draw_mark, label_slug
from pages.markup.numbers import milliseconds
from pages.markup.stale_remarks import Days, stale_sentence
from pages.markup.text import NOT_MEASURED

# The height of a line of a name, and how many letters it may have.
LINE, COLUMNS = 15, 33


class Step(NamedTuple):
    """A step, and the seconds that it leaves; None where not measured."""

    name: str
    seconds: float | None
    stale: Days = frozenset()

    @property
    def value_text(self) -> str:
        """81.2, or that there is no number."""
        if self.seconds is None:
            return NOT_MEASURED
        return milliseconds(self.seconds)


def waterfall_chart(
    framework: Framework,
    key: str,
    title: str,
    steps: Sequence[Step],
    above: str = "",
) -> str:
    """Return a chart whose first and last bar are whole.

    Between them stands what a step saved, solid, or cost, hollow, behind the
    time that is left. What is stale is said below, unless it is said `above`
    the chart."""
    longest = max(s.seconds for s in steps if s.seconds is not None)
    axis = bar_axis(0, 1000 * longest)

    def bar(style: str, one: float, other: float, y: float) -> str:
        start, end = sorted([axis.place(1000 * one), axis.place(1000 * other)])
        style += f" fw-{label_slug(framework.label)}"
        return draw_bar(style, f"{start:.1f}", y, end - start)

    top: float = TOP
    marks: list[str] = []
    texts: list[str] = []
    before: tuple[float, float] | None = None  # seconds, and where they stand
    for step in steps:
        lines = textwrap.wrap(step.name, COLUMNS)
        height = LINE * len(lines) + 12
        y = top + height / 2
        first = y + 4 - LINE * (len(lines) - 1) / 2
        texts += [
            svg_text(17, f"{first + LINE * n:g}", line)
            for n, line in enumerate(lines)
        ]
        marks.append(draw_mark(framework, 6, y, 9))
        top += height
        now = step.seconds
        if now is None:
            texts.append(svg_text(NAMES, f"{y + 4:g}", step.value_text))
            continue
        texts.append(svg_text(WIDTH, f"{y + 4:g}", step.value_text, "end"))
        if before is None:
            marks.append(bar("", 0, now, y))
        else:
            then, then_y = before
            if step is steps[-1]:
                marks.append(bar("solid", 0, now, y))
            else:
                marks.append(bar("left", 0, min(now, then), y))
                marks.append(bar("solid" * (now <= then), now, then, y))
            marks.append(
                f'<path class="fall" d="M{axis.place(1000 * then):.1f} '
                f'{then_y + 7:g}V{y - 7:g}"/>'
            )
        before = now, y
    ticks = round_ticks(0, 1000 * longest, logarithmic=False)
    texts += draw_head(title, "ms a step of 128", axis, ticks)
    description = "; ".join(f"{s.name}: {s.value_text}" for s in steps)
    return figure(
        "bench",
        key,
        title,
        f"ms a step of 128: {description}",
        WIDTH,
        top + 6,
        [
            grid_lines(upright_lines(axis, ticks, TOP - 6, top)),
            group(marks),
            text_group(texts),
        ],
        size=13,
        remark=stale_sentence({s.name: s.stale for s in steps}),
        remark_below=not above,
    )
