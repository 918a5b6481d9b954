"""Home's digit: drawn, read, taken apart, broken; against NumPy."""

import json
import re
import runpy
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from lab.frameworks import ROOT
from tests.browser.explorer import patient
from tests.browser.site_pages import axe_faults

EVIDENCE = ROOT / "evidence" / "digit"
RECORD = json.loads((EVIDENCE / "breaks.json").read_text("utf-8"))


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    context = patient(browser.new_context(base_url=base))
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("")
    yield page
    context.close()
    assert faults == []


def sample(page: Page, digit: int) -> None:
    page.locator(".digit .samples button").nth(digit).click()
    expect(page.locator(".digit .says")).to_contain_text(f"reads {digit}")


@pytest.mark.slow
def test_logits_are_those_of_float64(page: Page) -> None:
    page.goto("assets/digit/digit.css")
    measured = runpy.run_path(str(EVIDENCE / "chromium.py"))["measured"]
    assert measured(page, rounds=1)["max_abs_logits"] < 1e-6


def test_a_hand_draws_a_one(page: Page) -> None:
    # The modules of the page have drawn what it begins with.
    expect(page.locator(".digit .samples button").first).to_be_visible()
    board = page.locator(".digit .board")
    board.hover()  # waits until it stays in its place
    box = board.bounding_box()
    assert box
    x, y, side = box["x"], box["y"], box["width"]
    page.mouse.move(x + side / 2, y + side / 5)
    page.mouse.down()
    page.mouse.move(x + side / 2, y + 4 * side / 5, steps=8)
    page.mouse.up()
    expect(page.locator(".digit .says")).to_contain_text("reads 1")
    page.locator(".digit .clear").click()
    expect(page.locator(".digit .says")).to_contain_text("Draw, or")


def test_a_keyboard_draws_a_one(page: Page) -> None:
    page.locator(".digit .board").focus()
    page.keyboard.press(" ")
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    expect(page.locator(".digit .says")).to_contain_text("reads 1")


def said(page: Page) -> tuple[float, ...]:
    """The numbers of the line that adds up."""
    line = page.locator(".digit .work .sum").inner_text().replace("−", "-")
    return tuple(map(float, re.findall(r"-?\d+\.\d+", line)))


@pytest.mark.slow
def test_a_number_is_the_sum_of_its_products(page: Page) -> None:
    sample(page, 3)
    maps = page.locator(".digit canvas[data-layer=conv2]")
    maps.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".digit .work")).to_contain_text("288 products")
    total, bias, before, relu = said(page)
    assert total + bias == pytest.approx(before, abs=0.0011)
    assert relu == max(before, 0)
    # Channel by channel it is the same sum.
    groups = page.locator(".digit .groups button").all_inner_texts()
    sums = [float(text.replace("−", "-")) for text in groups]
    assert len(sums) == 32
    assert sum(sums) == pytest.approx(total, abs=32 * 0.0051)

    # The logits: 3,136 products of what the last pool gives.
    page.locator(".digit .bars button").nth(3).click()
    expect(page.locator(".digit .work")).to_contain_text("3,136 products")
    total, bias, before = said(page)
    assert total + bias == pytest.approx(before, abs=0.0011)


# tests/test_digit_modules.py has each of them, of fewer digits.
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name, marks=[] if name == "flatten" else [pytest.mark.slow]
        )
        for name in RECORD
    ],
)
def test_a_mistake_costs_what_numpy_says(page: Page, name: str) -> None:
    page.locator(f".digit input[value={name}]").check()
    if name == "none":  # is chosen already
        page.locator(".digit input[value=twice]").check()
        page.locator(f".digit input[value={name}]").check()
    counter = page.locator(".digit .counter")
    expect(counter).to_contain_text("computed here")
    right = int(counter.inner_text().split()[0])
    # Float32 may lose a draw that float64 wins.
    assert abs(right - RECORD[name]["right"]) <= 1
    share = re.search(r"([\d.]+) % sure", counter.inner_text())
    assert share
    assert float(share[1]) / 100 == pytest.approx(
        RECORD[name]["sure"], abs=0.002
    )


def test_another_file_of_weights_is_refused(page: Page) -> None:
    other = (ROOT / "data" / "initial.safetensors").read_bytes()
    page.route(
        "**/weights.safetensors", lambda route: route.fulfill(body=other)
    )
    page.locator(".digit .samples button").first.click()
    expect(page.locator(".digit .says")).to_have_text(
        "The weights are not the file that was trained."
    )


@pytest.mark.slow
def test_still_pictures_stand_where_the_maps_will(
    browser: Browser, base: str, page: Page
) -> None:
    context = browser.new_context(base_url=base, java_script_enabled=False)
    still = context.new_page()
    still.goto("")
    sample(page, 7)
    boxes = still.locator(".digit img.maps")
    expect(boxes).to_have_count(5)
    for n in range(5):
        there = page.locator(".digit canvas.maps").nth(n).bounding_box()
        here = boxes.nth(n).bounding_box()
        assert there and here
        for side in "x", "width", "height":
            assert here[side] == pytest.approx(there[side], abs=1)
    context.close()


@pytest.mark.slow
def test_it_is_accessible_when_it_is_used(page: Page) -> None:
    sample(page, 5)
    page.locator(".digit canvas[data-layer=conv2]").focus()
    page.keyboard.press("Enter")
    page.locator(".digit input[value=flatten]").check()
    options = {"rules": {"target-size": {"enabled": True}}}
    assert axe_faults(page, context=".digit", options=options) == []
