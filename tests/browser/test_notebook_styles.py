"""A notebook that is published looks as it was built, with a third of it."""

import gzip
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from pages.chromium import served
from pages.publish import command
from pages.publish.notebook_styles import trim_styles
from tests.browser.explorer import patient

# What each element of the article looks like, and what stands before and
# after it, if something does: every property but those that others read.
LOOKS = """() => {
  const look = (one, part) => {
    const css = getComputedStyle(one, part);
    if (part && css.content === "none") return "";
    return [...css].filter((name) => !name.startsWith("--"))
      .map((name) => css.getPropertyValue(name)).join(";");
  };
  return [...document.querySelectorAll("article, article *")].map((one) =>
    [one.tagName, ...[null, "::before", "::after"].map((p) => look(one, p))]);
}"""


@pytest.mark.slow
def test_every_element_looks_the_same(
    browser: Browser, builders: tuple[Path, Path], tmp_path: Path
) -> None:
    built, published = builders[0], tmp_path / "site"
    shutil.copytree(built, published)
    assert command.main([str(published)]) == 0
    name = "notebooks/keras/"
    pages = [site / name / "index.html" for site in (built, published)]
    before, after = (len(gzip.compress(p.read_bytes())) for p in pages)
    assert after < before / 2
    with served(built) as one, served(published) as other:
        for scheme in "light", "dark":
            looks = [
                looked_at(browser, address + name, scheme)
                for address in (one, other)
            ]
            assert len(looks[0]) > 500 and looks[0] == looks[1], scheme


def looked_at(browser: Browser, address: str, scheme: Any) -> list[Any]:
    """What a reader who wants those colours sees of each element."""
    context = patient(
        browser.new_context(color_scheme=scheme, reduced_motion="reduce")
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    found: list[Any] = page.evaluate(LOOKS)
    context.close()
    return found


def test_a_rule_goes_where_nothing_has_its_class() -> None:
    head = "<style>.jupyter-wrapper .a,.jupyter-wrapper .b{c:d}"
    rest = (
        ".jupyter-wrapper .b{e:f}.jupyter-wrapper :root{g:h}:root{i:j}"
        "@media print{.jupyter-wrapper .b{k:l}.jupyter-wrapper{m:n}}</style>"
    )
    body = '<p class="jupyter-wrapper"><b class="a">'
    assert trim_styles(head + rest + body) == (
        f"{head}:root{{i:j}}@media print{{.jupyter-wrapper{{m:n}}}}</style>"
        f"{body}"
    )
    other = f"<style>.b{{c:d}}</style>{body}"
    assert trim_styles(other) == other
