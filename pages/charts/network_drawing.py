"""The network as a picture, in the two orders of an image's axes."""

import math
from collections.abc import Iterator
from itertools import pairwise

from pages.charts.axis import line_path
from pages.charts.network_blocks import (
    SHOWN_NUMBERS,
    Block,
    Layer,
    Point,
    draw_blocks,
    flatten_order,
    network_layers,
)
from pages.charts.svg import figure, svg_text

AXIS_ORDERS = {"NHWC": "channels last", "NCHW": "channels first"}
OUTPUTS = 10
# The colors of the site's light face, on a card of its paper.
FILE_COLORS = {
    "--paper": "#fcfbf8",
    "--line": "#dcd8ce",
    "--quiet": "#5c6066",
    "--signal": "#b86e00",
    "--network-sheet": "#dbe4f3",
}
PAINT = """\
.network { color: var(--md-typeset-color, #1d2430); fill: currentColor; }
.network .front, .network .top, .network .side, .network .cut {
  stroke: currentColor; stroke-linejoin: round; stroke-width: 0.8px; }
.network .front { fill: var(--network-sheet); }
.network .top { fill: color-mix(in srgb, var(--network-sheet) 50%,
  var(--paper)); }
.network .side { fill: color-mix(in srgb, var(--network-sheet) 82%,
  currentColor); }
.network .cut { fill: none; stroke-opacity: 0.4; }
.network .ink-1 { fill-opacity: 0.3; }
.network .ink-2 { fill-opacity: 0.6; }
.network .point { fill: var(--signal); fill-opacity: 0.55;
  stroke: var(--signal); stroke-linejoin: round; stroke-width: 1.2px; }
.network .ray { stroke: var(--signal); stroke-width: 1px; }
.network .arrow { fill: none; stroke: var(--quiet); }
.network .head, .network .small { fill: var(--quiet); }
.network .cell { fill: none; stroke: var(--signal); }
.network .small { font-size: 12px; }
.network .shape { font-size: 15px; font-weight: 700; }
"""


def classed_text(
    kind: str, x: float, y: float, content: object, anchor: str
) -> str:
    """Return a text of a class."""
    plain = svg_text(f"{x:.1f}", f"{y:.1f}", content, anchor)
    return plain.replace("<text", f'<text class="{kind}"', 1)


def draw_arrow(*points: Point) -> str:
    """Return a line with a head at its end."""
    (x0, y0), (x1, y1) = points[-2:]
    turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
    return (
        f'<path class="arrow" d="{line_path(points)}"/><path class="head" '
        f'd="M0 0l-7-3.5v7z" transform="translate({x1:.1f} {y1:.1f}) '
        f'rotate({turn:g})"/>'
    )


