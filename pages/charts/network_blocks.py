"""What each layer passes on, as a block, in the two orders of its axes.

All numbers are drawn at one scale. What lies to the right lies next in
memory, so channels last turns each block a quarter: there the channels run to
the right, and in channels first the rows of pixels do.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from lab.frameworks import ROOT
from pages.charts.axis import line_path

EXPLORER_DIGIT = ROOT / "docs" / "assets" / "explorer" / "digit.js"
SHOWN_NUMBERS = 12  # so many of the flattened numbers are shown
CHANNELS_PER_CUT = 8  # channels between two cuts
DEPTH_STEP = 0.55, -0.32  # how far a step away goes right, and down
Point = tuple[float, float]
Range = tuple[int, int]


@dataclass
class Layer:
    """What comes out of it, by axis; what it is called, what it learns, and
    the size of the window that it reads."""

    name: str
    shape: dict[str, int]
    learns: int = 0
    window: int = 0

    def shape_text(self, order: str) -> str:
        return "×".join(str(self.shape[axis]) for axis in order[1:])


def network_layers() -> list[Layer]:
    """From the image to what is flattened."""
    layers = [Layer("image", {"H": 28, "W": 28, "C": 1})]
    for filters in 32, 64:
        read = layers[-1].shape
        layers.append(
            Layer(
                "conv 3×3, ReLU",
                read | {"C": filters},
                (3 * 3 * read["C"] + 1) * filters,
                3,
            )
        )
        halves = {axis: read[axis] // 2 for axis in "HW"}
        layers.append(Layer("max-pool 2×2", halves | {"C": filters}, 0, 2))
    return layers


def flatten_order(order: str) -> list[tuple[int, int, int]]:
    """Return the (h, w, c) of each flattened number, in its order."""
    shape = network_layers()[-1].shape
    axes = order[1:]
    places = product(*(range(shape[axis]) for axis in axes))
    return [
        (
            place[axes.index("H")],
            place[axes.index("W")],
            place[axes.index("C")],
        )
        for place in places
    ]


def explorer_digit() -> np.ndarray:
    """Return the digit of the layouts' explorer, 28×28."""
    source = EXPLORER_DIGIT.read_text("utf-8")
    code = "".join(re.findall(r'"([\w+/=]+)"', source))
    return np.frombuffer(base64.b64decode(code), np.uint8).reshape(28, 28)


