"""Every page of the site, and what axe finds on one."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.helpers import ROOT

DOCS = ROOT / "docs"
# Parts of pages, not pages.
PARTS = {"generated", "overrides"}


def addresses() -> list[str]:
    """The address of every page of docs/, and of the one for the rest."""
    sources = [
        path.relative_to(DOCS)
        for kind in ("*.md", "*.ipynb")
        for path in DOCS.rglob(kind)
    ]
    pages = [
        path.with_suffix("").as_posix() + "/"
        for path in sources
        if path.parts[0] not in PARTS and path.name != "index.md"
    ]
    return ["", *sorted(pages), "404.html"]


PAGES = addresses()


def named(address: str) -> str:
    """The address as a test's id."""
    return address.strip("/") or "home"


def axe_faults(page: Page, **how: Any) -> list[str]:
    """What axe finds; `how` is what its run() takes."""
    return [
        f"{page.url}: {violation['id']}: {node['html']}: "
        + " ".join(node["failureSummary"].split())
        for violation in Axe().run(page, **how).response["violations"]
        for node in violation["nodes"]
    ]
