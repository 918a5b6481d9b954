"""Training, watched: the recording, and the page that replays it."""

import base64
import json
import re
import runpy
from collections.abc import Iterator

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from lab import results
from lab.frameworks import ROOT, every, reference
from pages import training
from tests.browser.explorer import patient

RECORD = training.record()


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    context = patient(browser.new_context(base_url=base))
    yield context.new_page()
    context.close()


def test_recording_agrees_with_parity() -> None:
    """A framework that came later is recorded when somebody does."""
    assert set(RECORD["losses"]) <= {i.slug for i in every()}
    assert all(len(found) == 100 for found in RECORD["losses"].values())
    # The reference's losses were measured before, by another command.
    known = results.parity()[reference().slug]["losses"]
    assert RECORD["losses"][RECORD["reference"]] == pytest.approx(
        known, rel=1e-9
    )


def test_bytes_are_within_their_step_of_float64() -> None:
    run = runpy.run_path(str(ROOT / "evidence" / "training" / "record.py"))
    kernels, answers = run["reference_run"](3)
    shown = training.kernels(RECORD)
    assert abs(shown[:4] - kernels).max() <= RECORD["kernel_scale"] / 2 + 1e-9
    packed = np.frombuffer(base64.b64decode(RECORD["sure"]), np.uint8)
    sure = packed.reshape(101, -1)[:4] / 255
    assert abs(sure - answers.max(axis=2)).max() <= 0.5 / 255 + 1e-6
    size = sum(
        path.stat().st_size for path in training.RECORD.parent.glob("*.*")
    )
    assert size < 300_000


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
    assert Axe().run(page, context=".replay").response["violations"] == []


def test_recording_comes_when_it_is_touched(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("training/")
    page.wait_for_load_state("networkidle")
    assert not any("replay.json" in url for url in asked)
    page.goto("training/?step=100")
    expect(page.locator(".replay .seen")).to_be_visible()
    last = json.dumps(RECORD["losses"][RECORD["reference"]][99])
    expect(page.locator(".controls output")).to_contain_text(
        f"loss {float(last):.4f}"
    )
