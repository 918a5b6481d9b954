"""The explorer's states: in the address, in links, without JavaScript, for
assistive technology, and in the dark."""

import re

import pytest
from playwright.sync_api import Page, expect

from pages.cachelines import LAYOUTS
from tests.browser.explorer import (
    Opened,
    over_cell,
    picture,
    said,
    state,
)
from tests.browser.site_pages import axe_faults
from tests.helpers import until
from tests.javascript import offered

pytestmark = pytest.mark.slow


def test_the_address_holds_the_state(opened: Opened) -> None:
    page = opened()
    page.locator("[name=tensor]").select_option("conv2")
    page.locator("[name=layout]").select_option("nChw16c")
    page.locator("[name=batch]").select_option("32")
    page.locator("[name=by]").select_option("W")
    page.locator("layout-explorer [name=to]").select_option("NHWC")
    page.locator("[name=window]").uncheck()
    page.locator("[data-axis=N]").fill("7")
    page.locator("[data-axis=H]").fill("3")
    page.locator("[name=op]").select_option("reshape")
    page.locator("[name=numbers]").fill("32 -1")
    page.locator("[name=numbers]").press("Enter")
    page.locator("layout-calculator [name=shape]").fill("2 3 4 5")
    kept = state(page)
    expect(page).to_have_url(re.compile("calculate.*ops|ops.*calculate"))
    other = opened(page.evaluate("location.search"))
    assert state(other) == kept
    assert other.locator("layout-calculator [name=shape]").input_value() == (
        "2 3 4 5"
    )
    assert kept["index"] == {"N": 7, "C": 32, "H": 3, "W": 7}
    # Either part of the page leaves the other's words alone.
    other.locator("[data-axis=H]").fill("4")
    expect(other).to_have_url(re.compile("at=7[.]32[.]4[.]7"))
    assert "calculate=NCHW_2.3.4.5_NHWC_float32" in other.evaluate(
        "location.search"
    )


def test_passing_over_shows_and_a_click_keeps(opened: Opened) -> None:
    query = "?tensor=pool1&layout=NHWC&at=0.0.0.0&window=off"
    page = opened(query)
    # What waits to write the address writes at once.
    page.evaluate(
        """() => {
          const wait = setTimeout;
          window.setTimeout = (act, ms) => ms === 200 ? act() : wait(act, ms);
        }"""
    )
    memory = page.locator(".lx-memory")
    over_cell(page, 4, 2)
    expect(memory).to_have_attribute("aria-valuenow", "66")
    assert page.evaluate("location.search") == query
    page.mouse.move(1, 1)
    expect(memory).to_have_attribute("aria-valuenow", "0")
    assert page.evaluate("location.search") == query
    over_cell(page, 4, 2)
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(1, 1)
    assert "at=0.2.0.2" in page.evaluate("location.search")
    assert state(page)["index"] == {"N": 0, "C": 2, "H": 0, "W": 2}


def test_another_parameter_stays_encoded(opened: Opened) -> None:
    page = opened("?tensor=pool1&x=a%26tensor%3Dconv2%23frag")
    page.locator("[data-axis=H]").fill("3")
    expect(page).to_have_url(re.compile("at=0[.]16[.]3[.]7"))
    assert page.evaluate("location.search").endswith(
        "&x=a%26tensor%3Dconv2%23frag"
    )
    # Material's tracking may name the section that is in sight there.
    assert "frag" not in page.evaluate("location.hash")


def test_links_to_moments_and_back(opened: Opened) -> None:
    page = opened()
    links = page.locator('a[href^="?tensor="]')
    assert links.count() >= 8
    page.evaluate("window.same = true")
    for link in links.all():
        query = (link.get_attribute("href") or "").split("#")[0]
        link.click()
        wanted = page.evaluate(
            "q => import('../assets/explorer/state.js')"
            ".then(m => m.write(m.read(q)))",
            query,
        )
        assert "?" + wanted == query  # nothing in it is a slip
        now = page.evaluate(
            "import('../assets/explorer/state.js').then(m => "
            "m.write(document.querySelector('layout-explorer').state))"
        )
        assert now == wanted
        assert query in page.evaluate("location.search")
    assert page.evaluate("window.same")  # no new page was loaded
    page.go_back()
    expect(page.locator("[name=tensor]")).to_have_value("conv1")


