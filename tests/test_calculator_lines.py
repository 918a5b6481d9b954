"""The calculator's lines, executed in every framework that has some."""

import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lab.frameworks import Framework, frameworks
from tests.javascript import axes_of, evaluate, laid

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
import json, sys
import numpy as np

given = json.load(sys.stdin)
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
print("executed %d" % len(given["cases"]))
"""


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


@functools.cache
def moves() -> list[tuple[dict[str, str], dict[str, Any]]]:
    """({framework's folder: line}, its case) for each pair and size."""
    asked = [
        (before, after, sizes)
        for before, after in PAIRS
        for sizes in sizes_of(before, after)
    ]
    lines = evaluate(
        "explorer/calculator",
        "return a.map(asked => m.lines(...asked))",
        asked,
    )
    return [(named, case_of(*each)) for named, each in zip(lines, asked)]


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


def cases_of(framework: Framework) -> list[Any]:
    """All that is to be executed in `framework`."""
    cases = [
        case | {"line": lines[framework.name]}
        for lines, case in moves()
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
        same = evaluate(
            "explorer/calculator",
            "return a.map(pair => m.sameShape(...pair))",
            asked,
        )
        cases += [
            case_of(*pair, sizes, memory=True) | {"line": line[framework.name]}
            for pair, line in zip(asked, same)
            for sizes in sizes_of(*pair)
        ]
    return cases


@pytest.mark.parametrize("framework", WITH_LINES, ids=lambda f: f.name)
def test_every_pair_has_a_line(framework: Framework) -> None:
    pairs = {
        case["pair"] for lines, case in moves() if framework.name in lines
    }
    assert pairs == movable(framework)


# The reference's are executed each time, for its library is here already.
@pytest.mark.framework
@pytest.mark.parametrize(
    "framework",
    [
        pytest.param(
            f, id=f.name, marks=[] if f.reference else [pytest.mark.slow]
        )
        for f in WITH_LINES
    ],
)
def test_lines_do_what_they_say(
    framework: Framework, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    python = [sys.executable]
    if framework.era != "today":
        python = request.getfixturevalue("python_2018")
    assert framework.arrays
    cases = cases_of(framework)
    given = msgspec.structs.asdict(framework.arrays) | {"cases": cases}
    process = subprocess.run(
        [*python, "-c", EXECUTE],
        input=json.dumps(given),
        env=os.environ | framework.backends[0].environment,
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert process.stdout.splitlines()[-1] == f"executed {len(cases)}"


@pytest.mark.parametrize(
    "printed",
    [
        "torch.Size([128, 32, 14, 14])",
        "(128, 32, 14, 14)",
        "[128,32,14,14]",
        "TensorShape([128, 32, 14, 14])",
        "float32[128,32,14,14]",
        "128x32x14x14",
        "128×32×14×14",
    ],
)
def test_a_shape_is_taken_as_it_is_printed(printed: str) -> None:
    found = evaluate("explorer/calculator", "return m.sizesIn(a)", printed)
    assert found == [128, 32, 14, 14]
