"""The network as a picture, in the two orders of an image's axes: on Home,
in the notebooks, in README.md."""

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from lab.frameworks import ROOT, Framework, frameworks
from pages.blocks import FIRST, Block, Layer, Point, dealt, drawn, layers
from pages.markup.framework_marks import label_slug
from pages.markup.titles import group_by_label
from pages.paths import GENERATED
from pages.svg import figure, text

ASSETS = ROOT / "docs" / "assets"
ORDERS = {"NHWC": "channels last", "NCHW": "channels first"}
OUTPUTS = 10
# The colours of the site's light face, on a card of its paper.
COLOURS = {
    "--paper": "#fcfbf8", "--line": "#dcd8ce", "--quiet": "#5c6066",
    "--signal": "#b86e00", "--network-sheet": "#dbe4f3",
}  # fmt: skip
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
PLACES = """
.md-typeset figure:has(> .orders),
.orders svg.network {
  width: 100%;
}

.orders svg.tall,
.orders > [data-order]:not(.first) {
  display: none;
}

@media (max-width: 699px) {
  .orders svg.wide {
    display: none;
  }

  .orders svg.tall {
    display: block;
    margin: 0 auto;
    max-width: 24rem;
  }
}
"""


def words(kind: str, x: float, y: float, said: object, anchor: str) -> str:
    """A text of a class."""
    plain = text(f"{x:.1f}", f"{y:.1f}", said, anchor)
    return plain.replace("<text", f'<text class="{kind}"', 1)


def arrow(*points: Point) -> str:
    """A line with a head at its end."""
    (x0, y0), (x1, y1) = points[-2:]
    turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
    way = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return (
        f'<path class="arrow" d="M{way}"/><path class="head" '
        f'd="M0 0l-7-3.5v7z" transform="translate({x1:.1f} {y1:.1f}) '
        f'rotate({turn:g})"/>'
    )


