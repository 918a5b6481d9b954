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

from lab import results
from lab.carry import carry
from lab.compared import compared
from lab.errors import BadInput
from lab.frameworks import Framework, Implementation, every, frameworks
from lab.freshness import find_state
from lab.own import arguments, by_row, listed, own_arrays
from lab.processes import NOT_HERE
from lab.rows import Rule, given, groups, owns, rows, rules
from lab.symptoms import signature, symptoms
from tests.command_line import refusal, snippets
from tests.evidence import note, read_seed
from tests.helpers import ROOT, Once, missing
from tests.visits import Visits, sample

# A few times what was seen, but where a rule says how far it is off.
UNITS = 32
# Of what is drawn: a few times its standard error.
DRAWN = 0.01
LISTED = [f for f in frameworks() if listed(f)]
KEEPS = [n for n, (_, row) in rows().items() if row.weights or row.states]
Say = Callable[[dict[str, np.ndarray], str, str], dict[str, np.ndarray]]
AT = {i.title: i for i in every() if listed(i.framework)}
BY_TITLE = pytest.mark.parametrize("title", AT)
Rows = dict[str, dict[str, Any]]
# Of kinds that draw at random, other numbers each time.
DRAWS = "initialisers", "noise"


def measure(once: Once, implementation: Implementation) -> Rows:
    """The rows of `implementation`, measured anew."""
    title = implementation.title

    def make(folder: Path) -> None:
        snippets("layers", title, "--json", folder / "rows.json")

    folder = once(f"layers-{title}", make)
    [found] = json.loads((folder / "rows.json").read_text())["results"]
    if found["error"] in NOT_HERE:
        missing(found["error"])
    assert not found["error"]
    return dict(found["rows"])


def recorded(kind: str, implementation: Implementation) -> dict[str, Any]:
    """What results/ has of `implementation`."""
    path = results.FOLDER / kind / f"{implementation.slug}.json"
    return results.read(kind, path)


def fresh(kind: str, title: str) -> bool:
    path = results.FOLDER / kind / f"{AT[title].slug}.json"
    return find_state(kind, path) == "fresh"


def draws(name: str) -> bool:
    return groups()[rows()[name][0]].kind in DRAWS


def faults_of(framework: Framework, measured: Rows) -> list[str]:
    """Where outputs, gradients and states are not float64's; and where they
    would be with an option that is wrong."""
    faults = []
    for name, row in measured.items():
        off = rules(framework).get(name, Rule()).off
        drawn = draws(name)
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
    return faults


@pytest.mark.framework
@BY_TITLE
def test_every_row_is_as_float64_has_it(
    title: str, once: Once, request: pytest.FixtureRequest
) -> None:
    """The result that is kept, where it is fresh; else it is measured."""
    ours, prove = AT[title], request.config.getoption("prove")
    if not prove and fresh("layers", title):
        table = recorded("layers", ours)["rows"]
        note(request, f"results/layers/{ours.slug}.json: {len(table)} rows")
    else:
        table = measure(once, ours)
    assert set(table) >= {
        name for name in rows() if arguments(ours.framework, name) is not None
    }
    assert faults_of(ours.framework, table) == []


