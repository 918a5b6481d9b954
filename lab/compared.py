"""How far a framework's numbers are from float64's, and from what they must
not be taken for."""

import functools
import json
from typing import Any

import numpy as np

from lab.float64 import right
from lab.frameworks import Framework
from lab.own import options_of, shared_arrays, states_of
from lab.rows import Arrays, given, groups, rows

Entry = dict[str, Any]
# Of the largest number of its kind: what a smaller array is rounded as.
LEAST = 0.1


def farthest(arrays: Arrays, wanted: Arrays) -> tuple[float, float, str]:
    """The largest |difference|, and the largest in units of float32's spacing
    at the largest value of an array's kind, and which array that is. An array
    whose numbers are far below those of its kind, or all zero, is rounded as
    they are."""
    absolute, units, where = 0.0, 0.0, ""
    largest: dict[str, float] = {}
    for key, correct in wanted.items():
        kind, most = key.split("/")[0], float(np.abs(correct).max())
        if np.isfinite(most):
            largest[kind] = max(most, largest.get(kind, 0.0))
    for key, correct in wanted.items():
        if key not in arrays or not np.isfinite(correct).all():
            continue
        if arrays[key].shape != correct.shape:
            return np.inf, np.inf, f"{key} is {arrays[key].shape}"
        off = float(np.max(np.abs(arrays[key] - correct), initial=0.0))
        most = max(
            float(np.abs(correct).max()), LEAST * largest[key.split("/")[0]]
        )
        spacing = float(np.spacing(np.float32(most)))
        if not off / spacing <= units:
            units, where = off / spacing, key
        if not off <= absolute:
            absolute = off
    return absolute, units, where


@functools.cache
def known(name: str, options: str) -> Arrays:
    """What float64 makes of a row with `options`, in JSON: the same for every
    framework that takes them so."""
    return right(name, json.loads(options))


def compared(framework: Framework, name: str, arrays: Arrays) -> Entry:
    """The numbers of a row: how far it is from float64, and from what it must
    not be taken for."""
    group, row = rows()[name]
    _, options = options_of(framework, name)
    kind = groups()[group].kind
    if kind == "layers":
        arrays = shared_arrays(framework, name, arrays)
    elif kind == "optimisers":
        arrays = states_of(framework, name, arrays)
    correct = known(name, json.dumps(options))
    absolute, units, where = farthest(arrays, correct)
    entry: Entry = {
        "max_abs": absolute,
        "units": units,
        "where": where,
        "options": options,
        "wrong": [],
    }

    def add(said: dict[str, Any], other: Arrays) -> None:
        off = farthest(arrays, other)[1]
        far = None if off == np.inf else off  # of another shape
        entry["wrong"].append({"options": said, "units": far})

    for wrong in row.wrong:
        other = options | wrong
        if other != options:
            add(wrong, known(name, json.dumps(other)))
    if kind == "layers" and not entry["wrong"]:
        shared = given(name)
        key = next(k for k in shared if k.startswith(("weights", "inputs")))
        if row.weights:
            key = f"weights/{next(iter(row.weights))}"
        rolled = shared | {key: np.roll(shared[key], 1)}
        add({"rolled": key}, right(name, options, rolled))
    return entry
