"""The sign of the house, its learned kernels, and the strip of trust."""

from pathlib import Path
from statistics import mean

import numpy as np
from safetensors.numpy import load_file

from lab import results
from lab.frameworks import ROOT, every, frameworks, reference
from pages.markup.numbers import scientific
from pages.markup.stale_remarks import (
    Days,
    add_stale_remark,
    join_days,
    stale_days,
)
from pages.markup.text import NOT_MEASURED
from pages.paths import GENERATED
from pages.seeds import accuracies, days_of

DATA = ROOT / "data" / "trained.safetensors"
ASSETS = ROOT / "docs" / "assets"
INK, PLUS, MINUS = "#16263d", "#ffc44d", "#6fb0f2"  # on the ink
MID_PLUS, MID_MINUS = "#b86e00", "#2f74bf"  # on white, and on black


def kernels() -> np.ndarray:
    """The first layer's, trained: 32×3×3."""
    return load_file(DATA)["conv1.kernel"][:, :, 0].transpose(2, 0, 1)


def cells(
    kernel: np.ndarray, x: float, y: float, size: float, gap: float,
    plus: str, minus: str, most: float,
) -> list[str]:  # fmt: skip
    """A kernel's nine numbers as squares of `size`, as strong as each is of
    `most`."""
    return [
        f'<rect x="{x + column * (size + gap):g}" '
        f'y="{y + row * (size + gap):g}" width="{size:g}" height="{size:g}" '
        f'fill="{plus if value > 0 else minus}" '
        f'opacity="{max(0.08, min(1, abs(value) / most)):.2f}"/>'
        for (row, column), value in np.ndenumerate(kernel)
    ]


def logo() -> str:
    """The kernel whose numbers are furthest apart."""
    found = kernels()
    kernel = found[np.ptp(found, axis=(1, 2)).argmax()]
    most = abs(kernel).max()
    return "\n".join([
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">',
        f'<rect width="32" height="32" rx="6" fill="{INK}"/>',
        *cells(kernel, 5, 5, 7, 0.5, PLUS, MINUS, most),
        "</svg>\n",
    ])  # fmt: skip


def strip() -> str:
    """All of them in a row."""
    found = kernels()
    most = abs(found).max()
    body = [
        cell
        for n, kernel in enumerate(found)
        for cell in cells(kernel, 15 * n, 0, 4, 0, MID_PLUS, MID_MINUS, most)
    ]
    width = 15 * len(found) - 3
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 12" '
        'shape-rendering="crispEdges">',
        *body,
        "</svg>\n",
    ])  # fmt: skip


def trust(folder: Path = results.FOLDER) -> str:
    """What speaks for the site, each with the way to its proof."""
    others = [i for i in every() if i != reference()]
    parity = results.parity(folder)
    far = [
        parity[i.slug]["max_abs_logits"] for i in others if i.slug in parity
    ]
    whole = len(far) == len(others)
    logits = scientific(max(far)) if whole else NOT_MEASURED
    runs = [mean(found["own"]) for found in accuracies(folder).values()
            if found["own"]]  # fmt: skip
    reached = (
        f"{100 * min(runs):.1f}–{100 * max(runs):.1f} %"
        if runs else NOT_MEASURED
    )  # fmt: skip
    weights = sum(w.size for w in load_file(DATA).values())
    gates = results.gates("mnist-5k", folder)
    then = [i for i in every() if i.framework.era == "2018"]
    own = join_days(*(of["own"] for of in days_of(folder).values()))
    passed = [run for i in then for run in gates.get(i.slug, [])]
    fresh: Days = frozenset()
    running = sum(i.slug in gates for i in then)
    labels = len({f.label for f in frameworks()})
    said = [
        (
            len(every()),
            f"implementations of {labels} frameworks, each a file "
            "that the tests train",
            "convnet.md",
            fresh,
        ),
        (
            f"{weights:,}",
            "parameters, in one file of weights for all",
            "port.md",
            fresh,
        ),
        (
            logits,
            "from float64 at most, in any logit of any of them",
            "same-numbers.md",
            stale_days(
                "parity", [parity[i.slug] for i in others if i.slug in parity]
            ),
        ),
        (
            reached,
            "of MNIST’s test digits, the mean of each framework",
            "convnet.md#the-whole-mnist",
            own,
        ),
        (
            "2018",
            f"still runs: {running} of its {len(then)} listings pass "
            "their gate today",
            "then-and-now.md#run-that-stack-today",
            stale_days("gates", passed),
        ),
    ]
    rows = [
        f"- [{add_stale_remark(f'**{head}** {text}', found)}]({link})"
        for head, text, link, found in said
    ]
    body = "\n".join(rows)
    return f'<div class="trust" markdown>\n\n{body}\n\n</div>\n'


def result_files(folder: Path = results.FOLDER) -> dict[Path, str]:
    """The logo, the row of kernels, the strip."""
    return {
        ASSETS / "logo.svg": logo(),
        ASSETS / "kernels.svg": strip(),
        GENERATED / "trust.md": trust(folder),
    }
