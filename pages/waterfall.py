"""A waterfall: what each step takes off the time of the one before it."""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from lab.frameworks import Framework
from pages.bars import ticks
from pages.markdown import NOT_MEASURED
from pages.marks import mark, slug
from pages.svg import figure, grid, group, text, words

WIDE, NAMES, NUMBERS, LINE, TOP, COLUMNS = 490, 228, 48, 15, 40, 33


class Step(NamedTuple):
    """A step, and its milliseconds; None where it was not measured."""

    name: str
    ms: float | None
    said: str


def waterfall(
    framework: Framework, key: str, title: str, steps: Sequence[Step]
) -> str:
    """The first bar is whole, and so is the last; between them stands what a
    step saved, solid, or cost, hollow, behind the time that is left."""
    measured = [step.ms for step in steps if step.ms is not None]
    high = max(measured)
    width = WIDE - NAMES - NUMBERS

    def at(ms: float) -> str:
        return f"{NAMES + width * ms / high:.1f}"

    def bar(style: str, low: float, high: float, y: float) -> str:
        low, high = sorted((low, high))
        wide = width * (high - low) / max(measured)
        return (
            f'<rect class="bar {style} fw-{slug(framework.label)}" '
            f'x="{at(low)}" y="{y - 7:g}" width="{wide:.1f}" height="14"/>'
        )

    y: float = TOP
    drawn, texts, before, end = [], [], None, 0.0
    for n, step in enumerate(steps):
        lines = textwrap.wrap(step.name, COLUMNS)
        tall = LINE * len(lines) + 12
        middle = y + tall / 2
        first = middle + 4 - LINE * (len(lines) - 1) / 2
        for n_line, line in enumerate(lines):
            texts.append(text(17, f"{first + LINE * n_line:g}", line))
        drawn.append(mark(framework, 6, middle, 9))
        texts.append(
            text(WIDE, f"{middle + 4:g}", step.said, "end")
            if step.ms is not None
            else text(NAMES, f"{middle + 4:g}", NOT_MEASURED)
        )
        if step.ms is not None:
            if before is None or n == len(steps) - 1:
                drawn.append(bar("solid" if n else "", 0, step.ms, middle))
            else:
                drawn.append(bar("left", 0, min(step.ms, before), middle))
                gain = "solid" if step.ms <= before else ""
                drawn.append(bar(gain, step.ms, before, middle))
            if before is not None:
                drawn.append(
                    f'<path class="fall" d="M{at(before)} {end:g}'
                    f'V{middle - 7:g}"/>'
                )
            before, end = step.ms, middle + 7
        y += tall
    marks = ticks(0, high, logarithmic=False)
    upright = "".join(f"M{at(m)} {TOP - 6}V{y:g}" for m in marks)
    texts += [
        f'<text x="0" y="12" class="strong">{title}</text>',
        text(0, TOP - 12, "ms a step of 128"),
        *(text(at(m), TOP - 12, f"{m:g}", "middle") for m in marks),
    ]
    said = "; ".join(f"{s.name}: {s.said}" for s in steps)
    return figure(
        "bench", key, title, f"ms a step of 128: {said}", WIDE, y + 6,
        [grid(upright), group(drawn), words(texts)], size=13,
    )  # fmt: skip
