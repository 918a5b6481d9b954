"""The layers beyond the ConvNet: each agrees with float64, and a wrong one is
noticed."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from lab.carry import carry
from lab.errors import BadInput
from lab.frameworks import Framework, Implementation, every, frameworks
from lab.own import arguments, listed, own_arrays
from lab.processes import NOT_HERE
from lab.rows import Rule, given, groups, owns, rows, rules
from lab.symptoms import signature, symptoms
from tests.command_line import refusal, snippets
from tests.helpers import ROOT, Once, missing

# A few times what was seen, but where a rule says how far it is off.
UNITS = 32
# Of what is drawn: a few times its standard error.
DRAWN = 0.01
LISTED = [f for f in frameworks() if listed(f)]
KEEPS = [n for n, (_, row) in rows().items() if row.weights or row.states]
Say = Callable[[dict[str, np.ndarray], str, str], dict[str, np.ndarray]]
Ran = Callable[[Implementation], dict[str, Any]]


def run(title: str, folder: Path) -> None:
    snippets("layers", title, "--json", folder / "rows.json")


@pytest.fixture
def ran(once: Once) -> Ran:
    def of(implementation: Implementation) -> dict[str, Any]:
        title = implementation.title
        folder = once(f"layers-{title}", partial(run, title))
        written = json.loads((folder / "rows.json").read_text())
        [found] = written["results"]
        if found["error"] in NOT_HERE:
            missing(found["error"])
        assert not found["error"]
        return dict(found["rows"])

    return of


@pytest.mark.parametrize(
    "ours", [i for i in every() if listed(i.framework)], ids=lambda i: i.title
)
def test_every_row_is_as_float64_has_it(
    ours: Implementation, ran: Ran
) -> None:
    """Outputs, gradients and states; and with an option that is wrong it
    would not be."""
    framework = ours.framework
    faults = []
    for name, row in ran(ours).items():
        off = rules(framework).get(name, Rule()).off
        drawn = groups()[rows()[name][0]].kind in ("initialisers", "noise")
        if row["none"]:
            assert arguments(framework, name) is None
        elif row["error"]:
            faults.append(f"{name}: {row['error']}")
        elif off or drawn:
            if not row["max_abs"] < (DRAWN if drawn else 1.5 * off):
                faults.append(f"{name}: {row['max_abs']} off")
        elif not row["units"] < UNITS:
            faults.append(f"{name}: {row['where']} {row['units']} units off")
        for wrong in row.get("wrong", []):
            units = wrong["units"]
            if not drawn and units is not None and units < 10 * UNITS:
                faults.append(f"{name}: {wrong['options']} is not noticed")
    assert not faults


@pytest.mark.parametrize("framework", LISTED, ids=lambda f: f.name)
def test_every_row_is_there_or_says_why(framework: Framework) -> None:
    """Of today's; of 2018's there are those that people still hold."""
    for name in rows():
        said = rules(framework).get(name, Rule()).none
        here = arguments(framework, name) is not None
        assert not (here and said), name
        assert here or said or framework.era == "2018", name


def test_an_optimiser_goes_on_elsewhere(once: Once) -> None:
    """Fifty steps in each framework, fifty in each other."""

    def make(folder: Path) -> None:
        # A backend of each; the page has all.
        names = [
            Implementation(f, f.backends[-1]).title
            for f in LISTED
            if f.era == "today"
        ]
        snippets("states", *names, "--json", folder / "states.json")

    written = json.loads((once("states", make) / "states.json").read_text())
    moved = 0
    for found in written["results"]:
        assert not found["error"]
        for source, names in found["from"].items():
            for name, row in names.items():
                assert row["units"] < UNITS, (name, source, found["name"])
                moved += 1
    assert moved > 100


def weights_of(framework: Framework, name: str) -> dict[str, np.ndarray]:
    """A layer's own weights, as it would save them."""
    arrays = own_arrays(framework, name, given(name))
    return {
        key.split("/", 1)[1]: array
        for key, array in arrays.items()
        if key.startswith(("weights", "states"))
    }


def test_weights_go_both_ways() -> None:
    """Each layer from each framework to each and back: the same bits."""
    pairs = 0
    for name in KEEPS:
        have = [f for f in LISTED if rules(f).get(name, Rule()).weights]
        more: dict[str, Any] = {"as_named": True, **sizes(name)}
        say: Say = partial(carry, name, **more)
        for a in have:
            mine = say(tidy(a, name), a.name, a.name)
            for b in have:
                there = say(mine, a.name, b.name)
                back = say(there, b.name, a.name)
                if sums(b, name):
                    continue  # two biases are one there
                for key, array in back.items():
                    assert (array == mine[key]).all(), (name, a.name, b.name)
                pairs += 1
    assert pairs > 600


