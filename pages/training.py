"""Training, watched: its curves, and the kernels at three steps."""

import base64
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lab.frameworks import ROOT, Implementation, every
from pages.charts.axis import Axis, Panel
from pages.charts.kernels import PAGE_MINUS, PAGE_PLUS, kernel_squares
from pages.charts.svg import figure, grid_lines, svg_text, text_group
from pages.markup import titles
from pages.markup.framework_marks import draw_mark, label_slug, mark_name
from pages.markup.numbers import scientific
from pages.markup.stale_remarks import (
    add_stale_remark,
    stale_record_days,
    stale_sentence,
)
from pages.paths import FIGURES, GENERATED

RECORD = ROOT / "docs" / "assets" / "training" / "replay.json"
LEFT, WIDTH, HEIGHT = 52, 520, 190
TOP = {"loss": 24, "apart": 262}
FLOOR = 1e-9  # of the logarithmic axis: what is nearer lies on it


def read_record() -> dict[str, Any]:
    """Return what evidence/training/record.py wrote."""
    record: dict[str, Any] = json.loads(RECORD.read_text("utf-8"))
    return record


def recorded_implementations(record: dict[str, Any]) -> list[Implementation]:
    """Return the implementations that were recorded, in the order of the
    site."""
    return [i for i in every() if i.slug in record["losses"]]


def find_leap(losses: Sequence[float]) -> int:
    """Return the step, from 1, whose loss has risen the most above the
    last."""
    rises = np.diff(losses)
    return int(rises.argmax()) + 2


def find_parting(record: dict[str, Any], limit: float) -> int:
    """Return the first step, from 1, at which any loss is `limit` from
    float64's."""
    reference = np.array(record["losses"][record["reference"]])
    apart = np.max(
        [abs(np.array(one) - reference) for one in record["losses"].values()],
        axis=0,
    )
    return int((apart > limit).argmax()) + 1


def framework_curve(implementation: Implementation, path: str) -> str:
    """Return a curve in its framework's color; 2018's is dashed."""
    framework = implementation.framework
    then = " then" if framework.era == "2018" else ""
    style = f"curve fw-{label_slug(framework.label)}{then}"
    return f'<path class="{style}" d="{path}"/>'


def loss_chart(record: dict[str, Any]) -> str:
    """Return the losses, and below them how far each is from float64's."""
    reference = record["losses"][record["reference"]]
    steps = Axis(0, len(reference), LEFT, LEFT + WIDTH)
    highest = 1.05 * max(map(max, record["losses"].values()))
    bottom = {name: top + HEIGHT for name, top in TOP.items()}
    losses = Panel(
        LEFT,
        TOP["loss"],
        WIDTH,
        HEIGHT,
        steps,
        Axis(0, highest, bottom["loss"], TOP["loss"]),
    )
    distances = Panel(
        LEFT,
        TOP["apart"],
        WIDTH,
        HEIGHT,
        steps,
        Axis(FLOOR, 1, bottom["apart"], TOP["apart"], logarithmic=True),
    )
    step_ticks = [0, 20, 40, 60, 80, 100]
    loss_ticks = range(int(highest) + 1)
    distance_ticks = {
        f"1e{power}" if power else "1": 10.0**power
        for power in range(round(math.log10(FLOOR)), 1, 3)
    }
    grid = losses.grid(step_ticks, []) + distances.grid(step_ticks, [])
    grid += losses.grid([], loss_ticks)
    grid += distances.grid([], distance_ticks.values())
    labels = [
        svg_text(f"{steps.place(step):.1f}", y + 16, step, "middle")
        for y in bottom.values()
        for step in step_ticks
    ]
    labels += [
        svg_text(LEFT - 8, f"{panel.y.place(value) + 4:.1f}", name, "end")
        for panel, ticks in (
            (losses, {value: value for value in loss_ticks}),
            (distances, distance_ticks),
        )
        for name, value in ticks.items()
    ]
    labels += [
        svg_text(LEFT, losses.top - 9, "mean loss of the 128 digits, by step"),
        svg_text(
            LEFT,
            distances.top - 9,
            "distance of that loss from float64’s, logarithmic",
        ),
    ]
    lines, marks = [], []
    for n, implementation in enumerate(recorded_implementations(record)):
        values = record["losses"][implementation.slug]
        curve = losses.curve(enumerate(values, 1))
        lines.append(framework_curve(implementation, curve))
        if implementation.slug == record["reference"]:
            continue
        # What is nearer than the axis begins lies on it.
        apart = [
            min(max(abs(a - b), FLOOR), 1)
            for a, b in zip(values, reference, strict=True)
        ]
        curve = distances.curve(enumerate(apart, 1))
        lines.append(framework_curve(implementation, curve))
        # Marks at places of their own, so that none covers another.
        step = 8 + 7 * n
        x, y = steps.place(step + 1), distances.y.place(apart[step])
        marks.append(draw_mark(implementation.framework, x, y, 8))
    cursor = (
        f'<path class="cursor" d="M{LEFT} {losses.top}v{HEIGHT}'
        f'M{LEFT} {distances.top}v{HEIGHT}"/>'
    )
    description = (
        f"The loss falls, leaps at step {find_leap(reference)} and falls "
        "again, the same in every framework. How far each is from float64 "
        f"grows from rounding to {scientific(largest_distance(record))}."
    )
    return figure(
        "curves",
        "curves",
        "Loss by step, and how far each is from float64",
        description,
        LEFT + WIDTH + 12,
        distances.top + HEIGHT + 26,
        [grid_lines(grid), text_group(labels), *lines, *marks, cursor],
        remark=stale_sentence({"": stale_record_days(RECORD)}),
    )


