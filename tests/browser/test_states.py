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
    page.evaluate(SETTLED)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_whatever_is_shown_is_accessible(
    browser: Browser, base: str, site: Path, size: ViewportSize
) -> None:
    """On a desk unfolded, on a phone as it opens, in light, the next page in
    dark. On a desk the other colours too, but of the pages in a folder, which
    look alike: of those every second one has each."""
    context = patient(browser.new_context(base_url=base, viewport=size))
    page = context.new_page()
    found: list[str] = []
    paths = sorted(site.rglob("index.html"))
    for path in [*paths, site / "404.html"]:
        name = path.relative_to(site).as_posix().removesuffix("index.html")
        page.goto(name)
        if size == DESK:
            page.evaluate(SHOW)
        page.evaluate(ONE_OF_A_KIND)
        if size == DESK and name.count("/") < 2:
            found += faults(page, COLOURS)
        other_colours(page)
        found += faults(page, ALL)
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
