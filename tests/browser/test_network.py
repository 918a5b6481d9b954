"""The network's picture on Home turns with the tab, by CSS alone."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from lab.frameworks import frameworks
from pages.blocks import layers
from pages.folders import by_label
from tests.browser.explorer import patient

NEWEST = [group[-1] for group in by_label(frameworks()).values()]


@pytest.mark.parametrize("width, kind, scheme", [
    (1440, "wide", "light"), (700, "wide", "dark"), (390, "tall", "dark"),
])  # fmt: skip
def test_order_follows_the_tab(
    browser: Browser,
    base: str,
    width: int,
    kind: str,
    scheme: Literal["light", "dark"],
) -> None:
    context = patient(
        browser.new_context(
            base_url=base, color_scheme=scheme,
            viewport={"width": width, "height": 900},
        )
    )  # fmt: skip
    page = context.new_page()
    page.goto("")
    shown = page.locator(".orders svg").locator("visible=true")
    for f in [None, *NEWEST, NEWEST[0]]:
        if f:
            page.locator(f".tabbed-labels label[for$='-{f.label.lower()}']"
                         ).first.click()  # fmt: skip
        expect(shown).to_have_count(1)
        expect(shown).to_have_class(f"network {kind}")
        order = (f or NEWEST[0]).image_layout
        for layer in layers():
            wanted = shown.locator(".shape", has_text=layer.said(order))
            expect(wanted).to_have_count(1)
    # It fills the column, but for a phone's margins.
    box, column = shown.bounding_box(), page.locator("article").bounding_box()
    assert box and column and box["width"] > 0.9 * (column["width"] - 48)
    assert Axe().run(page, ".orders").response["violations"] == []
    context.close()


def test_order_follows_without_javascript(browser: Browser, base: str) -> None:
    context = browser.new_context(base_url=base, java_script_enabled=False)
    page = context.new_page()
    page.goto("")
    other = next(
        f for f in NEWEST if f.image_layout != NEWEST[0].image_layout
    )
    shown = page.locator(".orders svg").locator("visible=true")
    for f in NEWEST[0], other:
        page.locator(f".tabbed-labels label[for$='-{f.label.lower()}']"
                     ).first.click()  # fmt: skip
        shape = layers()[1].said(f.image_layout)
        expect(shown.locator(".shape", has_text=shape)).to_have_count(1)
    context.close()
