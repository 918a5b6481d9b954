"""The phrasebook's entrance: from one framework to another."""

import json

from playwright.sync_api import Browser, Page, expect

from lab.frameworks import ROOT
from tests.browser.explorer import patient

BOOK = json.loads((ROOT / "docs" / "phrasebook.json").read_text("utf-8"))
ROWS = {row["name"]: row for row in BOOK["rows"]}


def test_two_frameworks_are_chosen_with_the_keyboard(page: Page) -> None:
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("phrasebook/")
    assert not any("phrasebook.json" in url for url in asked)
    chosen = page.locator("[name=from]"), page.locator("[name=to]")
    for select, label in zip(chosen, ("PyTorch 2", "JAX")):
        select.focus()
        option = select.locator("option").filter(has_text=label)
        expect(option).to_be_attached()
        page.keyboard.type(label)
    table = page.locator("[data-book] table")
    line = table.locator("tr", has=page.get_by_text("BatchNorm, in training"))
    expect(line).to_contain_text("keep: 0.9 → 0.99")
    [price] = [
        copied["max_abs"]
        for copied in ROWS["batch_norm"]["copied"]
        if set(copied["of"]) == {"pytorch2", "jax_flax"}
    ]
    expect(line).to_contain_text(f"{price:.2g}")
    assert "from=pytorch2&to=jax_flax" in page.url
    # The address has them, and the entry is where its link says.
    page.reload()
    expect(line).to_contain_text("keep: 0.9 → 0.99")
    line.get_by_role("link").click()
    expect(page.locator("#batch_norm")).to_be_in_viewport()


def test_without_javascript_every_entry_is_there(
    browser: Browser, base: str
) -> None:
    context = patient(
        browser.new_context(base_url=base, java_script_enabled=False)
    )
    page = context.new_page()
    page.goto("phrasebook/")
    expect(page.locator("form.picker")).to_be_hidden()
    for name, row in ROWS.items():
        link = page.locator(f"a[href='../layers/{row['group']}/#{name}']")
        expect(link.first).to_have_text(row["title"])
    context.close()


def test_an_entry_is_cards_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("layers/recurrent/")
    table = page.locator("table[data-cards]").first
    box = table.bounding_box()
    assert box and box["width"] <= 390
    cell = table.locator("td").first
    label = cell.evaluate("e => getComputedStyle(e, '::before').content")
    assert cell.get_attribute("data-label") in label
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert not page.evaluate(wide)
