"""The built site in a real browser, at a reader's hand."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

ROOT = Path(__file__).parent.parent
TODAY = sorted(
    (
        (path.parent.name, tomllib.loads(path.read_text(encoding="utf-8")))
        for path in ROOT.glob("snippets/*/framework.toml")
    ),
    key=lambda framework: framework[1]["order"],
)
TODAY = [(name, toml) for name, toml in TODAY if toml["era"] == "today"]
# For each tab set on the page: its labels, and the chosen one.
TABS = """
    [...document.querySelectorAll(".tabbed-set")].map(set => {
      const chosen = set.querySelector(":scope > input:checked").id;
      const labels = [...set.querySelectorAll(
        ":scope > .tabbed-labels > label")];
      return [labels.map(label => label.textContent.trim()),
        labels.find(label => label.htmlFor == chosen).textContent.trim()];
    })
"""


expect.set_options(timeout=30_000)  # CI's machines are slow


@pytest.fixture
def page(browser, base):
    context = browser.new_context(
        base_url=base, viewport={"width": 1440, "height": 900}
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


# Width and colours are independent, so two of the four pairs see each.
@pytest.mark.parametrize("width, scheme", [(390, "light"), (1440, "dark")])
def test_every_page_is_sound(browser, base, site, width, scheme):
    faults = []
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    )

    def fault_if(condition, what):
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
        page.goto(base + url, wait_until="networkidle")
        assert page.locator("body").get_attribute("data-md-color-scheme") == (
            "slate" if scheme == "dark" else "default"
        )
        excess = page.evaluate(
            "document.documentElement.scrollWidth - window.innerWidth"
        )
        fault_if(excess > 0, f"{excess} px too wide")
        for violation in Axe().run(page).response["violations"]:
            for node in violation["nodes"]:
                why = " ".join(node["failureSummary"].split())
                fault_if(True, f"{violation['id']}: {node['html']}: {why}")
    context.close()
    assert not faults, "\n".join(faults)


def test_choice_of_tab_follows_the_reader(page):
    def chosen(label):
        return {tab for labels, tab in page.evaluate(TABS) if label in labels}

    page.goto("")
    assert chosen("PyTorch") == {"Keras"}
    page.locator(".tabbed-labels label", has_text="PyTorch").first.click()
    assert chosen("PyTorch") == {"PyTorch"}
    page.goto("convnet/")
    assert chosen("PyTorch") == {"PyTorch"}
    page.reload()
    assert chosen("PyTorch") == {"PyTorch"}

    # A tab that only some pages have does not lose the choice on others.
    page.goto("then-and-now/")
    assert chosen("PyTorch") == {"PyTorch"}
    page.locator(".tabbed-labels label", has_text="CNTK").first.click()
    assert chosen("CNTK") == {"CNTK"}
    page.goto("")
    assert chosen("PyTorch") == {"PyTorch"}


def test_choice_of_colours_is_kept(page):
    body = page.locator("body")
    page.goto("")
    expect(body).to_have_attribute("data-md-color-scheme", "default")
    page.locator("label[title='Switch to dark mode']").click()
    expect(body).to_have_attribute("data-md-color-scheme", "slate")
    page.goto("convnet/")
    expect(body).to_have_attribute("data-md-color-scheme", "slate")


def test_search_finds_a_word(page):
    page.goto("")
    page.locator("input.md-search__input").press_sequentially("flatten")
    first = page.locator(".md-search-result__item").first
    expect(first).to_contain_text(re.compile("flatten", re.IGNORECASE))


def test_unknown_address_has_a_page(page):
    assert page.goto("no/such/page/").status == 404
    expect(page.locator("h1")).to_have_text("There is no page here")
    # Its style sheets and links hold at any depth.
    header = page.locator(".md-header")
    expect(header).to_have_css("background-color", "rgb(31, 58, 95)")
    page.locator("article a").click()
    expect(page.locator("h1")).to_contain_text("One ConvNet")


def copied(page, block):
    """The clipboard after a click on the block's copy button."""
    page.evaluate("navigator.clipboard.writeText('')")
    button = block.locator("button[data-md-type=copy]:visible")
    expect(button).to_have_count(1)
    button.click()
    text = page.wait_for_function("navigator.clipboard.readText()")
    return text.json_value()


def test_copied_command_has_no_prompt(page):
    page.goto("")
    console = page.locator(".language-console", has_text="make serve")
    assert copied(page, console).strip() == "make serve"


@pytest.mark.parametrize("name, toml", TODAY, ids=[name for name, _ in TODAY])
def test_copied_file_runs_and_passes_its_gate(page, tmp_path, name, toml):
    page.goto("convnet/")
    tabs = page.locator("#the-whole-file ~ .tabbed-set").first
    tabs.get_by_text(toml["label"], exact=True).click()
    program = tmp_path / "copied.py"
    program.write_text(copied(page, tabs), encoding="utf-8")

    run = subprocess.run(
        [sys.executable, program.name],
        cwd=tmp_path,
        env=os.environ | toml["runs"][0]["environment"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    accuracy = re.search(
        r"^test accuracy (\d\.\d+)$", run.stdout, re.MULTILINE
    )
    assert accuracy, run.stdout
    gate = min(run["gates"]["mnist-5k"] for run in toml["runs"])
    assert float(accuracy[1]) >= gate


def test_benchmarks_show_the_part_that_a_reader_chooses(page):
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


def test_benchmarks_are_all_there_without_javascript(browser, base):
    context = browser.new_context(base_url=base, java_script_enabled=False)
    page = context.new_page()
    page.goto("benchmarks/")
    parts = page.locator(".choices .measured")
    assert parts.count() == parts.locator("visible=true").count() > 1
    context.close()
