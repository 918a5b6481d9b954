"""A host of the built site, and a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
)

from pages.chromium import Quiet, launched, served
from tests.browser.explorer import HANG, Opened, patient

expect.set_options(timeout=HANG)
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs Chromium. What it sees depends on the
    project alone."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")
            item.add_marker("pure")


class Pages(Quiet):
    """A host of static pages: an unknown address gets the site's 404.html."""

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        body = Path(self.directory, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="session")
def base(site: Path) -> Iterator[str]:
    with served(site, Pages) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    """An empty page of a reader who was never here."""
    context = patient(browser.new_context(base_url=base))
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def url(base: str) -> str:
    """The address of the page with the explorer and the calculator."""
    return base + "layouts/"


@pytest.fixture(scope="session")
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """A reader's browser, whose cache the tests share."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield patient(context)
    context.close()


@pytest.fixture
def opened(
    browser: Browser, desk: BrowserContext, url: str
) -> Iterator[Opened]:
    """opened(query): the page with a query; with options, in a context of
    its own. At the end no error may have been said."""
    made: list[Page | BrowserContext] = []
    faults: list[str] = []

    def hear(line: ConsoleMessage) -> None:
        if line.type in ("error", "warning"):
            faults.append(line.text)

    def opened(query: str = "", **options: Any) -> Page:
        context = desk
        if options:
            options = {"viewport": {"width": 1440, "height": 900}} | options
            context = patient(browser.new_context(**options))
            made.append(context)
        page = context.new_page()
        made.append(page)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", hear)
        page.goto(url + query)
        return page

    yield opened
    for one in reversed(made):
        one.close()
    assert faults == []
