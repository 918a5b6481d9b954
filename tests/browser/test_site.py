"""The built site in a real browser, at a reader's hand."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lab.frameworks import Framework, frameworks
from tests.browser.explorer import patient
from tests.helpers import HANG, until

TODAY = [f for f in frameworks() if f.era == "today"]


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    context = patient(
        browser.new_context(
            base_url=base, viewport={"width": 1440, "height": 900}
        )
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


# Width and colours are independent, so two of the four pairs see each;
# test_states.py asks what assistive technology makes of them.
@pytest.mark.parametrize("width, scheme", [(390, "light"), (1440, "dark")])
def test_every_page_is_sound(
    browser: Browser,
    base: str,
    site: Path,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    faults = []
    context = patient(
        browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
    )

    def fault_if(condition: bool, what: str) -> None:
        if condition:
            faults.append(f"{url}: {what}")

    own = (base, "data:", "blob:")
    context.on(
        "console",
        lambda line: fault_if(
            line.type in ("error", "warning"), f"console: {line.text}"
        ),
    )
    context.on(
        "weberror", lambda event: fault_if(True, f"uncaught: {event.error}")
    )
    context.on(
        "request",
        lambda request: fault_if(
            not request.url.startswith(own), f"external: {request.url}"
        ),
    )
    context.on(
        "requestfailed",
        lambda request: fault_if(True, f"failed: {request.url}"),
    )
    context.on(
        "response",
        lambda response: fault_if(
            response.status >= 400, f"{response.status}: {response.url}"
        ),
    )
    page = context.new_page()
    paths = sorted(site.rglob("index.html"))
    assert len(paths) >= 10
    for path in [*paths, site / "404.html"]:
        url = path.relative_to(site).as_posix().removesuffix("index.html")
        page.goto(base + url)
        assert page.locator("body").get_attribute("data-md-color-scheme") == (
            "slate" if scheme == "dark" else "default"
        )
        excess = page.evaluate(
            "document.documentElement.scrollWidth - window.innerWidth"
        )
        fault_if(excess > 0, f"{excess} px too wide")
        page.wait_for_load_state("networkidle")  # what came late is heard too
    context.close()
    assert not faults, "\n".join(faults)


def test_choice_of_colours_is_kept(page: Page) -> None:
    body = page.locator("body")
    page.goto("")
    expect(body).to_have_attribute("data-md-color-scheme", "default")
    page.locator("label[title='Switch to dark mode']").click()
    expect(body).to_have_attribute("data-md-color-scheme", "slate")
    page.goto("convnet/")
    expect(body).to_have_attribute("data-md-color-scheme", "slate")


def test_search_finds_a_word(page: Page) -> None:
    page.goto("")
    page.locator("input.md-search__input").press_sequentially("flatten")
    first = page.locator(".md-search-result__item").first
    expect(first).to_contain_text(re.compile("flatten", re.IGNORECASE))


# Names in code, whose parts the search takes apart unless it is told.
FOUND = {
    "state_dict": "convnet",
    "placeholder": "phrasebook",
    "memory_format": "layouts",
    "is_contiguous": "layouts",
    "zero_grad": "convnet",
    "lr_scheduler": "phrasebook",
    "InferenceSession": "port",
    "block_until_ready": "benchmarks",
    "align_corners": "layers/resize",
    "reset_after": "layers/recurrent",
    "LayerNorm": "layers/normalisation",
}


def test_search_finds_names_in_code(page: Page) -> None:
    for name, place in FOUND.items():
        page.goto("")
        page.locator("input.md-search__input").fill(name)
        link = page.locator(f".md-search-result__link[href*='/{place}/']")
        expect(link.first).to_be_attached()


def test_unknown_address_has_a_page(page: Page) -> None:
    answer = page.goto("no/such/page/")
    assert answer and answer.status == 404
    expect(page.locator("h1")).to_have_text("There is no page here")
    # Its style sheets and links hold at any depth.
    header = page.locator(".md-header")
    expect(header).to_have_css("background-color", "rgb(252, 251, 248)")
    page.locator("article a").click()
    expect(page.locator("h1")).to_contain_text("One ConvNet")


def copied(page: Page, block: Locator) -> str:
    """The clipboard after a click on the block's copy button."""
    page.evaluate("navigator.clipboard.writeText('')")
    button = block.locator("button[data-md-type=copy]:visible")
    expect(button).to_have_count(1)
    button.click()
    return str(until(lambda: page.evaluate("navigator.clipboard.readText()")))


def test_copied_command_has_no_prompt(page: Page) -> None:
    page.goto("")
    console = page.locator(".language-console", has_text="make serve")
    assert copied(page, console).strip() == "make serve"


@pytest.mark.parametrize("framework", TODAY, ids=lambda f: f.name)
def test_copied_file_is_the_file_and_runs(
    page: Page, tmp_path: Path, framework: Framework
) -> None:
    """By itself, with one epoch in place of three: what three reach,
    test_every_framework_passes_its_gate says."""
    page.goto("convnet/")
    tabs = page.locator("#the-whole-file ~ .tabbed-set").first
    tabs.get_by_text(framework.label, exact=True).click()
    code = copied(page, tabs).rstrip()
    lines = framework.source().rstrip().splitlines()
    wanted = [line for line in lines if "--8<--" not in line]
    assert code.splitlines() == wanted

    call = "train(model, images[fit], labels[fit])"
    assert code.count(call) == 1
    program = tmp_path / "copied.py"
    code = code.replace(call, f"{call[:-1]}, epochs=1)")
    program.write_text(code, encoding="utf-8")
    process = subprocess.run(
        [sys.executable, program.name],
        cwd=tmp_path,
        env=os.environ | framework.backends[0].environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=HANG,
    )
    assert process.returncode == 0, process.stderr
    accuracy = re.search(
        r"^test accuracy (\d\.\d+)$", process.stdout, re.MULTILINE
    )
    assert accuracy, process.stdout
    # An epoch reaches 0.81 to 0.88; who guesses, 0.1.
    assert float(accuracy[1]) > 0.7


def test_benchmarks_show_the_part_that_a_reader_chooses(page: Page) -> None:
    page.goto("benchmarks/")
    choices = page.locator(".choices").first
    visible = choices.locator(".measured").locator("visible=true")
    expect(visible).to_have_count(1)
    for select in choices.locator("select").all():
        name = select.get_attribute("name")
        for value in select.locator("option").all_inner_texts():
            select.select_option(value)
            expect(visible).to_have_count(1)
            expect(visible).to_have_attribute(f"data-{name}", value)
            expect(visible.locator("svg")).to_be_visible()


def test_benchmarks_are_all_there_without_javascript(
    browser: Browser, base: str
) -> None:
    context = browser.new_context(base_url=base, java_script_enabled=False)
    page = context.new_page()
    page.goto("benchmarks/")
    parts = page.locator(".choices .measured")
    assert parts.count() == parts.locator("visible=true").count() > 1
    context.close()
