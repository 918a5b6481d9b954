"""What people see when a model moves, and what float64 says of it."""

import functools
from typing import Any, NamedTuple

import msgspec
import numpy as np

from lab.float64 import forward
from lab.frameworks import ROOT, decoded
from lab.rows import groups, rows

FILE = ROOT / "evidence" / "symptoms" / "symptoms.toml"
# A largest difference of less than this share of the largest output is one
# that a reader calls small.
SMALL = 0.01


class Symptom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table `[[symptom]]`."""

    name: str
    see: str  # a key of `sees`
    question: str
    threads: list[str]  # where it was asked
    cause: str = ""
    check: str = ""
    cure: str = ""
    link: str = ""
    # Of which row; and what of it is right and wrong. Another row may be what
    # is wrong.
    row: str = ""
    wrong_row: str = ""
    right: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    # Why there is no answer here.
    none: str = ""


class Symptoms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: what is seen, in order; and the symptoms."""

    sees: dict[str, str]
    symptom: list[Symptom]


class Signature(NamedTuple):
    """What parts right and wrong: how it looks, the largest difference, the
    largest output."""

    seen: str
    off: float
    largest: float


@functools.cache
def symptoms() -> Symptoms:
    """Those of the file. Raises BadInput."""
    return decoded(FILE, Symptoms)


def signature(symptom: Symptom) -> Signature | None:
    """How right and wrong part, of a symptom that names a row."""
    if not symptom.row:
        return None
    group, row = rows()[symptom.row]
    other = symptom.wrong_row or symptom.row
    right = forward(symptom.row, row.options | symptom.right)
    wrong = forward(
        other, rows()[other][1].options | symptom.wrong, like=symptom.row
    )
    layers = groups()[group].kind == "layers"
    off, largest, shapes = 0.0, 0.0, True
    for key in right.keys() & wrong.keys():
        a, b = right[key], wrong[key]
        if a.shape != b.shape:
            shapes = False
        elif key.startswith("outputs") or not layers:
            off = max(off, float(np.max(np.abs(a - b), initial=0)))
            largest = max(largest, float(np.abs(a).max()))
    if not shapes:
        return Signature("shape", off, largest)
    if not layers:
        return Signature("later", off, largest)
    states = [k for k in right if k.startswith("states")]
    if off < 1e-12 and states:
        moved = max(float(np.abs(right[k] - wrong[k]).max()) for k in states)
        largest = max(float(np.abs(right[k]).max()) for k in states)
        return Signature("later", moved, largest)
    if only_edges(right, wrong):
        return Signature("edges", off, largest)
    small = off < SMALL * largest
    return Signature("small" if small else "large", off, largest)


def only_edges(
    right: dict[str, np.ndarray], wrong: dict[str, np.ndarray]
) -> bool:
    """Do two images agree but for their rim?"""
    a, b = right.get("outputs/y"), wrong.get("outputs/y")
    if a is None or b is None or a.ndim != 4:
        return False
    inside = np.s_[:, 1:-1, 1:-1]
    if not a[inside].size:
        return False
    return bool(abs(a[inside] - b[inside]).max() < 1e-12)
