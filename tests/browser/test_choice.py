"""One choice of a framework for the whole site, in a real browser."""

import re

from playwright.sync_api import Locator, Page, expect

from lab.frameworks import frameworks

TODAY = [f for f in frameworks() if f.era == "today"]
LABELS = {f.label for f in TODAY}
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


def test_choice_of_tab_follows_the_reader(page: Page) -> None:
    first, second, *_ = [f.label for f in TODAY]
    then = {f.label for f in frameworks() if f.era == "2018"}
    alone = next(f.label for f in frameworks() if f.label not in LABELS)

    def chosen(label: str) -> set[str]:
        return {tab for labels, tab in page.evaluate(TABS) if label in labels}

    def choose(label: str) -> None:
        words = re.compile(rf"^\s*{re.escape(label)}\s*$")
        page.locator(".tabbed-labels label", has_text=words).first.click()

    page.goto("")
    assert chosen(second) == {first}
    choose(second)
    assert chosen(second) == {second}
    page.goto("convnet/")
    assert chosen(second) == {second}
    page.reload()
    assert chosen(second) == {second}

    # A tab that only some pages have does not lose the choice on others.
    page.goto("then-and-now/")
    assert chosen(second) == {second}
    choose(alone)
    assert chosen(alone) == {alone}
    page.goto("port/")
    new = next(f.label for f in TODAY if f.label not in then)
    assert chosen(new) == {second}


def test_address_chooses_before_the_first_paint(page: Page) -> None:
    second = TODAY[1]
    name = second.label.lower()
    # Without the theme's script, which would come later: what stands in the
    # head is enough.
    page.route("**/bundle.*.js", lambda route: route.abort())
    page.goto(f"convnet/?framework={name}")
    for labels, tab in page.evaluate(TABS):
        assert second.label not in labels or tab == second.label
    page.unroute("**/bundle.*.js")

    # A click writes it, and a section's address names both.
    first = TODAY[0].label
    page.goto(f"convnet/?framework={name}")
    page.locator(f"label[for='train-{first.lower()}']").click()
    expect(page).to_have_url(re.compile(f"framework={first.lower()}"))
    page.goto(f"convnet/#evaluate-{name}")
    assert {t for labels, t in page.evaluate(TABS) if first in labels} == {
        second.label
    }

    # Who has no tab is named, with what stands there instead.
    page.goto("convnet/?framework=theano")
    expect(page.locator(".instead").first).to_have_text(
        f"Here is no tab for theano: this is {second.label}."
    )


def test_contents_and_links_know_the_tab(page: Page) -> None:
    def listed(words: str) -> Locator:
        return page.locator(".md-sidebar--secondary a", has_text=words)

    page.goto("fast/?framework=jax")
    expect(listed("Besides, for JAX")).to_be_visible()
    expect(listed("Besides, for PyTorch")).to_be_hidden()
    page.goto("fast/#surprise-torchcompile-trains-no-faster")
    expect(page.locator("#step-by-step-pytorch")).to_be_checked()
    heading = page.locator("#surprise-torchcompile-trains-no-faster")
    expect(heading).to_be_in_viewport()
    expect(listed("Besides, for PyTorch")).to_be_visible()
    expect(listed("Besides, for JAX")).to_be_hidden()


def test_eras_are_chosen_apart(page: Page) -> None:
    page.goto("port/?framework=jax&then=pytorch")
    expect(page.locator(".of-2018 input:checked")).to_have_id(
        "converters-of-2018-pytorch"
    )
    expect(page.locator("#converters-of-today-jax")).to_be_checked()
