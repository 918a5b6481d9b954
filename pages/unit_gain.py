"""Then and now: CNTK's two loss curves, drawn from what
evidence/semantics/unit_gain_2018.py printed."""

from pathlib import Path

from lab.errors import BadInput
from lab.frameworks import ROOT
from pages.charts.svg import figure, svg_text
from pages.markup.stale_remarks import stale_record_days, stale_sentence
from pages.paths import FIGURES

RECORD = ROOT / "evidence" / "semantics" / "unit_gain_2018.txt"
LEFT, TOP, WIDTH, HEIGHT = 34, 28, 316, 200  # the plot, in a box of 360 × 268
STEPS, LOSS = 64, 2.5


def x(step: int) -> str:
    return f"{LEFT + WIDTH * step / STEPS:.1f}"


def y(loss: float) -> str:
    return f"{TOP + HEIGHT * (1 - loss / LOSS):.1f}"


def curve(losses: list[float], style: str) -> str:
    points = " ".join(f"{x(n)} {y(loss)}" for n, loss in enumerate(losses, 1))
    return f'<path d="M{points}" {style}/>'


def curves(record: str) -> str:
    """Both curves as one figure."""
    rows = [line.split() for line in record.splitlines()[1:]]
    true, false = [[float(row[column]) for row in rows] for column in (1, 2)]
    if len(rows) != STEPS or max(true + false) >= LOSS:
        raise BadInput(f"{RECORD}: not {STEPS} losses below {LOSS}")
    right, bottom = LEFT + WIDTH, TOP + HEIGHT
    ticks = [
        svg_text(LEFT - 8, y(loss - 0.05), loss, "end") for loss in range(3)
    ]
    ticks += [
        svg_text(x(step), bottom + 18, step, "middle") for step in (0, 32, 64)
    ]
    grid = "".join(f"M{LEFT} {y(loss)}H{right}" for loss in (1, 2))
    grid += f"M{x(32)} {TOP}V{bottom}"
    said = (
        "The mean loss of each of 64 batches, two epochs. With unit_gain it "
        f"falls from {true[0]:.2f} to {true[31]:.2f} after the first epoch "
        f"and {true[63]:.2f} after the second; without, from {false[0]:.2f} "
        f"to {false[31]:.2f} and {false[63]:.2f}."
    )
    body = [
        f'<path d="{grid}" stroke="currentColor" stroke-opacity="0.25"/>',
        f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" '
        'stroke="currentColor"/>',
        '<g fill="none" stroke-width="2" stroke-linejoin="round">',
        curve(true, 'stroke="var(--md-accent-fg-color, #a13d00)"'),
        curve(false, 'stroke="currentColor"'),
        "</g>",
        '<g fill="currentColor">',
        svg_text(2, 16, "loss", "start"),
        svg_text(right, bottom + 36, "step; an epoch is 32", "end"),
        *ticks,
        svg_text(right, 46, "unit_gain=True, the default", "end"),
        svg_text(right, 182, "unit_gain=False", "end"),
        "</g>",
    ]
    remark = stale_sentence({"": stale_record_days(RECORD)})
    title = "Training loss, with and without unit_gain"
    return figure("", "unit-gain", title, said, 360, 268, body,
                  shown=480, size=13, remark=remark)  # fmt: skip


def record_files() -> dict[Path, str]:
    """The figure of both curves."""
    record = RECORD.read_text("utf-8")
    return {FIGURES / "unit-gain.svg": curves(record)}
