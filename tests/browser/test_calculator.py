"""The calculator's lines: executed in every framework that has some, and as
the page shows them."""

import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from playwright.sync_api import expect

from lab.frameworks import Framework, frameworks
from tests.browser.explorer import Js, Opened, axes_of, laid, said

PAIRS = [
    *[("NCHW", "NHWC"), ("NHWC", "NCHW"), ("NCHW", "HWCN"), ("HWCN", "NHWC")],
    *[("OIHW", "HWIO"), ("HWIO", "OIHW"), ("OIHW", "OHWI"), ("CHW", "HWC")],
    *[("NC", "CN"), ("NCDHW", "NDHWC"), ("NCHW", "NCHW"), ("C", "C")],
    *[("NCHW", "nChw8c"), ("nChw8c", "NHWC"), ("nChw8c", "nChw16c")],
    *[("NHWC", "nChw16c"), ("OIHW", "OIhw8i8o"), ("OIhw8i8o", "HWIO")],
    *[("OIHW", "OIhw4i16o4i"), ("OIhw4i16o4i", "HWIO")],
]
SIZES = [
    {"N": 2, "C": 16, "D": 2, "H": 3, "W": 5, "O": 8, "I": 8},
    {"N": 1, "C": 48, "D": 3, "H": 1, "W": 2, "O": 16, "I": 32},
    {"N": 3, "C": 32, "D": 1, "H": 4, "W": 4, "O": 24, "I": 8},
]
WITH_LINES = [f for f in frameworks() if f.arrays]
# Also for Python 3.6. A framework's lines see its imports alone.
EXECUTE = """
import json, sys, traceback
import numpy as np

def execute(given):
    scope = {"np": np}
    exec(given["imports"], scope)
    for case in given["cases"]:
        line, shape = case["line"], tuple(case["shape"])
        array = np.array(case["x"], np.float32)
        alone = given["batch_first"] and not case["batch"]
        # A batch of one, which no line names.
        scope["array"] = array[None] if alone else array
        scope["x"] = eval(given["x"], scope)
        exec(line, scope)
        y = np.asarray(eval(given["numpy"], scope))
        if alone:
            y = y[0]
        if case["memory"]:
            # The shape stays, and memory is what y is elsewhere.
            assert y.shape == array.shape, (line, y.shape)
            y = y.ravel(order="K").reshape(shape)
        assert y.flags["C_CONTIGUOUS"], line
        assert y.shape == shape, (line, y.shape)
        assert (y == np.array(case["y"], np.float32)).all(), line
    return "executed %d" % len(given["cases"])

said = {}
for name, given in json.load(sys.stdin).items():
    try:
        said[name] = execute(given)
    except Exception:
        said[name] = traceback.format_exc()
print(json.dumps(said))
"""
Moves = list[tuple[dict[str, str], dict[str, Any]]]
Executed = Callable[[tuple[str, ...], str], dict[str, str]]


def sizes_of(before: str, after: str) -> list[dict[str, int]]:
    """Those of SIZES that the blocks of both layouts divide."""
    blocks = re.findall(r"(\d+)([a-z])", before + after)
    if "4i16o4i" in before + after:
        blocks.append(("16", "i"))
    return [
        {axis: sizes[axis] for axis in axes_of(before)}
        for sizes in SIZES
        if not any(sizes[axis.upper()] % int(n) for n, axis in blocks)
    ]


def case_of(
    before: str, after: str, sizes: dict[str, int], memory: bool = False
) -> dict[str, Any]:
    """What a line is executed on, and must come to."""
    x, y = laid(before, sizes), laid(after, sizes)
    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "shape": y.shape,
        "batch": "N" in sizes,
        "pair": (before, after),
        "memory": memory,
    }


@pytest.fixture(scope="session")
def moves(js: Js) -> Moves:
    """({framework's folder: line}, its case) for each pair and size."""
    asked = [
        (before, after, sizes)
        for before, after in PAIRS
        for sizes in sizes_of(before, after)
    ]
    lines = js("calculator", "return a.map(asked => m.lines(...asked))", asked)
    return [(found, case_of(*each)) for found, each in zip(lines, asked)]


def movable(framework: Framework) -> set[tuple[str, str]]:
    """The pairs for which the framework must have a line."""
    assert framework.arrays
    if not framework.arrays.batch_first:
        return set(PAIRS)
    return {
        pair
        for pair in PAIRS
        if all(axes_of(p)[0] == "N" or "N" not in axes_of(p) for p in pair)
    }