def test_a_wrong_address_is_taken_as_far_as_it_goes(opened: Opened) -> None:
    page = opened(
        "?tensor=nope&layout=HWIO&batch=3&at=99.-1.x&by=Q&to=7"
        "&ops=explode,permute.9&window=maybe&calculate=_%3Cb%3E__nope"
    )
    found = state(page)
    assert (found["tensor"], found["layout"], found["batch"]) == (
        "pool1",
        "NCHW",
        1,
    )
    assert found["index"] == {"N": 0, "C": 16, "H": 7, "W": 7}
    expect(said(page, "ops").locator("tr")).to_have_count(1)


def test_every_tensor_and_layout_can_be_chosen(opened: Opened) -> None:
    page = opened()
    found = page.evaluate(
        """async offered => {
          const explorer = document.querySelector("layout-explorer");
          const choose = (name, value) => {
            const select = explorer.querySelector(`[name=${name}]`);
            if (select.disabled) return;
            select.value = value; // "" where there is no such option
            select.dispatchEvent(new Event("input", { bubbles: true }));
          };
          const found = [];
          for (const [tensor, , layout] of offered) {
            explorer.querySelector("[data-is=strides]").textContent = "";
            choose("tensor", tensor);
            choose("layout", layout);
            choose("batch", "128");
            await new Promise(requestAnimationFrame); // after its own
            found.push([
              explorer.state.tensor,
              explorer.state.layout,
              explorer.querySelector("[data-is=strides]").textContent,
              explorer.querySelector(".lx-memory").offsetHeight,
            ]);
          }
          return found;
        }""",
        offered(),
    )
    assert [(tensor, layout) for tensor, layout, _, _ in found] == [
        (name, layout) for name, _, layout in offered()
    ]
    for name, layout, strides, height in found:
        assert "1" in strides, (name, layout)
        assert height > 100, (name, layout)


def test_without_javascript_a_figure_says_it(opened: Opened) -> None:
    page = opened(java_script_enabled=False)
    figure = page.locator("layout-explorer svg")
    expect(figure).to_be_visible()
    for layout in LAYOUTS:
        expect(figure).to_contain_text(layout)
    expect(page.locator("layout-calculator")).to_contain_text("JavaScript")


def show_all(page: Page) -> None:
    """The widest tensor, and both errors."""
    page.locator("[name=tensor]").select_option("conv2")
    page.locator("[name=batch]").select_option("128")
    page.locator("[name=numbers]").fill("9")
    page.locator("[name=numbers]").press("Enter")
    page.locator("layout-calculator [name=shape]").fill("1")
    expect(page.locator("layout-explorer .lx-error")).not_to_have_text("")


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_overflows(opened: Opened, width: int) -> None:
    page = opened(viewport={"width": width, "height": 900})
    show_all(page)
    excess = page.evaluate(
        "document.documentElement.scrollWidth - window.innerWidth"
    )
    assert excess <= 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "width, scheme",
    [(390, "light"), (390, "dark"), (1440, "light"), (1440, "dark")],
)
def test_axe_finds_nothing(opened: Opened, width: int, scheme: str) -> None:
    page = opened(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    show_all(page)
    assert axe_faults(page) == []


def test_colours_follow_the_scheme(opened: Opened) -> None:
    page = opened("?tensor=pool1", color_scheme="light")
    light = picture(page, "memory"), picture(page, "map")
    page.locator("label[title='Switch to dark mode']").click()
    until(lambda: picture(page, "memory") != light[0])
    until(lambda: picture(page, "map") != light[1])
