"""Draw CNTK's two loss curves: `python scripts/curves.py`.

Writes docs/assets/figures/unit-gain.svg from what semantics/unit_gain_2018.py
printed, recorded in semantics/unit_gain_2018.txt.
"""

from pathlib import Path

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "semantics" / "unit_gain_2018.txt"
FIGURE = ROOT / "docs" / "assets" / "figures" / "unit-gain.svg"
LEFT, TOP, WIDTH, HEIGHT = 34, 28, 316, 200  # the plot, in a box of 360 × 268
STEPS, LOSS = 64, 2.5


def x(step):
    return f"{LEFT + WIDTH * step / STEPS:.1f}"


def y(loss):
    return f"{TOP + HEIGHT * (1 - loss / LOSS):.1f}"


def curve(losses, style):
    points = " ".join(f"{x(n)} {y(loss)}" for n, loss in enumerate(losses, 1))
    return f'<path d="M{points}" {style}/>'


def text(left, base, words, anchor="start"):
    return f'<text x="{left}" y="{base}" text-anchor="{anchor}">{words}</text>'


def svg(record):
    rows = [line.split() for line in record.splitlines()[1:]]
    true, false = [
        [float(row[column]) for row in rows] for column in (1, 2)
    ]
    assert len(rows) == STEPS and max(true + false) < LOSS
    right, bottom = LEFT + WIDTH, TOP + HEIGHT
    ticks = [text(LEFT - 8, y(loss - 0.05), loss, "end") for loss in range(3)]
    ticks += [
        text(x(step), bottom + 18, step, "middle") for step in (0, 32, 64)
    ]
    grid = "".join(f"M{LEFT} {y(loss)}H{right}" for loss in (1, 2))
    grid += f"M{x(32)} {TOP}V{bottom}"
    return "\n".join([
        '<svg viewBox="0 0 360 268" width="480" role="img" '
        'aria-labelledby="unit-gain-title unit-gain-desc" '
        'xmlns="http://www.w3.org/2000/svg" '
        'font-family="system-ui, sans-serif" font-size="13">',
        '<title id="unit-gain-title">Training loss, with and without '
        "unit_gain</title>",
        '<desc id="unit-gain-desc">The mean loss of each of 64 batches, two '
        f"epochs. With unit_gain it falls from {true[0]:.2f} to "
        f"{true[31]:.2f} after the first epoch and {true[63]:.2f} after the "
        f"second; without, from {false[0]:.2f} to {false[31]:.2f} and "
        f"{false[63]:.2f}.</desc>",
        f'<path d="{grid}" stroke="currentColor" stroke-opacity="0.25"/>',
        f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" '
        'stroke="currentColor"/>',
        '<g fill="none" stroke-width="2" stroke-linejoin="round">',
        curve(true, 'stroke="var(--md-accent-fg-color, #a13d00)"'),
        curve(false, 'stroke="currentColor"'),
        "</g>",
        '<g fill="currentColor">',
        text(2, 16, "loss"),
        text(right, bottom + 36, "step; an epoch is 32", "end"),
        *ticks,
        text(right, 46, "unit_gain=True, the default", "end"),
        text(right, 182, "unit_gain=False", "end"),
        "</g>",
        "</svg>",
        "",
    ])


if __name__ == "__main__":
    FIGURE.write_text(svg(RECORD.read_text("utf-8")), "utf-8")