def sizes(name: str) -> dict[str, int]:
    """What no shape shows, of a row: each letter that means one size."""
    _, row = rows()[name]
    every: dict[str, set[int]] = {}
    for key, size in (row.sizes | row.options).items():
        if type(size) is int:
            every[key] = {size}
    for said in {**row.weights, **row.states}.values():
        for letter, size in zip(str(said[0]), map(int, said[1:])):
            every.setdefault(letter, set()).add(size)
    return {key: n for key, [n, *more] in every.items() if not more}


def sums(framework: Framework, name: str) -> bool:
    """Are two of the shared weights one there?"""
    return any(
        own.name.startswith("+")
        for key in rules(framework)[name].weights
        for own in owns(rules(framework)[name], key)
    )


def tidy(framework: Framework, name: str) -> dict[str, np.ndarray]:
    """Without what is another's part: what an MLX GRU adds, it has added."""
    found = weights_of(framework, name)
    return {n: a for n, a in found.items() if not n.startswith("+")}


def test_two_biases_become_one() -> None:
    """PyTorch's LSTM adds two; they arrive as their sum."""
    have = weights_of(of("pytorch2"), "lstm")
    have["bias_hh_l0"] = have["bias_ih_l0"] + 1
    found = carry("lstm", have, "pytorch2", "tensorflow2")
    assert found["bias"] == pytest.approx(2 * have["bias_ih_l0"] + 1)


def of(name: str) -> Framework:
    return next(f for f in LISTED if f.name == name)


def test_sizes_of_ones_own() -> None:
    """An LSTM of 7 and 5, where both kernels are one array."""
    kernel = np.arange(12.0 * 20).reshape(12, 20)
    have = {"kernel": kernel, "bias": np.arange(20.0)}
    found = carry("lstm", have, "tensorflow1", "pytorch2", I=7, H=5)
    assert found["weight_ih_l0"].shape == (20, 7)
    assert found["weight_hh_l0"].shape == (20, 5)
    # Its gates: input, new, forget, output; PyTorch's: input, forget, new.
    assert (found["weight_ih_l0"][5:10] == kernel[:7, 10:15].T).all()


@pytest.mark.parametrize(
    "layer, change, words",
    [
        ("dense_square", {}, "transposed it would fit as well"),
        ("dense", {"kernel": 0}, "has bias, weight, not bias, kernel, weight"),
        ("lstn", {}, "did you mean 'lstm'"),
        ("relu", {}, "no layer 'relu'"),
    ],
)
def test_what_is_not_carried(
    layer: str, change: dict[str, Any], words: str
) -> None:
    have: dict[str, Any] = {}
    if layer in rows():
        have = weights_of(of("pytorch2"), layer) | change
    with pytest.raises(BadInput, match=words):
        carry(layer, have, "pytorch2", "tensorflow2")


def test_the_book_for_programs_is_as_its_schema_says() -> None:
    docs = ROOT / "docs"
    schema = json.loads((docs / "phrasebook.schema.json").read_text("utf-8"))
    book = json.loads((docs / "phrasebook.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(book, schema)
    assert {row["name"] for row in book["rows"]} == set(rows())


def test_the_command_says_what_there_is() -> None:
    refusal(snippets("layers", "lsmt"), "did you mean 'lstm'")
    refusal(snippets("layers", "pytorhc2"), "did you mean 'pytorch2'")
    refusal(snippets("layers", "lstm", "--save"), "leave 'lstm' out")
    refusal(snippets("states", "pytorch2", "--save"), "name none")


@pytest.mark.parametrize(
    "symptom", symptoms().symptom, ids=lambda symptom: symptom.name
)
def test_a_symptom_looks_as_its_entry_says(symptom: Any) -> None:
    """What parts right and wrong, in float64, is under the heading that a
    reader looks under."""
    assert symptom.see in symptoms().sees
    assert bool(symptom.none) != bool(symptom.cause)
    found = signature(symptom)
    if found is None:
        return
    assert found.off > 0 or found.seen == "shape"
    if symptom.see in ("shape", "large", "edges", "small", "later"):
        assert found.seen == symptom.see


def test_most_symptoms_are_answered() -> None:
    answered = [s for s in symptoms().symptom if not s.none]
    assert len(answered) >= 45
    assert len(symptoms().symptom) == 50
