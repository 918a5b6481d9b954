"""Every page with all that it can show, for assistive technology: axe finds
nothing in either colors, on a desk or on a phone, with search or the menu
open. `make test` has the pages that differ most, as they open."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.explorer import patient
from tests.browser.site_pages import PAGES, axe_faults, named

DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 900}
ALL: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},  # 24 px
}
COLOURS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": ["color-contrast"],
}
# Folded parts unfolded, and every tab shown below the others.
SHOW = """() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  for (const one of document.querySelectorAll(".tabbed-block"))
    one.style.display = "block";
}"""

# Of the words of listings that can be seen, one stays of each kind, which is
# what it and all around it are called: the others have its colours.
ONE_OF_A_KIND = """() => {
  const kind = (one) =>
    one ? one.tagName + one.className + kind(one.parentElement) : "";
  const seen = new Set();
  const shown = [...document.querySelectorAll("pre code :is(span, a)")]
    .filter((one) => one.checkVisibility())
    .map((one) => [one, kind(one)]);
  for (const [one, known] of shown)
    if (one.children.length || !seen.has(known)) seen.add(known);
    else one.replaceWith(one.textContent);
}"""

# No colour is on its way to another.
SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter((one) => one instanceof CSSTransition).map((one) => one.finished))"""


def other_colours(page: Page) -> None:
    body = page.locator("body")
    before = body.get_attribute("data-md-color-scheme")
    page.locator("label[title^='Switch to']:visible").click()
    assert before
    expect(body).not_to_have_attribute("data-md-color-scheme", before)
    page.evaluate(SETTLED)


# The pages that differ most; two of them are slow.
@pytest.mark.parametrize(
    "address, size, scheme",
    [
        pytest.param("", PHONE, "light", id="home-phone-light"),  # pictures
        pytest.param(
            "convnet/",
            DESK,
            "dark",
            id="convnet-desk-dark",  # tabs
            marks=pytest.mark.slow,
        ),
        # Forms, canvases, and elements of the site's own.
        pytest.param("layouts/", DESK, "light", id="layouts-desk-light"),
        # Tables that are cards on a phone.
        pytest.param("layers/resize/", PHONE, "dark", id="resize-phone-dark"),
        # Another tool's HTML and styles.
        pytest.param(
            "notebooks/keras/",
            DESK,
            "dark",
            id="notebook-desk-dark",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_page_is_accessible_as_it_opens(
    browser: Browser,
    base: str,
    address: str,
    size: ViewportSize,
    scheme: Any,
) -> None:
    context = patient(
        browser.new_context(base_url=base, viewport=size, color_scheme=scheme)
    )
    page = context.new_page()
    page.goto(address)
    page.evaluate(ONE_OF_A_KIND)
    found = axe_faults(page, options=ALL)
    context.close()
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("address", PAGES, ids=named)
def test_whatever_is_shown_is_accessible(
    browser: Browser, base: str, address: str, size: ViewportSize
) -> None:
    """On a desk unfolded, on a phone as it opens, a page in light, the next
    in dark. On a desk the other colors too, but of the pages in a folder,
    which look alike: of those every second one has each."""
    scheme: Any = ["dark", "light"][PAGES.index(address) % 2]
    context = patient(
        browser.new_context(base_url=base, viewport=size, color_scheme=scheme)
    )
    page = context.new_page()
    page.goto(address)
    if size == DESK:
        page.evaluate(SHOW)
    page.evaluate(ONE_OF_A_KIND)
    found: list[str] = []
    if size == DESK and address.count("/") < 2:
        found += axe_faults(page, options=COLOURS)
    other_colours(page)
    found += axe_faults(page, options=ALL)
    context.close()
    assert found == []


@pytest.mark.slow
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
    found = axe_faults(page, options=ALL)
    page.keyboard.press("Escape")
    if size == PHONE:
        page.locator("label.md-header__button[for=__drawer]").click()
        expect(page.locator(".md-sidebar--primary")).to_be_in_viewport()
        found += axe_faults(page, options=ALL)
    context.close()
    assert not found, "\n".join(found)


# The contrast, as WCAG 2.2 defines it, of each icon that can be seen with
# what lies behind it; a mask is painted in its background's colour.
ICONS = """() => {
  const parse = (css) => {
    const canvas = Object.assign(
      document.createElement("canvas"), { width: 1, height: 1 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = css;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const bright = (rgb) => rgb.slice(0, 3).reduce((sum, byte, n) => {
    const v = byte / 255;
    const linear = v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return sum + [0.2126, 0.7152, 0.0722][n] * linear;
  }, 0);
  const behind = (one) => {
    const colour = parse(getComputedStyle(one).backgroundColor);
    return colour[3] === 255 ? colour : behind(one.parentElement);
  };
  const found = [];
  const add = (one, css) => {
    const [a, b] = [bright(parse(css)), bright(behind(one))].sort();
    found.push([one.outerHTML.slice(0, 80), (b + 0.05) / (a + 0.05)]);
  };
  for (const icon of document.querySelectorAll(
    ".md-header__button > svg, .md-icon > svg, .md-content__button > svg"))
    if (icon.checkVisibility() && icon.getBoundingClientRect().width)
      add(icon.parentElement, getComputedStyle(icon).fill);
  for (const [name, part] of [
    [".md-clipboard", "::after"], ["summary", "::after"],
    [".md-nav__icon", "::after"]])
    for (const one of document.querySelectorAll(name)) {
      const css = getComputedStyle(one, part);
      if (one.checkVisibility() && css.maskImage !== "none")
        add(one, css.backgroundColor);
    }
  return found;
}"""


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_icons_are_told_from_what_is_behind(
    browser: Browser, base: str, scheme: Any
) -> None:
    for size in DESK, PHONE:
        context = patient(
            browser.new_context(
                base_url=base, viewport=size, color_scheme=scheme
            )
        )
        page = context.new_page()
        for name in "convnet/", "fast/", "notebooks/keras/":
            page.goto(name)
            found = page.evaluate(ICONS)
            assert len(found) > 5
            assert [one for one in found if one[1] < 3] == [], name
        context.close()
