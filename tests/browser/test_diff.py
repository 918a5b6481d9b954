"""Any two listings side by side, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from lab.frameworks import frameworks
from pages.markup.folder_texts import CONVNET_SECTIONS
from tests.browser.site_pages import axe_faults

FIRST, SECOND = frameworks()[1], frameworks()[-1]
SECTION = r"# --8<-- \[start:{0}\]\n(.*?)# --8<-- \[end:{0}\]"


def choose(page: Page, left: str, right: str) -> None:
    for name, value in ("left", left), ("right", right):
        page.locator(f".diff select[name={name}]").select_option(value)
    expect(page.locator(".diff section")).to_have_count(len(CONVNET_SECTIONS))


def column(page: Page, side: int) -> list[list[str]]:
    """The lines of one side, section by section."""
    return [
        [
            line.replace("\xa0", " ")
            for line in section.locator(
                f".lines > div > pre:nth-child({side}):not(.none)"
            ).all_text_contents()
        ]
        for section in page.locator(".diff section").all()
    ]


def test_every_line_stands_once_in_order(page: Page) -> None:
    page.goto("convnet/")
    choose(page, FIRST.name, SECOND.name)
    for side, f in (1, FIRST), (2, SECOND):
        for name, shown in zip(
            CONVNET_SECTIONS, column(page, side), strict=True
        ):
            found = re.search(SECTION.format(name), f.source(), re.DOTALL)
            assert found
            # Spaces inside a line are drawn narrower.
            wanted = [
                re.sub(r"(?<=\S) {3,}", "  ", line)
                for line in found[1].rstrip("\n").split("\n")
            ]
            assert [line.rstrip() for line in shown] == wanted


def test_unmarked_lines_are_equal_and_sides_mirror(page: Page) -> None:
    page.goto(f"convnet/?left={FIRST.name}&right={SECOND.name}")
    expect(page.locator(".diff section")).to_have_count(len(CONVNET_SECTIONS))
    rows = page.locator(".diff .lines > div").evaluate_all(
        """rows => rows.map(row => [row.className, row.querySelector("mark")
          !== null, ...[...row.children].map(side =>
            side.className === "none" ? null : side.textContent)])"""
    )
    same = 0
    for kind, marked, *sides in rows:
        if None in sides:
            assert not marked and kind != "same"
            continue
        left, right = (re.sub(r"#.*|\s", "", side) for side in sides)
        assert (left == right) == (kind == "same") == (not marked)
        same += left == right
    assert same > 10
    marks = page.locator(".diff pre:nth-child(1) mark").count()
    choose(page, SECOND.name, FIRST.name)
    expect(page.locator(".diff pre:nth-child(2) mark")).to_have_count(marks)


def test_layers_stand_beside_each_other(page: Page) -> None:
    page.goto("convnet/")
    known = [f.name for f in frameworks()]
    choose(page, known[1], known[2])
    rows = page.locator(".diff section").first.locator(".lines > div")
    pairs = [row.locator("pre").all_text_contents() for row in rows.all()]
    shapes = [
        [re.search(r"#\s([\d×]+)", text) for text in pair] for pair in pairs
    ]
    both = [(a[1], b[1]) for a, b in shapes if a and b]
    assert len(both) >= 4
    for a, b in both:
        assert sorted(a.split("×")) == sorted(b.split("×"))


@pytest.fixture
def compared(page: Page) -> Page:
    """Two listings on a phone."""
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"then-and-now/?left={FIRST.name}&right={SECOND.name}")
    expect(page.locator(".diff section")).to_have_count(len(CONVNET_SECTIONS))
    return page


def test_diff_fits_a_phone(compared: Page) -> None:
    assert compared.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.slow
def test_diff_is_accessible(compared: Page) -> None:
    assert axe_faults(compared, context=".diff") == []
