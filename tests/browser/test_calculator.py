"""The calculator as the page shows it; tests/test_calculator_lines.py executes
its lines."""

import re

import pytest
from playwright.sync_api import expect

from lab.frameworks import frameworks
from tests.browser.explorer import Opened, said

WITH_LINES = [f for f in frameworks() if f.arrays]
WRONG = [
    ("shape", "128 30", "NCHW has 4 axes and the shape 2."),
    ("shape", "", "NCHW has 4 axes and the shape 0."),
    (
        "shape",
        "None 28 28 1",
        "“None” is left open: put a number, such as 1.",
    ),
    ("shape", "2.5 3 4 4", "“2.5” is no size."),
    (
        "shape",
        "100000 100000 100000 8",
        "too large: beyond 2⁵³ this page cannot count exactly.",
    ),
    ("shape", "1 0 1 1", "a size is a whole number from 1 on."),
    ("from", "NC?", "“NC?”: letters, then blocks such as 8c."),
    ("from", "NCHC", "“NCHC” names an axis twice."),
    ("from", "NCHD", "NCHD and nChw8c do not name the same axes."),
]


IDS = [
    "too-few",
    "none",
    "left-open",
    "fraction",
    "too-large",
    "zero",
    "letter",
    "axis-twice",
    "other-axes",
]


# One of a shape and one of a layout; the others are slow.
@pytest.mark.parametrize(
    "name, text, words",
    [
        pytest.param(
            *wrong,
            id=name,
            marks=[]
            if name in ("left-open", "axis-twice")
            else pytest.mark.slow,
        )
        for name, wrong in zip(IDS, WRONG, strict=True)
    ],
)
def test_what_is_wrong_is_said(
    opened: Opened, name: str, text: str, words: str
) -> None:
    calculator = opened("?calculate=NCHW_128.32.14.14_nChw8c").locator(
        "layout-calculator"
    )
    error = calculator.locator(".lx-error")
    result = calculator.locator(".lx-result")
    calculator.locator(f"[name={name}]").fill(text)
    expect(error).to_have_text(words)
    expect(result).to_be_hidden()
    # And it goes when it is put right.
    calculator.locator("[name=from]").fill("NCHW")
    calculator.locator("[name=shape]").fill("128 32 14 14")
    expect(result).to_be_visible()


def test_lines_are_shown(opened: Opened) -> None:
    page = opened()
    calculator = page.locator("layout-calculator")
    code = calculator.locator(".lx-code")
    for framework in WITH_LINES:
        arrays = framework.arrays
        assert arrays
        expect(code).to_contain_text(framework.label)
        axes = "(1, 2, 0)" if arrays.batch_first else "(0, 2, 3, 1)"
        line = f"{arrays.module}.transpose(x, {axes})"
        if arrays.method:
            line = f"x.{arrays.method}{axes}"
        expect(code).to_contain_text(arrays.whole.replace("{}", line))
        if arrays.same_shape and framework.image_layout == "NCHW":
            name = framework.also["NHWC"]
            expect(code).to_contain_text(f"{framework.label}, same shape")
            expect(code).to_contain_text(arrays.same_shape.replace("{}", name))
    expect(said(page, "axes")).to_have_text(
        "Axes from NCHW to NHWC: 0, 2, 3, 1. And back: 0, 3, 1, 2."
    )
    calculator.locator("[name=to]").fill("HWCN")
    for framework in WITH_LINES:
        if framework.arrays and framework.arrays.batch_first:
            words = f"{framework.label} keeps the batch in front"
            expect(code).to_contain_text(words)


def test_strides_and_bytes_are_shown(opened: Opened) -> None:
    calculator = opened().locator("layout-calculator")
    calculator.locator("[name=to]").fill("nChw8c")
    calculator.locator("[name=type]").select_option("uint8")
    found = [
        row.locator("td").all_inner_texts()
        for row in calculator.locator("tbody tr").all()
    ]
    assert found[1] == [
        "nChw8c",
        "128×4×14×14×8",
        "6,272 · 1,568 · 112 · 8 · 1",
        "6,272 · 1,568 · 112 · 8 · 1",
        "802,816 bytes",
    ]


def test_a_padded_layout_is_laid_out(opened: Opened) -> None:
    page = opened()
    calculator = page.locator("layout-calculator")
    calculator.locator("[name=shape]").fill("torch.Size([1, 1, 6, 6])")
    calculator.locator("[name=to]").fill("nChw8c")
    cells = calculator.locator("tbody tr").last.locator("td")
    assert cells.all_inner_texts() == [
        "nChw8c",
        "1×1×6×6×8",
        "288 · 288 · 48 · 8 · 1",
        "1,152 · 1,152 · 192 · 32 · 4",
        "1,152 bytes",
    ]
    expect(said(page, "axes")).to_contain_text("pad the array first")
    expect(calculator.locator(".lx-code")).to_be_empty()
    expect(page).to_have_url(re.compile("_1[.]1[.]6[.]6_"))