def largest_distance(record: dict[str, Any]) -> float:
    """Return the largest distance of any loss from float64's, at any step."""
    reference = np.array(record["losses"][record["reference"]])
    return float(
        max(
            abs(np.array(one) - reference).max()
            for one in record["losses"].values()
        )
    )


def recorded_kernels(record: dict[str, Any]) -> np.ndarray:
    """Steps × 3 × 3 × 32, as the bytes have them."""
    whole = np.frombuffer(base64.b64decode(record["kernels"]), np.int8)
    return whole.reshape(-1, 3, 3, 32) * record["kernel_scale"]


def kernels_chart(record: dict[str, Any]) -> str:
    """Return all kernels at the start, at the leap and at the end."""
    kernels = recorded_kernels(record)
    reference = record["losses"][record["reference"]]
    steps = [0, find_leap(reference), len(reference)]
    body = []
    for n, step in enumerate(steps):
        body.append(
            text_group([svg_text(0, 44 * n + 12, f"after step {step}")])
        )
        for k in range(32):
            body += kernel_squares(
                kernels[step, :, :, k],
                18 * k,
                44 * n + 20,
                5,
                0,
                PAGE_PLUS,
                PAGE_MINUS,
                float(abs(kernels).max()),
            )
    return figure(
        "kernels",
        "kernels",
        "The 32 kernels of the first layer",
        f"At steps {', '.join(map(str, steps))}: amber is positive, blue "
        "negative.",
        18 * 32,
        44 * len(steps),
        body,
        remark=stale_sentence({"": stale_record_days(RECORD)}),
    )


def curve_legend(record: dict[str, Any]) -> str:
    """Who is who, and where the script writes each loss."""
    title_of = titles.implementation_titles()
    items = [
        f'<li data-slug="{i.slug}">{mark_name(i.framework, title_of[i.slug])} '
        "<output></output></li>"
        for i in recorded_implementations(record)
    ]
    return f'<ul class="legend">{"".join(items)}</ul>\n'


def training_verdict(record: dict[str, Any]) -> str:
    """Return what the recording shows, in words."""
    reference = record["losses"][record["reference"]]
    at = find_leap(reference)
    answers = np.frombuffer(base64.b64decode(record["answers"]), np.uint8)
    answers = answers.reshape(-1, len(record["labels"]))
    accuracy = (answers == np.array(record["labels"])).mean(axis=1)
    verdict = (
        f"{len(recorded_implementations(record))} implementations take the "
        f"same path: their losses fall from {reference[0]:.2f}, leap from "
        f"{reference[at - 2]:.2f} to {reference[at - 1]:.2f} at step {at}, "
        f"and fall again. Before step {find_parting(record, 1e-3)} none is "
        "0.001 from float64; the furthest that any gets is "
        f"{largest_distance(record):.2g}. Of {len(record['labels'])} test "
        f"digits the network reads {accuracy[0]:.0%} before the first step "
        f"and {accuracy[-1]:.0%} after the last, from 128 digits alone."
    )
    return add_stale_remark(verdict, stale_record_days(RECORD)) + "\n"


def record_files() -> dict[Path, str]:
    """Return the verdict, the legend and both figures."""
    record = read_record()
    return {
        GENERATED / "training" / "verdict.md": training_verdict(record),
        GENERATED / "training" / "legend.md": curve_legend(record),
        FIGURES / "curves.svg": loss_chart(record),
        FIGURES / "kernels.svg": kernels_chart(record),
    }