def flattened_cells(
    order: str, x: float, y: float, wide: float, rows: int
) -> Iterator[str]:
    """Yield the first numbers that are flattened, in cells: their (h, w,
    c)."""
    for n, place in enumerate(flatten_order(order)[:SHOWN_NUMBERS]):
        row, column = divmod(n, SHOWN_NUMBERS // rows)
        left, top = x + wide * column, y + 24 * row
        yield (
            f'<rect class="cell" x="{left:g}" y="{top:g}" width="{wide:g}" '
            'height="24"/>'
        )
        label = ",".join(map(str, place))
        yield classed_text("small", left + wide / 2, top + 16, label, "middle")


def logit_cells(x: float, y: float, wide: float) -> Iterator[str]:
    """Yield the logits, one a digit."""
    for n in range(OUTPUTS):
        left = x + wide * n
        yield (
            f'<rect class="front" x="{left:g}" y="{y:g}" width="{wide:g}" '
            'height="24"/>'
        )
        yield classed_text("small", left + wide / 2, y + 16, n, "middle")


def parameter_count(layer: Layer) -> str:
    return f"{layer.learns:,} parameters" if layer.learns else ""


def network_sizes() -> tuple[int, int, int]:
    """Return what is flattened, what the dense layer learns, and all of
    them."""
    flat = len(flatten_order("NHWC"))
    dense = (flat + 1) * OUTPUTS
    return flat, dense, dense + sum(layer.learns for layer in network_layers())


def describe_shapes(order: str) -> str:
    """Return the shapes that it shows, in words."""
    return ". ".join(
        f"{layer.name}: {layer.shape_text(order)}"
        + f", {parameter_count(layer)}" * bool(layer.learns)
        for layer in network_layers()
    )


def describe_network(order: str) -> str:
    """Return all that it shows, in words."""
    flat, dense, every = network_sizes()
    deal = "; ".join(
        ",".join(map(str, place))
        for place in flatten_order(order)[:SHOWN_NUMBERS]
    )
    return (
        f"{describe_shapes(order)}. Flatten deals {flat:,} numbers; the first "
        f"{SHOWN_NUMBERS} are, by row, column, channel: {deal}. Dense: "
        f"{OUTPUTS} logits, {dense:,} parameters. Together {every:,} "
        "parameters."
    )


def draw_wide(order: str) -> tuple[float, float, list[str]]:
    """Left to right, then the flattened below: width, height, parts."""
    flat, dense, every = network_sizes()
    width, scale, middle = 920.0, 2.65, 68.0
    blocks = [Block(layer, order, 0, 0, scale) for layer in network_layers()]
    need = [max(block.width, 104) for block in blocks]
    gap = (width - 16 - sum(need)) / (len(blocks) - 1)
    parts, x = [], 8.0
    for block, room in zip(blocks, need, strict=True):
        block.x = x + (room - block.width) / 2
        block.y = middle - block.height / 2
        at = x + room / 2
        parts += [
            classed_text(
                "shape", at, 146, block.layer.shape_text(order), "middle"
            ),
            classed_text("small", at, 163, block.layer.name, "middle"),
            classed_text(
                "small", at, 179, parameter_count(block.layer), "middle"
            ),
        ]
        x += room + gap
    for here, there in pairwise(blocks):
        begin = here.x + here.width
        if there.x - begin > 16:
            y = middle + 30
            parts.append(draw_arrow((begin + 3, y), (there.x - 4, y)))
    last, top, cell = blocks[-1], 232, 45
    x = last.x + last.width / 2
    parts += [
        draw_arrow((x, 188), (x, 206), (20, 206), (20, top - 3)),
        classed_text("small", x - 10, 201, f"flatten: {flat:,}", "end"),
        *flattened_cells(order, 8, top, cell, 1),
    ]
    x = 8 + SHOWN_NUMBERS * cell
    end = ",".join(map(str, flatten_order(order)[-1]))
    parts += [
        classed_text("small", 8, top + 42, "row, column, channel", ""),
        classed_text("small", x + 8, top + 16, f"…  {end}", ""),
        draw_arrow((x + 72, top + 12), (x + 148, top + 12)),
        classed_text("small", x + 108, top + 4, "dense", "middle"),
        classed_text("small", x + 108, top + 30, f"{dense:,}", "middle"),
        *logit_cells(x + 152, top, 20.8),
        classed_text(
            "shape", width - 8, top + 44, f"together {every:,}", "end"
        ),
        classed_text("small", x + 152, top + 42, "10 logits", ""),
    ]
    return width, top + 56, [*draw_blocks(blocks), *parts]


def draw_tall(order: str) -> tuple[float, float, list[str]]:
    """Top to bottom: width, height, parts."""
    flat, dense, every = network_sizes()
    width, scale, y = 340.0, 2.5, 6.0
    blocks = [Block(layer, order, 0, 0, scale) for layer in network_layers()]
    parts: list[str] = []
    for block in blocks:
        block.x, block.y = 102 - block.width / 2, y
        room = max(block.height, 52)
        at, right = y + room / 2 - 10, 206
        parts += [
            classed_text(
                "shape", right, at, block.layer.shape_text(order), ""
            ),
            classed_text("small", right, at + 17, block.layer.name, ""),
            classed_text(
                "small", right, at + 33, parameter_count(block.layer), ""
            ),
        ]
        y += room + 20
    x = 28.0
    parts += [
        draw_arrow((x, y - 4), (x, y + 14)),
        classed_text(
            "small",
            x + 10,
            y + 6,
            f"flatten: {flat:,} by row, column, channel",
            "",
        ),
        *flattened_cells(order, 8, y + 18, 54, 2),
    ]
    y += 18 + 48
    end = ",".join(map(str, flatten_order(order)[-1]))
    parts += [
        classed_text("small", width - 8, y + 18, f"…  {end}", "end"),
        draw_arrow((x, y + 4), (x, y + 36)),
        classed_text(
            "small", x + 10, y + 22, f"dense: {dense:,} parameters", ""
        ),
        *logit_cells(8, y + 40, 32.4),
        classed_text("small", 8, y + 84, "10 logits", ""),
        classed_text("shape", width - 8, y + 84, f"together {every:,}", "end"),
    ]
    return width, y + 94, [*draw_blocks(blocks), *parts]


def network_figure(order: str, kind: str) -> str:
    """Return the picture for a page, whose colors and typeface it takes."""
    draw = {"wide": draw_wide, "tall": draw_tall}[kind]
    width, height, body = draw(order)
    return figure(
        f"network {kind}",
        f"network-{order.lower()}-{kind}",
        f"The network, {AXIS_ORDERS[order]}",
        describe_network(order),
        width,
        height,
        body,
        size=13,
    )


def network_file(order: str) -> str:
    """Return the picture as a file, legible on white and on black."""
    paint = PAINT
    for name, color in FILE_COLORS.items():
        paint = paint.replace(f"var({name})", color)
    paint = paint.replace("var(--md-typeset-color, #1d2430)", "#1d2430")
    head, body = network_figure(order, "wide").split("</desc>\n")
    card = (
        '<rect width="100%" height="100%" rx="8" '
        f'fill="{FILE_COLORS["--paper"]}"/>'
    )
    return f"{head}</desc>\n<style>\n{paint}</style>\n{card}\n{body}"


def file_name(order: str) -> str:
    """Return the name of the file of an order."""
    return f"network-{order.lower()}.svg"
