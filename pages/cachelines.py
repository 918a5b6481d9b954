"""Tensor layouts: the cache lines that a plain loop touches, layout by layout,
and how memory begins in each. Simulated, not measured.

The loop is the convolution as it is defined: for each output position every
number of its window, row by row, channels innermost. No library computes one
so. The offsets are those of NumPy's own arrays."""

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pages.charts.svg import figure
from pages.markup import tables
from pages.paths import FIGURES, GENERATED

BATCH = 128
LAYOUTS = "NCHW", "NHWC", "HWCN", "nChw8c", "nChw16c"
# What each convolution of the network reads: its channels and its side.
CONVOLUTION_INPUTS = {"conv1": (1, 28), "conv2": (32, 14)}
PER_LINE = 64 // 4  # float32
CACHES = 64, 512  # lines: 4 KiB, and 32 KiB, a first-level cache


def number_offsets(layout: str, n: int, c: int, h: int, w: int) -> np.ndarray:
    """Return where each number of an N×C×H×W tensor lies in memory, in
    numbers."""
    block = int("".join(filter(str.isdigit, layout)) or 1)
    padded = -(-c // block) * block
    if block > 1:
        blocks = np.arange(n * padded * h * w)
        blocks = blocks.reshape((n, padded // block, h, w, block))
        whole = blocks.transpose(0, 1, 4, 2, 3).reshape(n, padded, h, w)
        return whole[:, :c]
    sizes = {"N": n, "C": c, "H": h, "W": w}
    line = np.arange(n * c * h * w).reshape([sizes[a] for a in layout])
    return line.transpose([layout.index(a) for a in "NCHW"])


def window_offsets(where: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the offsets that each 3×3 window reads, of one image's C×H×W."""
    _, height, width = where.shape
    for h in range(height):
        for w in range(width):
            rows = slice(max(h - 1, 0), h + 2)
            columns = slice(max(w - 1, 0), w + 2)
            yield where[:, rows, columns].transpose(1, 2, 0).ravel()


def count_lines(layer: str, layout: str) -> tuple[int, ...]:
    """(numbers in an inner window, lines it touches, lines that the image
    lies in, lines fetched for the image through each of CACHES)."""
    c, side = CONVOLUTION_INPUTS[layer]
    where = number_offsets(layout, BATCH, c, side, side)[0]
    all_windows = list(window_offsets(where))
    inner = all_windows[side * (side // 2) + side // 2]
    touched = len(set((inner // PER_LINE).tolist()))
    filled = len(np.unique(where // PER_LINE))
    read = (np.concatenate(all_windows) // PER_LINE).tolist()
    return (
        len(inner),
        touched,
        filled,
        *(count_misses(read, n) for n in CACHES),
    )


def count_misses(lines: list[int], capacity: int) -> int:
    """Return how many of `lines`, in their order, a cache of `capacity` lines
    does not hold; the least recently used is thrown out."""
    cache: OrderedDict[int, None] = OrderedDict()
    missed = 0
    for line in lines:
        if line in cache:
            cache.move_to_end(line)
            continue
        missed += 1
        cache[line] = None
        if len(cache) > capacity:
            cache.popitem(last=False)
    return missed


def cache_lines_table() -> str:
    """docs/generated/cachelines.md."""
    rows = []
    for layer in CONVOLUTION_INPUTS:
        for layout in LAYOUTS:
            numbers, touched, *rest = count_lines(layer, layout)
            used = 100 * numbers / (touched * PER_LINE)
            cells = [layer, layout, numbers, touched, f"{used:.0f} %"]
            cells += [f"{count:,}" for count in rest]
            rows.append([str(cell) for cell in cells])
    head = [
        "convolution",
        "layout",
        "numbers in a window",
        "lines it touches",
        "of their bytes, used",
        "lines of the image",
        "fetched, 4 KiB",
        "fetched, 32 KiB",
    ]
    return tables.table(head, rows, "ll") + (
        "\nSimulated, not measured: `pages/cachelines.py`. Batch "
        f"{BATCH}, float32, lines\nof 64 bytes. Fetched: the lines that miss "
        "a cache of 4 or 32 KiB while the\nwindow passes over one image; the "
        "least recently used is thrown out.\n"
    )


def layouts_chart() -> str:
    """docs/assets/figures/layouts.svg: how memory begins in each layout."""
    c, side = CONVOLUTION_INPUTS["conv2"]
    shown, cell, top, step = 40, 9, 42, 72
    rows, descriptions = [], []
    for i, layout in enumerate(LAYOUTS):
        where = number_offsets(layout, BATCH, c, side, side)
        channel = np.empty(where.size, int)
        channel[where.ravel()] = np.indices(where.shape)[1].ravel()
        first = channel[:shown].tolist()
        _, touched, *_ = count_lines("conv2", layout)
        y = top + step * i
        # The first neighbour along each axis tells the stride.
        strides = ", ".join(
            f"{axis} {int(where[at]):,}"
            for axis, at in [
                ("N", (1, 0, 0, 0)),
                ("C", (0, 1, 0, 0)),
                ("H", (0, 0, 1, 0)),
                ("W", (0, 0, 0, 1)),
            ]
        )
        rows += [
            f'<text x="0" y="{y}" font-weight="700">{layout}</text>'
            f'<text x="64" y="{y}">A window touches {touched} lines of 64 '
            "bytes.</text>",
            f'<text x="64" y="{y + 16}">Next along {strides}.</text>',
        ]
        rows += [
            f'<rect x="{k * cell}" y="{y + 24}" width="{cell - 1}" '
            f'height="16" fill="hsl({260 - 230 * n / (c - 1):.0f} 60% 55%)"/>'
            for k, n in enumerate(first)
        ]
        rows += [
            f'<path d="M{k * cell - 0.5} {y + 21}v22" stroke="currentColor"/>'
            for k in range(0, shown, PER_LINE)
        ]
        descriptions.append(
            f"{layout}: channels {', '.join(map(str, first))}, …; the next "
            f"number along {strides}; a window touches {touched} lines"
        )
    words = f"The first {shown} numbers after pool1, by channel"
    body = [
        f'<g fill="currentColor"><text x="0" y="12">{words}</text>',
        *rows,
        "</g>",
    ]
    return figure(
        "layouts",
        "layouts",
        "How memory begins in each layout",
        "; ".join(descriptions) + ".",
        shown * cell + 2,
        top + step * len(LAYOUTS) - 22,
        body,
        left=-1,
    )


def folder_files() -> dict[Path, str]:
    """Return the table and the figure."""
    return {
        GENERATED / "cachelines.md": cache_lines_table(),
        FIGURES / "layouts.svg": layouts_chart(),
    }
