"""Results whose parts contradict each other, or what is known elsewhere."""

import datetime
import math
from collections.abc import Callable, Iterator
from typing import Any

from lab.frameworks import every
from lab.rows import rows

Result = dict[str, Any]
# Digits to train on, and to test on.
DIGITS = {"mnist-5k": (4000, 1000), "mnist": (60000, 10000)}
# Of a share of digits in float32: how far from a whole digit.
ROUNDED = 1e-2
# The reference's second file in results/parity/.
CONTROL = "control"


def contradictions(kind: str, found: Result, stem: str) -> Iterator[str]:
    """Each in words; `stem` is the name of the file, without .json."""
    try:
        datetime.datetime.fromisoformat(found["date"])
    except ValueError:
        yield f"date: there is no {found['date']}"
    if kind != "benchmarks":
        yield from of(found)
    if kind in LOOK:
        yield from LOOK[kind](found, stem)


def of(found: Result) -> Iterator[str]:
    """Whose it is; read_all() says where there is no such framework."""
    for i in every():
        known = i.framework
        if known.name == found["name"]:
            for key in "label", "era":
                if found[key] != getattr(known, key):
                    yield f"{key}: {known.name} has {getattr(known, key)}"
            break


def training(found: Result, stem: str) -> Iterator[str]:
    train, test = DIGITS[found.get("data", "mnist")]
    losses, epochs = found["losses"], found["epochs"]
    if len(losses) != epochs:
        yield f"losses: {len(losses)} of {epochs} epochs"
    if min(losses) < 0:
        yield f"losses: {min(losses)} is below 0"
    right = found["test_accuracy"] * test
    if abs(right - round(right)) > ROUNDED:
        yield f"test_accuracy: {found['test_accuracy']} of {test} digits"
    # As the processes that measured it wrote it.
    took = found["seconds"]["training"]
    rate = found["images_per_second"]
    if not math.isclose(rate * took, train * epochs, rel_tol=1e-9):
        yield f"images_per_second: {rate} in {took} s of training"


def gate(found: Result, stem: str) -> Iterator[str]:
    yield from training(found, stem)
    least = found["gate"]
    if least is not None:
        below = found["test_accuracy"] < least
        if below != bool(found["error"]):
            yield f"error: {found['error']}, where the gate is {least}"


def parity(found: Result, stem: str) -> Iterator[str]:
    reference = {i.framework.name for i in every() if i.framework.reference}
    due = found["name"] in reference and stem != CONTROL
    if due != ("losses" in found):
        yield f"losses: {'missing' if due else 'the reference alone has them'}"


def layers(found: Result, stem: str) -> Iterator[str]:
    for name, row in found["rows"].items():
        if name not in rows():
            yield f"rows: no layer is called {name!r}"
        there = {"max_abs", "units", "where", "options", "wrong"} & row.keys()
        if len(there) != (0 if row["none"] else 5):
            yield f"rows: {name} is neither measured nor none"


def states(found: Result, stem: str) -> Iterator[str]:
    known = {i.slug for i in every()}
    for source, its in found["from"].items():
        if source not in known:
            yield f"from: snippets/ has no {source}"
        for name in its:
            if name not in rows():
                yield f"from: no optimiser is called {name!r}"


def benchmark(found: Result, stem: str) -> Iterator[str]:
    check = found["check"]
    far = check and check["farthest"] > check["tolerance"]
    if far and not found["errors"]:
        yield f"check: {check['farthest']} apart, and no error"
    if len(set(found["cases"])) < len(found["cases"]):
        yield "cases: one is there twice"


LOOK: dict[str, Callable[[Result, str], Iterator[str]]] = {
    "gates": gate,
    "seeds": training,
    "parity": parity,
    "layers": layers,
    "states": states,
    "benchmarks": benchmark,
}
