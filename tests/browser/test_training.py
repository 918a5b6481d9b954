"""Training, watched: the page that replays the recording."""

import base64
import json
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from pages import training
from tests.browser.site_pages import axe_faults

RECORD = training.read_record()


def test_keyboard_scrubs_and_the_numbers_are_the_record_s(page: Page) -> None:
    page.goto("training/")
    slider = page.locator(".replay input")
    slider.focus()
    for _ in range(16):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("step=16"))
    for slug, losses in RECORD["losses"].items():
        said = page.locator(f".replay li[data-slug='{slug}'] output")
        expect(said).to_have_text(f"{losses[15]:.6f}")
    answers = np.frombuffer(base64.b64decode(RECORD["answers"]), np.uint8)
    right = int((answers.reshape(101, -1)[16] == RECORD["labels"]).sum())
    expect(page.locator(".replay .wrong")).to_contain_text(
        f"{right} of 200 test digits right"
    )


@pytest.mark.slow
def test_replay_is_accessible(page: Page) -> None:
    page.goto("training/?step=16")
    expect(page.locator(".replay .seen")).to_be_visible()
    assert axe_faults(page, context=".replay") == []


def test_recording_comes_when_it_is_touched(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("training/")
    # The page has nothing more to do.
    page.evaluate("new Promise((go) => requestIdleCallback(go))")
    assert not any("replay.json" in url for url in asked)
    page.goto("training/?step=100")
    expect(page.locator(".replay .seen")).to_be_visible()
    last = json.dumps(RECORD["losses"][RECORD["reference"]][99])
    expect(page.locator(".controls output")).to_contain_text(
        f"loss {float(last):.4f}"
    )