def cells(
    order: str, x: float, y: float, wide: float, rows: int
) -> Iterator[str]:
    """The first numbers that are flattened, in cells: their (h, w, c)."""
    for n, place in enumerate(dealt(order)[:FIRST]):
        row, column = divmod(n, FIRST // rows)
        left, top = x + wide * column, y + 24 * row
        yield (
            f'<rect class="cell" x="{left:g}" y="{top:g}" width="{wide:g}" '
            'height="24"/>'
        )
        said = ",".join(map(str, place))
        yield words("small", left + wide / 2, top + 16, said, "middle")


def outputs(x: float, y: float, wide: float) -> Iterator[str]:
    """The logits, one a digit."""
    for n in range(OUTPUTS):
        left = x + wide * n
        yield (
            f'<rect class="front" x="{left:g}" y="{y:g}" width="{wide:g}" '
            'height="24"/>'
        )
        yield words("small", left + wide / 2, y + 16, n, "middle")


def learnt(layer: Layer) -> str:
    return f"{layer.learns:,} parameters" if layer.learns else ""


def numbers() -> tuple[int, int, int]:
    """What is flattened, what the dense layer learns, and all of them."""
    flat = len(dealt("NHWC"))
    dense = (flat + 1) * OUTPUTS
    return flat, dense, dense + sum(layer.learns for layer in layers())


def passed(order: str) -> str:
    """The shapes that it shows, in words."""
    return ". ".join(
        f"{layer.name}: {layer.said(order)}"
        + f", {learnt(layer)}" * bool(layer.learns)
        for layer in layers()
    )


def said(order: str) -> str:
    """All that it shows, in words."""
    flat, dense, every = numbers()
    deal = "; ".join(
        ",".join(map(str, place)) for place in dealt(order)[:FIRST]
    )
    return (
        f"{passed(order)}. Flatten deals {flat:,} numbers; the first {FIRST} "
        f"are, by row, column, channel: {deal}. Dense: {OUTPUTS} logits, "
        f"{dense:,} parameters. Together {every:,} parameters."
    )


def wide(order: str) -> tuple[float, float, list[str]]:
    """Left to right, then the flattened below: width, height, parts."""
    flat, dense, every = numbers()
    width, scale, middle = 920.0, 2.65, 68.0
    blocks = [Block(layer, order, 0, 0, scale) for layer in layers()]
    need = [max(block.width, 104) for block in blocks]
    gap = (width - 16 - sum(need)) / (len(blocks) - 1)
    parts, x = [], 8.0
    for block, room in zip(blocks, need, strict=True):
        block.x = x + (room - block.width) / 2
        block.y = middle - block.height / 2
        at = x + room / 2
        parts += [
            words("shape", at, 146, block.layer.said(order), "middle"),
            words("small", at, 163, block.layer.name, "middle"),
            words("small", at, 179, learnt(block.layer), "middle"),
        ]
        x += room + gap
    for here, there in pairwise(blocks):
        begin = here.x + here.width
        if there.x - begin > 16:
            y = middle + 30
            parts.append(arrow((begin + 3, y), (there.x - 4, y)))
    last, top, cell = blocks[-1], 232, 45
    x = last.x + last.width / 2
    parts += [
        arrow((x, 188), (x, 206), (20, 206), (20, top - 3)),
        words("small", x - 10, 201, f"flatten: {flat:,}", "end"),
        *cells(order, 8, top, cell, 1),
    ]
    x = 8 + FIRST * cell
    end = ",".join(map(str, dealt(order)[-1]))
    parts += [
        words("small", 8, top + 42, "row, column, channel", ""),
        words("small", x + 8, top + 16, f"…  {end}", ""),
        arrow((x + 72, top + 12), (x + 148, top + 12)),
        words("small", x + 108, top + 4, "dense", "middle"),
        words("small", x + 108, top + 30, f"{dense:,}", "middle"),
        *outputs(x + 152, top, 20.8),
        words("shape", width - 8, top + 44, f"together {every:,}", "end"),
        words("small", x + 152, top + 42, "10 logits", ""),
    ]
    return width, top + 56, [*drawn(blocks), *parts]


def tall(order: str) -> tuple[float, float, list[str]]:
    """Top to bottom: width, height, parts."""
    flat, dense, every = numbers()
    width, scale, y = 340.0, 2.5, 6.0
    blocks = [Block(layer, order, 0, 0, scale) for layer in layers()]
    parts: list[str] = []
    for block in blocks:
        block.x, block.y = 102 - block.width / 2, y
        room = max(block.height, 52)
        at, right = y + room / 2 - 10, 206
        parts += [
            words("shape", right, at, block.layer.said(order), ""),
            words("small", right, at + 17, block.layer.name, ""),
            words("small", right, at + 33, learnt(block.layer), ""),
        ]
        y += room + 20
    x = 28.0
    parts += [
        arrow((x, y - 4), (x, y + 14)),
        words("small", x + 10, y + 6, f"flatten: {flat:,} by row, column, "
              "channel", ""),
        *cells(order, 8, y + 18, 54, 2),
    ]  # fmt: skip
    y += 18 + 48
    end = ",".join(map(str, dealt(order)[-1]))
    parts += [
        words("small", width - 8, y + 18, f"…  {end}", "end"),
        arrow((x, y + 4), (x, y + 36)),
        words("small", x + 10, y + 22, f"dense: {dense:,} parameters", ""),
        *outputs(8, y + 40, 32.4),
        words("small", 8, y + 84, "10 logits", ""),
        words("shape", width - 8, y + 84, f"together {every:,}", "end"),
    ]
    return width, y + 94, [*drawn(blocks), *parts]


def inline(order: str, kind: str) -> str:
    """The picture for a page, whose colours and typeface it takes."""
    draw = {"wide": wide, "tall": tall}[kind]
    width, height, body = draw(order)
    return figure(
        f"network {kind}", f"network-{order.lower()}-{kind}",
        f"The network, {ORDERS[order]}", said(order), width, height, body,
        size=13,
    )  # fmt: skip


def alone(order: str) -> str:
    """The picture as a file, legible on white and on black."""
    paint = PAINT
    for name, colour in COLOURS.items():
        paint = paint.replace(f"var({name})", colour)
    paint = paint.replace("var(--md-typeset-color, #1d2430)", "#1d2430")
    head, body = inline(order, "wide").split("</desc>\n")
    card = (
        '<rect width="100%" height="100%" rx="8" '
        f'fill="{COLOURS["--paper"]}"/>'
    )
    return f"{head}</desc>\n<style>\n{paint}</style>\n{card}\n{body}"


def file(order: str) -> str:
    """Its name."""
    return f"network-{order.lower()}.svg"


def both(known: list[Framework]) -> str:
    """Both orders for Home: without a choice, that of its first tab."""
    begin = known[0].image_layout
    return "\n".join([
        '<div class="orders">',
        *(
            f'<div data-order="{order}"{" class=first" * (order == begin)}>\n'
            f"{inline(order, 'wide')}{inline(order, 'tall')}</div>"
            for order in ORDERS
        ),
        "</div>",
        '<link rel="stylesheet" href="assets/network.css">\n',
    ])  # fmt: skip


def css(known: list[Framework]) -> str:
    """Its paint; and which order shows, by the tab that is chosen."""
    begin = known[0].image_layout
    turned = ", ".join(
        f'[id$="-{label_slug(label)}"]'
        for label, group in group_by_label(known).items()
        if group[-1].image_layout != begin
    )
    chosen = f".md-typeset:has(.tabbed-set > input:is({turned}):checked)"
    return (
        "/* Written by `python -m pages` from the folders of snippets/. */\n"
        f"{PAINT}{PLACES}"
        f"\n{chosen} .orders > .first {{\n  display: none;\n}}\n"
        f"\n{chosen} .orders > :not(.first) {{\n  display: block;\n}}\n"
    )


def folder_files() -> dict[Path, str]:
    """The picture for Home, its colours, and a file of each order."""
    known = [
        f for group in group_by_label(frameworks()).values() for f in group
    ]
    return {
        GENERATED / "network.md": both(known),
        ASSETS / "network.css": css(known),
        **{ASSETS / file(order): alone(order) for order in ORDERS},
    }
