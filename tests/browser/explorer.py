"""What the tests of the explorer and the calculator share: hands and eyes on
the page."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page

# A fixture: what conftest.py says of it.
Opened = Callable[..., Page]

# Nothing is timed: what has not come after so many milliseconds never does.
HANG = 60_000


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