@dataclass
class Block:
    """A layer's numbers, drawn at (x, y) in an order, `scale` a number."""

    layer: Layer
    order: str
    x: float
    y: float
    scale: float

    @property
    def sizes(self) -> tuple[int, int, int]:
        """To the right, down, away."""
        right, away = "CW" if self.order == "NHWC" else "WC"
        shape = self.layer.shape
        return shape[right], shape["H"], shape[away]

    @property
    def width(self) -> float:
        right, _, away = self.sizes
        return self.scale * (right + DEPTH_STEP[0] * away)

    @property
    def height(self) -> float:
        _, down, away = self.sizes
        return self.scale * (down - DEPTH_STEP[1] * away)

    def at(self, right: float, down: float, away: float) -> Point:
        """Return a place of the block; its far edge is at the top."""
        top = self.sizes[2] - away
        return (
            self.x + self.scale * (right + DEPTH_STEP[0] * away),
            self.y + self.scale * (down - DEPTH_STEP[1] * top),
        )

    def orient(self, h: Range, w: Range, c: Range) -> tuple[Range, ...]:
        """Ranges of numbers as ranges to the right, down, away."""
        return (c, h, w) if self.order == "NHWC" else (w, h, c)

    def visible_faces(
        self, h: Range, w: Range, c: Range
    ) -> Iterator[tuple[str, str]]:
        """Yield what is seen of a part: (face, path)."""
        (r0, r1), (d0, d1), (a0, a1) = self.orient(h, w, c)
        if a0 == 0:
            yield (
                "front",
                closed_path(
                    self.at(*p, 0)
                    for p in ((r0, d0), (r1, d0), (r1, d1), (r0, d1))
                ),
            )
        if d0 == 0:
            yield (
                "top",
                closed_path(
                    self.at(r, 0, a)
                    for r, a in ((r0, a0), (r1, a0), (r1, a1), (r0, a1))
                ),
            )
        if r1 == self.sizes[0]:
            yield (
                "side",
                closed_path(
                    self.at(r1, d, a)
                    for d, a in ((d0, a0), (d0, a1), (d1, a1), (d1, a0))
                ),
            )

    def draw_faces(self) -> Iterator[str]:
        """Yield its faces, and the cuts between every eight channels."""
        shape = self.layer.shape
        for face, way in self.visible_faces(
            *((0, shape[axis]) for axis in "HWC")
        ):
            yield f'<path class="{face}" d="{way}"/>'
        right, down, away = self.sizes
        for c in range(CHANNELS_PER_CUT, shape["C"], CHANNELS_PER_CUT):
            if self.order == "NHWC":
                cut = [(c, down, 0), (c, 0, 0), (c, 0, away)]
            else:
                cut = [(0, 0, c), (right, 0, c), (right, down, c)]
            yield (
                '<path class="cut" d="'
                f'{closed_path(self.at(*p) for p in cut)[:-1]}"'
                "/>"
            )

    def highlight(self, h: Range, w: Range, c: Range) -> str:
        """Return a part that is pointed at."""
        ways = "".join(way for _, way in self.visible_faces(h, w, c))
        return f'<path class="point" d="{ways}"/>'

    def draw_digit(self) -> Iterator[str]:
        """Yield the digit, in three greys, on the face that shows all
        pixels."""
        grey = np.ceil(explorer_digit() / 255 * 3).astype(int)
        for level in 1, 2, 3:
            ways = []
            for h, row in enumerate(grey == level):
                edges = np.flatnonzero(np.diff(row, prepend=0, append=0))
                for start, end in edges.reshape(-1, 2):
                    faces = dict(
                        self.visible_faces(
                            (h, h + 1), (int(start), int(end)), (0, 1)
                        )
                    )
                    ways.append(
                        faces["side" if self.order == "NHWC" else "front"]
                    )
            yield f'<path class="ink ink-{level}" d="{"".join(ways)}"/>'


def closed_path(points: Iterable[Point]) -> str:
    """Return a closed way through them."""
    return f"{line_path(points)}z"


def draw_window(one: Block, other: Block) -> Iterator[str]:
    """Yield the window of a number of the other, and the lines from it
    there."""
    size, channels = other.layer.window, one.layer.shape["C"]
    convolves = size == 3
    h = 4 if convolves else 6
    # Channels last shows the first column alone; there a 3×3 window lies
    # half in the padding.
    w = h if one.order == "NCHW" else 0
    begin = -1 if convolves and w == 0 else 0
    rows, columns = (h, h + size), (w, w + size + begin)
    deep = (0, channels if convolves else 1)
    yield one.highlight(rows, columns, deep)
    made = h + 1 if convolves else h // 2
    column = (w + 1 if convolves else w // 2) * (w > 0)
    target = (made, made + 1), (column, column + 1), (0, 1)
    (r0, r1), (d0, d1), _ = one.orient(rows, columns, deep)
    (t0, t1), (u0, u1), _ = other.orient(*target)
    to = other.at((t0 + t1) / 2, (u0 + u1) / 2, 0)
    # Beside each other, or one below the other.
    aside = other.x >= one.x + one.width
    ends = [(r1, d0), (r1, d1)] if aside else [(r0, d1), (r1, d1)]
    for end in ends:
        (x0, y0), (x1, y1) = one.at(*end, 0), to
        yield (f'<path class="ray" d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"/>')
    yield other.highlight(*target)


def highlight_first(block: Block) -> Iterator[str]:
    """Yield the first of the flattened numbers, where they lie in the
    block."""
    for h, w, c in flatten_order(block.order)[:SHOWN_NUMBERS]:
        yield block.highlight((h, h + 1), (w, w + 1), (c, c + 1))


def draw_blocks(blocks: Sequence[Block]) -> list[str]:
    """Return all blocks, then what is pointed at."""
    parts = [part for block in blocks for part in block.draw_faces()]
    parts += blocks[0].draw_digit()
    for one, other in pairwise(blocks):
        parts += draw_window(one, other)
    return [*parts, *highlight_first(blocks[-1])]
