"""A second opinion on what was accepted. It asks what a value is used for, and
repeats no check of lab/: numbers must agree with each other, a layout must
carry an array, an edit must find its place, a page must show a word."""

import html
import math
import re
from typing import Any

import msgspec
import numpy as np

from benchmarks.variants import Variant
from lab import rows
from lab.frameworks import Framework
from lab.tensors import SHAPES

# Digits to train on, and to test on.
DIGITS = {"mnist-5k": (4000, 1000), "mnist": (60000, 10000)}


def is_same_again(value: msgspec.Struct) -> bool:
    """Is it the same after it was written as JSON? NaN and infinity are
    not."""
    text = msgspec.json.encode(value)
    return msgspec.json.decode(text, type=type(value)) == value


def is_shown(text: str) -> bool:
    """Does a cell of a page's table show it as it is?"""
    return (
        bool(text.strip())
        and text.isprintable()
        and "|" not in text
        and html.escape(text) == text
    )


def judge_framework(f: Framework) -> None:
    """A manifest: its words, its layouts, its edits, its gates."""
    for text in f.label, f.status, f.licence_name, f.project, f.licence:
        assert is_shown(text), text
    kernel = np.zeros(SHAPES["conv1.kernel"])
    kernel.transpose(["HWIO".index(letter) for letter in f.kernel_layout])
    np.zeros(SHAPES["dense.kernel"]).reshape(f.dense_shape)
    assert {len(f.dense_shape), len({*f.dense_layout})} <= {2, 4}
    for edit in f.breaks.optimiser, f.breaks.loss:
        assert f.source().replace(edit[0], "", 1) != f.source()
    # Chance is right in 0.1 of ten digits.
    assert 0 < min(f.gates.small, f.gates.whole) < 1
    assert max(f.gates.small, f.gates.whole) < 1
    for name, shape in f.file.tensors.items():
        assert math.prod(shape) in map(math.prod, SHAPES.values()), name


def judge_variant(v: Variant) -> None:
    """A table of variants.toml: what it says of the module beside it."""
    source = v.implementation.framework.source(f"{v.module}.py")
    for find, new in v.edits:
        assert source.count(find) == 1, find
        source = source.replace(find, new)
    head = re.search(r"^def build_model\((.*?)\)", source, re.M | re.S)
    for option in v.options:
        assert head and re.search(rf"\b{re.escape(option)}\b", head[1])
    for case in v.cases:
        assert v.case(case).get("count", 1) > 0


def judge_rule(name: str, rule: rows.Rule) -> None:
    """A table of rules.toml: its layouts carry the row's arrays there."""
    assert math.isfinite(rule.off)
    row = rows.rows()[name][1]
    for key, said in {**row.weights, **row.states}.items():
        array = rows.draw(np.random.RandomState(0), said, 1.0)
        for own in rows.owns(rule, key):
            # Of an axis that becomes two, the first has one place.
            ones = re.findall(r"\((\w+) \w+\)", own.axes.split("->")[0])
            there = rows.to_own(
                array,
                str(said[0]),
                msgspec.structs.replace(own, gates=[]),
                dict.fromkeys(ones, 1),
            )
            assert sorted(there.flat) == sorted(array.flat)


def judge_group(group: rows.Group) -> None:
    """A file <group>.toml: its arrays can be drawn."""
    for name, row in group.rows.items():
        assert name.isidentifier() and row.steps > 0
        for said in {**row.weights, **row.states}.values():
            array = rows.draw(np.random.RandomState(0), said, row.scale)
            assert array.ndim == len(str(said[0])) and array.size
            assert np.isfinite(array).all()


def judge_training(found: dict[str, Any]) -> None:
    """A result of gates/ or seeds/: its numbers agree with each other."""
    train, test = DIGITS[found.get("data", "mnist")]
    assert len(found["losses"]) == found["epochs"]
    assert all(0 <= loss < math.inf for loss in found["losses"])
    right = found["test_accuracy"] * test
    assert abs(right - round(right)) <= 0.01
    digits = found["images_per_second"] * found["seconds"]["training"]
    assert math.isclose(digits, train * found["epochs"], rel_tol=1e-6)
    if (gate := found.get("gate")) is not None:
        assert (found["test_accuracy"] < gate) == bool(found["error"])
