"""The trained weights in every framework's own file, made by conversions."""

import contextlib
import json
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from lab import parity
from lab.convert import SAFETENSORS, convert
from lab.formats import File
from lab.frameworks import Framework, Implementation, frameworks
from lab.processes import Result, execute, interpreter
from tests.helpers import HANG, REQUIRE_ALL, Once
from tests.support.warm import warm

TRAINED = parity.DATA / "trained.safetensors"
# What a file is of, and what kind it is of: {name: File}.
FILES: dict[str, File] = {f.name: f.file for f in frameworks()} | {
    SAFETENSORS.name: SAFETENSORS.file
}


class Chain(NamedTuple):
    """What went in, what came out at the ends, and the files between."""

    weights: dict[str, np.ndarray]
    last: list[Path]
    files: dict[str, Path]
    # By the framework's name, what lab/inside/accuracy.py said of its file.
    alone: dict[str, Result]


def trained() -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = load_file(TRAINED)
    return found


def unusual() -> dict[str, np.ndarray]:
    """The trained weights, with values that a conversion by way of anything
    but float32 would lose; in place of the smallest, where they change no
    answer."""
    weights = trained()
    rows = weights["dense.kernel"].reshape(-1)
    odd = np.array([-0.0, 1e-45, -1e-40, np.nextafter(1e-38, 0)], "float32")
    rows[np.argsort(abs(rows))[: len(odd)]] = odd
    return weights


def trained_accuracy() -> float:
    with safe_open(TRAINED, "np") as file:
        return float(file.metadata()["test accuracy"])


def chain(once: Once, digits: Path) -> Chain:
    """Two chains, each of every other framework: safetensors → one framework
    after the other → safetensors. What is missing here is left out."""
    folder = once("chain", partial(make, digits))
    files = {
        f.name: folder / f.name / f.file.name
        for f in frameworks()
        if (folder / f.name).exists()
    }
    return Chain(
        load_file(folder / "first.safetensors"),
        [folder / f"last-{n}.safetensors" for n in range(2)],
        files,
        json.loads((folder / "alone.json").read_text()),
    )


def make(digits: Path, folder: Path) -> None:
    save_file(unusual(), folder / "first.safetensors")
    here = [f for f in frameworks() if interpreter(f, folder)]
    assert not REQUIRE_ALL or len(here) == len(frameworks())

    alone = {}
    with contextlib.ExitStack() as stack:
        for f in here:
            stack.enter_context(warm(f))
        for n in range(2):
            before, path = SAFETENSORS.name, folder / "first.safetensors"
            for f in here[n::2]:
                # Of its backends one; another loads the file that it wrote.
                title = Implementation(f, f.backends[-1]).title
                new = folder / f.name / f.file.name
                new.parent.mkdir()
                convert(before, title, path, new)
                before, path = title, new
                alone[f.name] = accuracy(f, new, digits)
            last = folder / f"last-{n}.safetensors"
            convert(before, SAFETENSORS.name, path, last)
    (folder / "alone.json").write_text(json.dumps(alone))


def accuracy(framework: Framework, path: Path, digits: Path) -> Result:
    """What the framework, by itself, makes of its file `path`."""
    return execute(
        Implementation(framework, framework.backends[0]),
        {
            "task": "accuracy",
            "path": framework.file.name,
            "digits": digits.name,
        },
        HANG,
        inputs=framework.file.paths(path) | {digits.name: digits},
    )
