"""A waterfall: what each step takes off the time of the one before it."""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from lab.frameworks import Framework
from pages.charts.axis import round_ticks
from pages.charts.svg import figure, grid_lines, group, svg_text, text_group
from pages.markup.framework_marks import draw_mark, label_slug
from pages.markup.numbers import milliseconds
from pages.markup.stale_remarks import Days, stale_sentence
from pages.markup.text import NOT_MEASURED

WIDE, NAMES, NUMBERS, LINE, TOP, COLUMNS = 490, 228, 48, 15, 40, 33


class Step(NamedTuple):
    """A step, and the seconds that it leaves; None where not measured."""

    name: str
    seconds: float | None
    stale: Days = frozenset()

    @property
    def value_text(self) -> str:
        """81.2, or that there is no number."""
        found = self.seconds
        return NOT_MEASURED if found is None else milliseconds(found)


def waterfall_chart(
    framework: Framework, key: str, title: str, steps: Sequence[Step],
    above: str = "",
) -> str:  # fmt: skip
    """The first bar is whole, and so is the last; between them stands what a
    step saved, solid, or cost, hollow, behind the time that is left. What is
    stale is said below, where it is not said `above`."""
    high = max(s.seconds for s in steps if s.seconds is not None)
    width = WIDE - NAMES - NUMBERS

    def at(seconds: float) -> float:
        return NAMES + width * seconds / high

    def bar(style: str, one: float, other: float, y: float) -> str:
        begin, end = sorted([at(one), at(other)])
        return (
            f'<rect class="bar {style} fw-{label_slug(framework.label)}" '
            f'x="{begin:.1f}" y="{y - 7:g}" width="{end - begin:.1f}" '
            'height="14"/>'
        )

    top: float = TOP
    drawn: list[str] = []
    texts: list[str] = []
    before: tuple[float, float] | None = None  # seconds, and where they stand
    for step in steps:
        lines = textwrap.wrap(step.name, COLUMNS)
        tall = LINE * len(lines) + 12
        y = top + tall / 2
        first = y + 4 - LINE * (len(lines) - 1) / 2
        texts += [
            svg_text(17, f"{first + LINE * n:g}", line)
            for n, line in enumerate(lines)
        ]
        drawn.append(draw_mark(framework, 6, y, 9))
        top += tall
        now = step.seconds
        if now is None:
            texts.append(svg_text(NAMES, f"{y + 4:g}", step.value_text))
            continue
        texts.append(svg_text(WIDE, f"{y + 4:g}", step.value_text, "end"))
        if before is None:
            drawn.append(bar("", 0, now, y))
        else:
            then, middle = before
            if step is steps[-1]:
                drawn.append(bar("solid", 0, now, y))
            else:
                drawn.append(bar("left", 0, min(now, then), y))
                drawn.append(bar("solid" * (now <= then), now, then, y))
            drawn.append(
                f'<path class="fall" d="M{at(then):.1f} {middle + 7:g}'
                f'V{y - 7:g}"/>'
            )
        before = now, y
    marks = round_ticks(0, 1000 * high, logarithmic=False)
    places = [f"{at(m / 1000):.1f}" for m in marks]
    upright = "".join(f"M{x} {TOP - 6}V{top:g}" for x in places)
    texts += [
        f'<text x="0" y="12" class="strong">{title}</text>',
        svg_text(0, TOP - 12, "ms a step of 128"),
        *(
            svg_text(x, TOP - 12, f"{m:g}", "middle")
            for x, m in zip(places, marks, strict=True)
        ),
    ]
    said = "; ".join(f"{s.name}: {s.value_text}" for s in steps)
    return figure(
        "bench",
        key,
        title,
        f"ms a step of 128: {said}",
        WIDE,
        top + 6,
        [grid_lines(upright), group(drawn), text_group(texts)],
        size=13,
        remark=stale_sentence({s.name: s.stale for s in steps}),
        drawn=not above,
    )
