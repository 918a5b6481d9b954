"""Every page with all that it can show, for assistive technology: axe finds
nothing in either colours, on a desk or on a phone, with search or the menu
open. test_site.py has the pages as they open."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.explorer import patient

DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 900}
ALL: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},  # 24 px
}
COLOURS: dict[str, Any] = {
    "resultTypes": ["violations"], "runOnly": ["color-contrast"],
}  # fmt: skip
# Folded parts unfolded, and every tab shown below the others.
SHOW = """() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  for (const one of document.querySelectorAll(".tabbed-block"))
    one.style.display = "block";
}"""


def faults(page: Page, options: dict[str, Any]) -> Iterator[str]:
    for violation in Axe().run(page, options=options).response["violations"]:
        for node in violation["nodes"]:
            why = " ".join(node["failureSummary"].split())
            yield f"{page.url}: {violation['id']}: {node['html']}: {why}"


def other_colours(page: Page) -> None:
    body = page.locator("body")
    before = body.get_attribute("data-md-color-scheme")
    page.locator("label[title^='Switch to']:visible").click()
    assert before
    expect(body).not_to_have_attribute("data-md-color-scheme", before)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_whatever_is_shown_is_accessible(
    browser: Browser, base: str, site: Path, size: ViewportSize
) -> None:
    """One page wholly in light and then its colours in dark, the next the
    other way around; on a phone as it opens, for what is unfolded has the
    same colours on a desk."""
    context = patient(browser.new_context(base_url=base, viewport=size))
    page = context.new_page()
    found: list[str] = []
    paths = sorted(site.rglob("index.html"))
    for path in paths:
        page.goto(path.parent.relative_to(site).as_posix() + "/")
        if size == DESK:
            page.evaluate(SHOW)
        found += faults(page, ALL)
        other_colours(page)
        found += faults(page, COLOURS)
    context.close()
    assert len(paths) >= 10
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_search_and_menu_are_accessible(
    browser: Browser, base: str, size: ViewportSize, scheme: Any
) -> None:
    context = patient(
        browser.new_context(base_url=base, viewport=size, color_scheme=scheme)
    )
    page = context.new_page()
    page.goto("convnet/")
    page.keyboard.press("/")
    page.keyboard.type("conv")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    found = list(faults(page, ALL))
    page.keyboard.press("Escape")
    if size == PHONE:
        page.locator("label.md-header__button[for=__drawer]").click()
        expect(page.locator(".md-sidebar--primary")).to_be_in_viewport()
        found += faults(page, ALL)
    context.close()
    assert not found, "\n".join(found)