def cases_of(framework: Framework, moves: Moves, js: Js) -> list[Any]:
    """All that is to be executed in `framework`."""
    cases = [
        case | {"line": lines[framework.name]}
        for lines, case in moves
        if framework.name in lines
    ]
    if framework.arrays and framework.arrays.same_shape:
        asked = [
            (own, layout)
            for layout in framework.also
            for own in (framework.image_layout, framework.kernel_layout)
            if sorted(own) == sorted(layout)
        ]
        assert asked
        kept = js("calculator", "return a.map(p => m.sameShape(...p))", asked)
        cases += [
            case_of(*pair, sizes, memory=True) | {"line": line[framework.name]}
            for pair, line in zip(asked, kept)
            for sizes in sizes_of(*pair)
        ]
    return cases


@pytest.fixture(scope="session")
def executed(
    moves: Moves, js: Js, tmp_path_factory: pytest.TempPathFactory
) -> Executed:
    """executed(python, era): {framework's folder: what came of its lines}.
    One process for all of an era, as they are slow to import."""

    @functools.cache
    def executed(python: tuple[str, ...], era: str) -> dict[str, str]:
        given, environment = {}, dict(os.environ)
        for f in WITH_LINES:
            if f.arrays and f.era == era:
                cases = cases_of(f, moves, js)
                given[f.name] = msgspec.structs.asdict(f.arrays) | {
                    "cases": cases
                }
                environment |= f.backends[0].environment
        process = subprocess.run(
            [*python, "-c", EXECUTE],
            input=json.dumps(given),
            env=environment,
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path_factory.mktemp("lines"),
        )
        assert process.returncode == 0, process.stderr[-3000:]
        return json.loads(process.stdout.splitlines()[-1])

    return executed


@pytest.mark.parametrize("framework", WITH_LINES, ids=lambda f: f.name)
def test_lines_do_what_they_say(
    framework: Framework,
    moves: Moves,
    js: Js,
    executed: Executed,
    request: pytest.FixtureRequest,
) -> None:
    pairs = {case["pair"] for found, case in moves if framework.name in found}
    assert pairs == movable(framework)
    python = [sys.executable]
    if framework.era != "today":
        python = request.getfixturevalue("python_2018")
    found = executed(tuple(python), framework.era)[framework.name]
    count = len(cases_of(framework, moves, js))
    assert found == f"executed {count}", found


def test_calculator(opened: Opened) -> None:
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
    error = calculator.locator(".lx-error")
    result = calculator.locator(".lx-result")
    for name, text, words in [
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
    ]:
        calculator.locator(f"[name={name}]").fill(text)
        expect(error).to_have_text(words)
        expect(result).to_be_hidden()
        calculator.locator("[name=from]").fill("NCHW")
        calculator.locator("[name=shape]").fill("128 32 14 14")
        expect(result).to_be_visible()
    calculator.locator("[name=to]").fill("HWCN")
    for framework in WITH_LINES:
        if framework.arrays and framework.arrays.batch_first:
            words = f"{framework.label} keeps the batch in front"
            expect(code).to_contain_text(words)


@pytest.mark.parametrize(
    "printed",
    [
        "torch.Size([128, 32, 14, 14])", "(128, 32, 14, 14)",
        "[128,32,14,14]", "TensorShape([128, 32, 14, 14])",
        "float32[128,32,14,14]", "128x32x14x14", "128×32×14×14",
    ],
)  # fmt: skip
def test_a_shape_is_taken_as_it_is_printed(printed: str, js: Js) -> None:
    found = js("calculator", "return m.sizesIn(a)", printed)
    assert found == [128, 32, 14, 14]


def test_a_padded_layout_is_laid_out(opened: Opened) -> None:
    page = opened()
    calculator = page.locator("layout-calculator")
    calculator.locator("[name=shape]").fill("torch.Size([1, 1, 6, 6])")
    calculator.locator("[name=to]").fill("nChw8c")
    cells = calculator.locator("tbody tr").last.locator("td")
    assert cells.all_inner_texts() == [
        "nChw8c", "1×1×6×6×8", "288 · 288 · 48 · 8 · 1",
        "1,152 · 1,152 · 192 · 32 · 4", "1,152 bytes",
    ]  # fmt: skip
    expect(said(page, "axes")).to_contain_text("pad the array first")
    expect(calculator.locator(".lx-code")).to_be_empty()
    expect(page).to_have_url(re.compile("_1[.]1[.]6[.]6_"))
