"""What the tests of the explorer and the calculator share: a layout made of
a real array, and hands and eyes on the page."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from playwright.sync_api import BrowserContext, Locator, Page

from lab.frameworks import ROOT

# Fixtures: what conftest.py says of them.
Opened = Callable[..., Page]
Js = Callable[..., Any]
Offered = list[tuple[str, dict[str, int], str]]

# Nothing is timed: what has not come after so many milliseconds never does.
HANG = 60_000
ASSETS = ROOT / "docs" / "assets" / "explorer"


def laid(layout: str, sizes: dict[str, int]) -> np.ndarray:
    """A real array in `layout`, blocks as axes of their own, zeros where it
    is padded; each element tells its place in the row-major array of
    `sizes`, counted from 1."""
    order = axes_of(layout)
    array = np.arange(1, math.prod(sizes.values()) + 1)
    array = array.reshape(list(sizes.values()))
    array = array.transpose([list(sizes).index(axis) for axis in order])
    axes: list[Any] = list(order)
    blocks = re.findall(r"(\d+)([a-z])", layout)
    for k, (digits, axis) in reversed(list(enumerate(blocks))):
        at, size = axes.index(axis.upper()), int(digits)
        lacks = -array.shape[at] % size
        array = np.pad(
            array, [(0, lacks * (i == at)) for i in range(array.ndim)]
        )
        shape = array.shape
        array = array.reshape(
            *shape[:at], shape[at] // size, size, *shape[at + 1 :]
        )
        axes.insert(at + 1, k)
    inner = [axes.index(k) for k in range(len(blocks))]
    outer = [i for i in range(array.ndim) if i not in inner]
    return np.ascontiguousarray(array.transpose(outer + inner))


def axes_of(layout: str) -> str:
    """Its axes without its blocks: "NCHW" of "nChw8c"."""
    found = re.match("[A-Za-z]+", layout)
    assert found, layout
    return found[0].upper()


def patient(context: BrowserContext) -> BrowserContext:
    context.set_default_timeout(HANG)
    return context


def value(page: Page) -> int:
    found = page.locator(".lx-memory").get_attribute("aria-valuenow")
    return int(found or -1)


def state(page: Page) -> dict[str, Any]:
    return page.evaluate("document.querySelector('layout-explorer').state")


def said(page: Page, name: str) -> Locator:
    return page.locator(f"[data-is={name}]")


def picture(page: Page, name: str) -> str:
    return page.evaluate(
        "name => document.querySelector(`.lx-${name}`).toDataURL()", name
    )


def rows(page: Page, name: str) -> list[list[str]]:
    return page.evaluate(
        """name => [...document.querySelectorAll(`[data-is=${name}] tr`)].map(
             row => [...row.cells].map(cell => cell.innerText))""",
        name,
    )


def drawn(page: Page) -> None:
    """Wait until what has happened is drawn: the next frame, and its end."""
    page.evaluate(
        "new Promise(go => requestAnimationFrame(() => "
        "requestAnimationFrame(go)))"
    )


def at(page: Page, name: str, *points: tuple[float, float]) -> None:
    """Move the pointer over shares of the canvas' width and height."""
    canvas = page.locator(f".lx-{name}")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    for x, y in points:
        page.mouse.move(
            box["x"] + x * box["width"], box["y"] + y * box["height"]
        )


def over_cell(page: Page, line: int, column: int) -> None:
    """Move the pointer over a cell of the close view of memory."""
    canvas = page.locator(".lx-memory")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    side = (box["width"] - 46) / 16
    page.mouse.move(
        box["x"] + 46 + (column + 0.5) * side, box["y"] + (line + 0.5) * side
    )