def parted(name: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Where a row that was measured anew is not as it is kept, but for what
    another machine's rounding may do."""
    faults = [
        f"{name}: {key} was {old[key]}, is {new[key]}"
        for key in ("none", "error", "options")
        if old[key] != new[key]
    ]
    pairs = [("right", old["units"], new["units"])]
    before, after = (
        {json.dumps(w["options"]): w["units"] for w in row["wrong"]}
        for row in (old, new)
    )
    if before.keys() != after.keys():
        faults.append(f"{name}: wrong are {list(after)}, not {list(before)}")
    else:
        pairs += [(key, before[key], after[key]) for key in before]
    for key, was, now in pairs:
        if draws(name) or was is None or now is None:
            alike = draws(name) or was is now
        else:
            alike = now == pytest.approx(was, rel=0.01, abs=UNITS)
        if not alike:
            faults.append(f"{name}: {key} was {was} units off, is {now}")
    return faults


@pytest.mark.framework
@BY_TITLE
def test_a_sample_is_as_it_is_kept(
    title: str, visit: Visits, request: pytest.FixtureRequest
) -> None:
    """Some rows, other ones for each commit, are measured anew."""
    ours = AT[title]
    answered = visit(ours).answer("rows")
    arrays = by_row(answered["arrays"])
    names = sample(ours)
    print(f"{title}: {names} of {read_seed()}")
    new = {}
    for name in names:
        assert name not in answered["errors"], answered["errors"][name]
        new[name] = {"none": None, "error": None} | compared(
            ours.framework, name, arrays[name]
        )
    assert faults_of(ours.framework, new) == []
    if fresh("layers", title):
        old = recorded("layers", ours)["rows"]
        for name in names:
            assert parted(name, old[name], new[name]) == []
        note(
            request,
            f"results/layers/{ours.slug}.json: {', '.join(names)} measured "
            f"anew, the sample of {read_seed()}",
        )


SPOILT: list[tuple[str, dict[str, Any], str]] = [
    ("conv_2d", {"units": 99.0}, "right was"),
    ("conv_2d", {"options": {"stride": [1, 1]}}, "options was"),
    ("conv_2d", {"wrong": []}, "wrong are []"),
    ("conv_2d", {"error": "none such"}, "error was"),
]


@pytest.mark.parametrize("name, change, words", SPOILT)
def test_a_row_that_parted_is_noticed(
    name: str, change: dict[str, Any], words: str
) -> None:
    old = recorded("layers", AT["pytorch2"])["rows"][name]
    assert parted(name, old, old) == []
    assert words in parted(name, old, old | change)[0]


@pytest.mark.parametrize("factor", [0.5, 1.5])
def test_another_wrong_is_noticed(factor: float) -> None:
    """Where it is farther from right, or nearer, than it was."""
    old = recorded("layers", AT["pytorch2"])["rows"]
    for name, row in old.items():
        far = [w["units"] or 0 for w in row.get("wrong", [])]
        if row.get("wrong") and max(far) > 10 * UNITS and not draws(name):
            change = [
                w | {"units": w["units"] and factor * w["units"]}
                for w in row["wrong"]
            ]
            assert parted(name, row, row | {"wrong": change}), name


def test_a_wrong_number_is_noticed() -> None:
    framework = AT["pytorch2"].framework
    old = recorded("layers", AT["pytorch2"])["rows"]
    assert faults_of(framework, old) == []
    for change in (
        {"units": float("nan")},
        {"units": 2.0 * UNITS},
        {"error": "none"},
    ):
        row = old["conv_2d"] | change
        assert len(faults_of(framework, old | {"conv_2d": row})) == 1


@pytest.mark.parametrize("framework", LISTED, ids=lambda f: f.name)
def test_every_row_is_there_or_says_why(framework: Framework) -> None:
    """Of today's; of 2018's there are those that people still hold."""
    for name in rows():
        said = rules(framework).get(name, Rule()).none
        here = arguments(framework, name) is not None
        assert not (here and said), name
        assert here or said or framework.era == "2018", name


MOVING = [t for t, i in AT.items() if i.framework.era == "today"]


@pytest.mark.framework
def test_an_optimiser_goes_on_elsewhere(
    once: Once, request: pytest.FixtureRequest
) -> None:
    """Fifty steps in each framework, fifty in each other: the results that
    are kept, where all are fresh; else, of each a backend, measured anew."""

    def make(folder: Path) -> None:
        names = [
            Implementation(f, f.backends[-1]).title
            for f in LISTED
            if f.era == "today"
        ]
        snippets("states", *names, "--json", folder / "states.json")

    prove = request.config.getoption("prove")
    if not prove and all(fresh("states", title) for title in MOVING):
        entries = [recorded("states", AT[title]) for title in MOVING]
        note(request, f"results/states/: {len(entries)} frameworks")
    else:
        path = once("states", make) / "states.json"
        entries = json.loads(path.read_text())["results"]
    moved = 0
    for found in entries:
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
