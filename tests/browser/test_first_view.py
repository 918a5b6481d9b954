"""What a page costs at first, on paper, and without JavaScript."""

import gzip
import json
import re
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from pages.chromium import PACKED
from tests.browser.explorer import patient
from tests.browser.site_pages import PAGES, named
from tests.helpers import ROOT

LIMIT = 170_000


def weight(answer: Response) -> int:
    """How many bytes a host sends of it, packed where that helps."""
    body = answer.body()
    packed = answer.url.endswith(PACKED)
    return len(body) if packed else len(gzip.compress(body, 6))


def keep(answers: list[Response], answer: Response) -> None:
    answers.append(answer)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(
            address,
            id=named(address),
            marks=[pytest.mark.slow] if address else [],
        )
        for address in PAGES
        if not address.startswith("notebooks/") and address != "404.html"
    ],
)
def test_first_view_is_light_and_has_no_index(
    browser: Browser, base: str, address: str
) -> None:
    context = patient(
        browser.new_context(viewport={"width": 390, "height": 844})
    )
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", partial(keep, answers))
    page.goto(base + address)
    # What a timer asks for counts too.
    page.wait_for_load_state("networkidle")
    assert not any("search_index" in answer.url for answer in answers)
    assert sum(map(weight, answers)) < LIMIT
    context.close()


@pytest.mark.slow
def test_index_comes_when_somebody_searches(page: Page) -> None:
    page.goto("")
    with page.expect_response("**/search_index.json"):
        page.locator("input.md-search__input").focus()


def printed(page: Page) -> int:
    """How many pages of A4 it takes."""
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))


# Of the reference each layer's gradient is printed too.
@pytest.mark.parametrize(
    "label, sheets",
    [
        pytest.param("keras", 6, marks=pytest.mark.slow),
        ("jax", 6),
        pytest.param("numpy", 7, marks=pytest.mark.slow),
    ],
)
def test_paper_has_few_sheets(page: Page, label: str, sheets: int) -> None:
    page.goto(f"convnet/?framework={label}")
    assert printed(page) <= sheets


@pytest.mark.slow
def test_paper_has_the_chosen_framework_alone(page: Page) -> None:
    page.goto("convnet/?framework=numpy")
    page.emulate_media(media="print")
    shown = page.locator(".tabbed-block").locator("visible=true")
    assert shown.count() == page.locator(".tabbed-set").count()
    # No table is cut off at the right.
    wide = page.evaluate("innerWidth")
    for table in page.locator("article table:visible").all():
        box = table.bounding_box()
        assert box and box["x"] + box["width"] <= wide


def test_everything_reads_without_javascript(
    browser: Browser, base: str
) -> None:
    context = patient(
        browser.new_context(base_url=base, java_script_enabled=False)
    )
    page = context.new_page()
    for url in "", "convnet/", "training/", "then-and-now/":
        page.goto(url)
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".diff:visible, .controls:visible")).to_have_count(
            0
        )
    page.goto("training/")
    expect(page.locator("svg.curves")).to_be_visible()
    context.close()


def test_largest_part_was_painted_within_a_second(site: Path) -> None:
    """As recorded, not timed here: of every page that there was, at 1.6 Mbit/s
    and with a processor slowed fourfold; a notebook brings mkdocs-jupyter's
    styles."""
    found = json.loads(
        (ROOT / "evidence/paint/chromium.json").read_text("utf-8")
    )["pages"]
    assert set(found) <= {
        path.parent.relative_to(site).as_posix() + "/"
        for path in site.rglob("index.html")
    }
    for name, ways in found.items():
        limit = 1500 if name.startswith("notebooks/") else 1000
        assert ways["round_trip_0_ms"]["median"] < limit, name
