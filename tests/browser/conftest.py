"""A host of the built site, and a browser."""

import random
from collections.abc import Callable, Iterator
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

from lab.freshness import digest_of, digest_value
from pages.chromium import Quiet, launched, served
from tests.browser.explorer import HANG, Opened, patient
from tests.evidence import note, read_seed
from tests.helpers import Once

expect.set_options(timeout=HANG)
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs Chromium."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


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


@pytest.fixture(scope="session")
def page_key(site_key: str, browser: Browser) -> str:
    """The digest of all that a page can look like: the site, these tests and
    Chromium."""
    return digest_value([site_key, digest_of([HERE]), browser.version])


@pytest.fixture
def unless_passed(
    request: pytest.FixtureRequest, once: Once, page_key: str
) -> Callable[[Callable[[], None]], None]:
    """unless_passed(check): run `check`, unless it passed before with the same
    page_key. One in ten, drawn with read_seed(), runs all the same."""

    def run(check: Callable[[], None]) -> None:
        name = request.node.name
        if random.Random(read_seed() + name).random() < 0.1:
            check()
            return
        # A check that fails keeps nothing.
        once(f"passed-{digest_value(name)}", lambda folder: check(), page_key)
        note(
            request,
            "pages in Chromium: nine of ten checked when they last changed",
        )

    return run


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
