"""The explorer at a reader's hand: pointer, keys, buttons and fields."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from pages import cachelines
from pages.cachelines import LAYOUTS
from tests.browser.explorer import (
    Opened,
    at,
    drawn,
    over_cell,
    picture,
    rows,
    said,
    state,
    value,
)

# Keeps the explorer's timers: those that run when it is asked.
TIMERS = """() => {
  const { setInterval: start, clearInterval: end } = window;
  window.timers = new Set();
  window.setInterval = (act, every) => {
    const timer = start(act, every);
    if (every === 300) timers.add(timer);
    return timer;
  };
  window.clearInterval = timer => {
    timers.delete(timer);
    end(timer);
  };
}"""


def test_an_index_lights_its_offset(opened: Opened) -> None:
    page = opened("?tensor=pool1&layout=NHWC&at=0.5.0.0")
    memory, plane = picture(page, "memory"), picture(page, "plane")
    at(page, "plane", (9.5 / 14, 3.5 / 14))
    expect(said(page, "formula")).to_contain_text("c 5, h 3, w 9")
    assert value(page) == np.ravel_multi_index((3, 9, 5), (14, 14, 32))
    assert picture(page, "memory") != memory
    assert picture(page, "plane") != plane


def test_memory_lights_its_index(opened: Opened) -> None:
    page = opened("?tensor=pool1&layout=NHWC&at=0.0.0.0&window=off")
    memory, plane = picture(page, "memory"), picture(page, "plane")
    over_cell(page, 4, 2)
    expect(page.locator(".lx-memory")).to_have_attribute("aria-valuenow", "66")
    assert state(page)["index"] == {"N": 0, "C": 2, "H": 0, "W": 2}
    assert page.locator("[data-axis=C]").input_value() == "2"
    assert picture(page, "memory") != memory
    assert picture(page, "plane") != plane
    # Left of the cells is no number.
    over_cell(page, 8, -1)
    drawn(page)
    assert value(page) == 66


@pytest.mark.slow
def test_padding_is_no_index(opened: Opened) -> None:
    page = opened("?tensor=input&layout=nChw8c&at=0.0.0.0&window=off")
    over_cell(page, 0, 3)
    drawn(page)
    assert value(page) == 0
    page.locator(".lx-memory").focus()
    page.keyboard.press("ArrowRight")
    expect(said(page, "formula")).to_contain_text("w 1")
    assert value(page) == 8
    expect(said(page, "bytes")).to_contain_text("88 % of them padding")


@pytest.mark.slow
def test_dragging_over_all_of_memory(opened: Opened) -> None:
    page = opened("?tensor=conv2&layout=NCHW&at=0.0.0.0")
    at(page, "map", (0.9, 0.9))
    drawn(page)
    assert value(page) == 0  # only a pressed pointer drags
    page.mouse.down()
    at(page, "map", (0.5, 0.5))
    page.mouse.up()
    drawn(page)
    volume = 64 * 14 * 14
    assert abs(value(page) - volume / 2) < 0.1 * volume


@pytest.mark.slow
def test_sliders_and_arrow_keys(opened: Opened) -> None:
    page = opened("?tensor=pool1&layout=NCHW&at=0.0.0.0")
    page.locator("[data-axis=C]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".lx-memory")).to_have_attribute(
        "aria-valuenow", "196"
    )
    memory = page.locator(".lx-memory")
    memory.focus()
    for key, wanted in [
        ("ArrowRight", 197),
        ("ArrowDown", 213),
        ("ArrowUp", 197),
        ("ArrowLeft", 196),
        ("PageDown", 452),
        ("PageUp", 196),
        ("End", 6271),
        ("ArrowRight", 6271),
        ("Home", 0),
        ("ArrowLeft", 0),
    ]:
        page.keyboard.press(key)
        expect(memory).to_have_attribute("aria-valuenow", str(wanted))
    assert memory.get_attribute("aria-valuetext") == (
        "offset 0: n 0, c 0, h 0, w 0"
    )


def test_everything_is_reached_by_tab(opened: Opened) -> None:
    page = opened("?tensor=pool1")
    page.locator("[name=tensor]").focus()
    wanted = {
        *["tensor", "layout", "batch", "by", "C", "H", "W", "Memory: offset"],
        *["window", "back", "step", "play", "op", "numbers", "Apply", "to"],
        *["from", "shape", "type"],
    }
    page.evaluate(
        """() => {
          const name = e => e.name || e.dataset.axis || e.dataset.do ||
            e.ariaLabel || e.textContent;
          window.seen = [name(document.activeElement)];
          document.addEventListener("focusin", ({ target }) =>
            seen.push(name(target)));
        }"""
    )
    seen: set[str] = set()
    for _ in range(15):
        for _ in range(10):
            page.keyboard.press("Tab")
        seen |= set(page.evaluate("seen"))
        if seen >= wanted:
            break
    assert seen >= wanted


def test_window_steps_and_is_counted(opened: Opened) -> None:
    page = opened("?tensor=pool1&layout=NCHW&batch=128&at=0.0.7.6")
    page.locator("[data-do=step]").click()
    expect(said(page, "position")).to_contain_text(
        "3×3 convolution at row 7, column 7: 288 numbers, 1,152 bytes, "
        f"between the offsets {6 * 14 + 6} and {31 * 196 + 8 * 14 + 8:,}."
    )
    counted = rows(page, "counts")
    assert [row[0] for row in counted] == list(LAYOUTS)
    for layout, lines, new, used in counted:
        numbers, touched, *_ = cachelines.count_lines("conv2", layout)
        assert int(lines) == touched
        assert used == f"{round(100 * numbers / (16 * touched))} %"
        where = cachelines.number_offsets(layout, 128, 32, 14, 14)[0]
        before, now = (
            set((w // 16).tolist())
            for w in list(cachelines.window_offsets(where))[
                7 * 14 + 6 : 7 * 14 + 8
            ]
        )
        assert int(new) == len(now - before)
    current = said(page, "counts").locator("[aria-current=true]")
    expect(current).to_contain_text("NCHW")
    page.locator("[data-do=back]").click()
    expect(said(page, "position")).to_contain_text("row 7, column 6")
    # The window goes on in the next row, and from the end to the start.
    page.goto(page.url.split("?")[0] + "?tensor=pool1&at=0.0.13.13")
    page.locator("[data-do=step]").click()
    expect(said(page, "position")).to_contain_text("row 0, column 0")

    page.locator("[name=window]").uncheck()
    assert state(page)["window"] is False
    drawn(page)
    memory = picture(page, "memory")
    page.locator("[name=window]").check()
    drawn(page)
    assert picture(page, "memory") != memory


@pytest.mark.slow
def test_pooling_reads_one_channel(opened: Opened) -> None:
    page = opened("?tensor=conv1&layout=NHWC&at=0.3.4.5")
    expect(said(page, "position")).to_contain_text(
        "2×2 pooling at row 2, column 2: 4 numbers"
    )
    for tensor in "pool2", "flat", "kernel2", "dense":
        page.locator("[name=tensor]").select_option(tensor)
        expect(said(page, "windows")).to_be_hidden()


@pytest.mark.slow
def test_play_stops_and_respects_reduced_motion(opened: Opened) -> None:
    page = opened("?tensor=pool1&at=0.0.0.0")
    page.evaluate(TIMERS)
    button = page.locator("[data-do=play]")
    button.click()
    expect(button).to_have_text("Stop")
    assert page.evaluate("timers.size") == 1
    expect(said(page, "position")).to_contain_text(
        re.compile("column ([2-9]|1[0-3]):")
    )
    button.click()
    expect(button).to_have_text("Play")
    # Nothing is left that would step, however long one waits.
    assert page.evaluate("timers.size") == 0
    where = state(page)["index"]
    drawn(page)
    assert state(page)["index"] == where

    still = opened("?tensor=pool1", reduced_motion="reduce")
    expect(still.locator("[data-do=play]")).to_be_hidden()
    expect(still.locator("[data-do=step]")).to_be_visible()


@pytest.mark.slow
def test_operations_tell_views_from_copies(opened: Opened) -> None:
    page = opened("?tensor=pool2&layout=NHWC&window=off")

    def apply(op: str, numbers: str = "") -> None:
        page.locator("[name=op]").select_option(op)
        page.locator("[name=numbers]").fill(numbers)
        page.locator("[name=numbers]").press("Enter")

    apply("permute", "0, 3, 1, 2")
    apply("flatten", "1")
    apply("reshape", "64 -1")
    wanted = [
        ["x", "1×7×7×64", "3,136 · 448 · 64 · 1", "contiguous"],
        [
            ".permute(0, 3, 1, 2)",
            "1×64×7×7",
            "3,136 · 1 · 448 · 64",
            "view, not contiguous",
        ],
        [".flatten(1)", "1×3136", "3,136 · 1", "copy: 12,544 bytes"],
        [".reshape(64, -1)", "64×49", "49 · 1", "view"],
    ]
    expect(said(page, "ops").locator("tr")).to_have_count(4)
    assert rows(page, "ops") == wanted
    error = page.locator("layout-explorer .lx-error")
    apply("permute", "0 2")
    expect(error).to_have_text("permute wants each of 0 to 1 once.")
    apply("contiguous", "7")
    expect(error).to_have_text("")
    page.locator("[data-do=undo]").click()
    page.locator("[data-do=undo]").click()
    expect(said(page, "ops").locator("tr")).to_have_count(3)
    page.locator("[name=layout]").select_option("NCHW")
    expect(said(page, "ops").locator("tr")).to_have_count(1)
    expect(page.locator("[data-do=undo]")).to_be_disabled()


@pytest.mark.slow
def test_the_classic_bug_as_a_picture(opened: Opened) -> None:
    page = opened("?tensor=input&layout=NCHW&batch=1&to=NHWC")
    expect(said(page, "verdict")).to_have_text(
        "From NCHW to NHWC, image 0, channel 0: no pixel differs."
    )
    page.locator("[name=batch]").select_option("6")
    page.locator("layout-explorer [name=to]").select_option("HWCN")
    expect(said(page, "verdict")).to_contain_text("pixels differ")
    expect(said(page, "meant")).to_have_text("Meant: permute, axes 2, 3, 1, 0")
    expect(said(page, "written")).to_have_text(
        "Written: reshape(28, 28, 1, 6)"
    )
    shots = [
        page.evaluate(
            "name => document.querySelector(`[data-is=${name}]`).toDataURL()",
            name,
        )
        for name in ("right", "wrong")
    ]
    assert shots[0] != shots[1]
    expect(said(page, "wrong")).to_have_attribute(
        "aria-label", re.compile("scrambled")
    )
    # One channel of sixteen: no such reshape exists, and none is shown.
    page.locator("layout-explorer [name=to]").select_option("nChw16c")
    expect(said(page, "verdict")).to_contain_text("reshape refuses")
    expect(said(page, "wrong")).to_be_hidden()
