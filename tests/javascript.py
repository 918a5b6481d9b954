"""The site's modules run without a page, and a layout made of a real array."""

import functools
import json
import math
import re
import subprocess
from typing import Any

import numpy as np
from playwright._impl._driver import compute_driver_executable

from lab.frameworks import ROOT

ASSETS = ROOT / "docs" / "assets"
# A module that also defines an element loads; there is no page to hold one.
PROGRAM = """
import { readFileSync } from "node:fs";
globalThis.HTMLElement = class {};
globalThis.customElements = { define() {} };
const [assets, module, a] = JSON.parse(readFileSync(0, "utf8"));
const load = (name) => import(`${assets}/${name}.js`);
const run = async (m) => { %s };
process.stdout.write(JSON.stringify(await run(await load(module)) ?? null));
"""


def evaluate(module: str, body: str, argument: Any = None) -> Any:
    """What `body` returns, with `module` of docs/assets/ as `m` and
    `argument` as `a`. `await load(name)` gives it another module.

    Playwright brings the Node.js that runs it: the engine of Chromium."""
    node, _ = compute_driver_executable()
    process = subprocess.run(
        [node, "--input-type=module", "--eval", PROGRAM % body],
        input=json.dumps([ASSETS.as_uri(), module, argument]),
        capture_output=True,
        encoding="utf-8",
    )
    assert process.returncode == 0, process.stderr[-3000:]
    return json.loads(process.stdout)


@functools.cache
def offered() -> list[tuple[str, dict[str, int], str]]:
    """Every (tensor, its sizes in a batch of 1, layout) of the explorer."""
    tensors = evaluate("explorer/tensors", "return m.TENSORS")
    return [
        (name, tensor["sizes"], layout)
        for name, tensor in tensors.items()
        for layout in tensor["layouts"]
    ]


def laid(layout: str, sizes: dict[str, int]) -> np.ndarray:
    """A real array in `layout`, blocks as axes of their own, zeros where it
    is padded. Each element is its place in the row-major array of `sizes`,
    counted from 1."""
    order = axes_of(layout)
    array = np.arange(1, math.prod(sizes.values()) + 1)
    array = array.reshape(list(sizes.values()))
    array = array.transpose([list(sizes).index(axis) for axis in order])
    axes: list[Any] = list(order)
    blocks = re.findall(r"(\d+)([a-z])", layout)
    for k, (digits, axis) in reversed(list(enumerate(blocks))):
        at, size = axes.index(axis.upper()), int(digits)
        lacks = -array.shape[at] % size
        array = np.pad(
            array, [(0, lacks * (i == at)) for i in range(array.ndim)]
        )
        shape = array.shape
        array = array.reshape(
            *shape[:at], shape[at] // size, size, *shape[at + 1 :]
        )
        axes.insert(at + 1, k)
    inner = [axes.index(k) for k in range(len(blocks))]
    outer = [i for i in range(array.ndim) if i not in inner]
    return np.ascontiguousarray(array.transpose(outer + inner))


def axes_of(layout: str) -> str:
    """Its axes without its blocks: "NCHW" of "nChw8c"."""
    found = re.match("[A-Za-z]+", layout)
    assert found, layout
    return found[0].upper()
