"""The site that Zensical builds, published, in Chromium."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from pages.chromium import served
from pages.publish import command
from tests.browser.explorer import patient


@pytest.fixture
def page(
    browser: Browser, builders: tuple[Path, Path], tmp_path: Path
) -> Iterator[Page]:
    """A page of it, which at the end has complained of nothing."""
    site = tmp_path / "site"
    shutil.copytree(builders[1], site)
    assert command.main([str(site)]) == 0
    faults: list[str] = []

    def hear(line: ConsoleMessage) -> None:
        if line.type == "error":
            faults.append(line.text)

    with served(site) as address:
        context = patient(browser.new_context(base_url=address))
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", hear)
        yield page
        context.close()
    assert faults == []


@pytest.mark.slow
def test_choice_search_and_digit_work_there(page: Page) -> None:
    page.goto("fast/?framework=jax#a-convolution-runs-on-one-core")
    expect(page.locator("#step-by-step-jax")).to_be_checked()
    expect(page.locator("#a-convolution-runs-on-one-core")).to_be_in_viewport()
    assert Axe().run(page).response["violations"] == []
    page.goto("")
    page.locator(".digit .samples button").nth(7).click()
    expect(page.locator(".digit .says")).to_contain_text("reads 7")
    page.keyboard.press("Control+k")
    page.keyboard.type("tf.placeholder")
    found = page.locator("mark").filter(has_text="placeholder")
    expect(found.first).to_be_visible()
