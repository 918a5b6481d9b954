"""The network's picture on Home turns with the tab, by CSS alone."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from lab.frameworks import frameworks
from pages.charts.network_blocks import network_layers
from pages.markup.titles import group_by_label
from tests.browser.explorer import patient
from tests.browser.site_pages import axe_faults

pytestmark = pytest.mark.slow

NEWEST = [group[-1] for group in group_by_label(frameworks()).values()]


@pytest.fixture
def home(
    browser: Browser, base: str, width: int, scheme: Literal["light", "dark"]
) -> Iterator[Page]:
    context = patient(
        browser.new_context(
            base_url=base,
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
        )
    )
    page = context.new_page()
    page.goto("")
    yield page
    context.close()


LOOKS = [
    (1440, "wide", "light"),
    (700, "wide", "dark"),
    (390, "tall", "dark"),
]


@pytest.mark.parametrize(
    "width, kind, scheme",
    [
        LOOKS[0],
        pytest.param(*LOOKS[1], marks=pytest.mark.slow),
        LOOKS[2],
    ],
)
def test_order_follows_the_tab(home: Page, kind: str) -> None:
    shown = home.locator(".orders svg").locator("visible=true")
    for f in [None, *NEWEST, NEWEST[0]]:
        if f:
            home.locator(
                f".tabbed-labels label[for$='-{f.label.lower()}']"
            ).first.click()
        expect(shown).to_have_count(1)
        expect(shown).to_have_class(f"network {kind}")
        order = (f or NEWEST[0]).image_layout
        for layer in network_layers():
            wanted = shown.locator(".shape", has_text=layer.shape_text(order))
            expect(wanted).to_have_count(1)
    # It fills the column, but for a phone's margins.
    box, column = shown.bounding_box(), home.locator("article").bounding_box()
    assert box and column and box["width"] > 0.9 * (column["width"] - 48)


@pytest.mark.slow
@pytest.mark.parametrize("width, kind, scheme", LOOKS)
def test_picture_is_accessible(home: Page, kind: str) -> None:
    expect(home.locator(f".orders svg.{kind}:visible")).to_have_count(1)
    assert axe_faults(home, context=".orders") == []


def test_order_follows_without_javascript(browser: Browser, base: str) -> None:
    context = browser.new_context(base_url=base, java_script_enabled=False)
    page = context.new_page()
    page.goto("")
    other = next(f for f in NEWEST if f.image_layout != NEWEST[0].image_layout)
    shown = page.locator(".orders svg").locator("visible=true")
    for f in NEWEST[0], other:
        page.locator(
            f".tabbed-labels label[for$='-{f.label.lower()}']"
        ).first.click()
        shape = network_layers()[1].shape_text(f.image_layout)
        expect(shown.locator(".shape", has_text=shape)).to_have_count(1)
    context.close()
