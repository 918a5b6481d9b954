"""The phrasebook's groups: an entry a row, from the frameworks' folders and
from what was measured."""

import functools
from html import escape
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from lab.compared import farthest
from lab.float64 import forward
from lab.frameworks import Framework, every, frameworks, reference
from lab.own import arguments, listed
from lab.results import FOLDER, load, slug
from lab.rows import (
    Arrays,
    Own,
    Row,
    groups,
    kept,
    owns,
    rows,
    rule_of,
)
from pages.markup import titles
from pages.markup.folder_texts import listing_fence
from pages.markup.numbers import scientific, two_digits
from pages.markup.stale_remarks import Days, label_stale_rows, stale_days
from pages.markup.tables import card_table, table
from pages.markup.tabs import tab_set
from pages.markup.text import NOTHING, collapsible, escape_markup
from pages.markup.titles import Frameworks, folder_title
from pages.paths import GENERATED

PAGES = GENERATED / "layers"
LEGEND = (
    "*An option has the name that it has in the formula, the last tab; ≠ "
    "marks what frameworks take differently, and `always` what cannot be "
    "told.*"
)
FLOAT32 = 1e-6  # a larger difference is not its rounding
Entry = dict[str, Any]


@functools.cache
def those() -> Frameworks:
    """The frameworks that have layers."""
    return [f for f in frameworks() if listed(f)]


@functools.cache
def having(name: str) -> Frameworks:
    """Those of them that have the layer."""
    return [f for f in those() if arguments(f, name) is not None]


def calls(name: str, group: str) -> str:
    """A tab a framework: its section, or why it has none; the reference's,
    the formula, is the last."""
    bodies, known, file = [], those(), f"layers/{group}.py"
    for f in known:
        said = rule_of(f, name).none
        if arguments(f, name) is not None:
            bodies.append(
                (folder_title(f, known), listing_fence(f, name, file))
            )
        elif said:
            bodies.append((folder_title(f, known), f"It has none: {said}."))
    source = rows()[name][1].source
    formula = (
        f"{listing_fence(reference().framework, name, file)}\n\n"
        f"After [{source.split('/')[2]}]({source})."
    )
    return tab_set([*bodies, (reference().framework.label, formula)])


def unless_told(framework: Framework, name: str) -> dict[str, Any]:
    """{option: what the framework takes it for unless told}; ... where it
    must be told."""
    taken = arguments(framework, name) or {}
    found = {k: taken[k] for k in rows()[name][1].options if k in taken}
    return found | always(framework, name)


def always(framework: Framework, name: str) -> dict[str, Any]:
    """{option: what the framework takes it for whatever one says}: what its
    rules say, and what the formula has where nobody says another thing."""
    return formula(name) | rule_of(framework, name).fixed


@functools.cache
def formula(name: str) -> dict[str, Any]:
    """{option: its value in the formula} for what is no option of the row,
    and what some framework's rule fixes."""
    options = rows()[name][1].options
    fixed = {key for f in having(name) for key in rule_of(f, name).fixed}
    return {
        key: value
        for key, value in kept(name).items()
        if key not in options and key in fixed
    }


def written(value: Any) -> str:
    """A value as Python has it, in a cell; one for each axis as one, where
    they are all the same."""
    if isinstance(value, list | tuple) and value.count(value[0]) == len(value):
        return written(value[0])
    if value is None:
        return "unset"
    if isinstance(value, float) and 0 < abs(value) < 0.001:
        return scientific(value).replace(".0e", "e")
    return str(value)


def cell(framework: Framework, name: str, option: str) -> str:
    """A cell of the table of defaults."""
    value = unless_told(framework, name)[option]
    if value is ...:
        return "say it"
    said = f"<code>{escape(written(value))}</code>"
    return said + " always" * (option in always(framework, name))


def defaults(name: str) -> str:
    """What each framework takes for an option that nobody says; an option
    that they take differently is marked."""
    known = having(name)
    options = list(rows()[name][1].options)
    for f in known:
        options += [o for o in always(f, name) if o not in options]
    cells = {o: [cell(f, name, o) for f in known] for o in options}
    head = [
        f"<code>{option}</code>"
        + " ≠" * (len({c.split(" always")[0] for c in said} - {"say it"}) > 1)
        for option, said in cells.items()
    ]
    found = [
        [folder_title(f, those()), *(cells[o][n] for o in options)]
        for n, f in enumerate(known)
    ]
    return card_table(["unless told", *head], found) if options else ""


def copied(one: Framework, two: Framework, name: str) -> dict[str, Any]:
    """The row's options in the framework `one`, where a reader says nothing
    its own: numbers and switches that neither of both wants to be told.
    Sizes are said in every call."""
    options = rows()[name][1].options
    theirs = unless_told(two, name)
    told = {
        key: value
        for key, value in unless_told(one, name).items()
        if type(value) in (bool, float)
        and type(options.get(key)) in (bool, int, float)
        and theirs[key] is not ...
    }
    return options | told | rule_of(one, name).fixed


def apart(ours: Arrays, theirs: Arrays) -> float:
    """The largest difference; infinite where the shapes differ."""
    both = {
        key: array
        for key, array in ours.items()
        if np.isfinite(array).all() and np.isfinite(theirs[key]).all()
    }
    return farthest(theirs, both)[0]


@functools.cache
def prices(name: str) -> list[tuple[float, Framework, Framework]]:
    """What a call costs that is carried over as it stands: the largest
    difference of each two frameworks that differ by default, where float32
    can tell."""
    found = []
    for a, b in combinations(having(name), 2):
        ours, theirs = copied(a, b, name), copied(b, a, name)
        if ours != theirs:
            off = apart(forward(name, ours), forward(name, theirs))
            found.append((off, a, b))
    return [price for price in found if price[0] > FLOAT32]


def bold(name: str) -> str:
    """The highest price among today's frameworks, in a line."""
    today = [p for p in prices(name) if p[1].era == p[2].era == "today"]
    if not today:
        return ""
    off, *pair = max(today, key=lambda price: price[0])
    one, two = (folder_title(f, those()) for f in pair)
    what = {
        "layers": "on this entry's inputs",
        "optimisers": "in a weight after a hundred steps",
        "schedules": "in the rate",
        "initialisers": "in the deviation",
        "noise": "in a mean or a share",
    }[groups()[rows()[name][0]].kind]
    said = f"{two_digits(off)} apart {what}"
    if np.isinf(off):
        said = "of different shapes"
    return f"**Copied with its defaults: {one} and {two} are {said}.**"


def place(own: Own) -> str:
    """Where a framework keeps an array, in a cell."""
    said = f"<code>{escape(own.name)}</code>"
    if own.axes:
        said += f" <code>{escape(own.axes)}</code>"
    if own.flip:
        said += f", {own.flip} turned round"
    if own.gates:
        said += f", gates {' '.join(map(str, own.gates))}"
    if own.part:
        said += f", part {own.part[0] + 1} of {own.part[1]}"
    return said


def shared_of(row: Row) -> dict[str, str]:
    """What has a place, and how it lies in the shared layout."""
    found = {**row.weights, **row.states}
    said = {key: f"{key} {' '.join(str(v[0]))}" for key, v in found.items()}
    return said | {key: key for key in row.remembers}


def weights(name: str) -> str:
    """The rule from the shared layout to each framework's."""
    keys = shared_of(rows()[name][1])
    found = []
    for f in having(name):
        rule = rule_of(f, name)
        cells = [
            "; ".join(place(own) for own in owns(rule, key)) or NOTHING
            for key in keys
        ]
        if set(cells) != {NOTHING}:
            found.append([folder_title(f, those()), *cells])
    return (
        card_table(["kept as", *keys.values()], found)
        if keys and found
        else ""
    )


def who(result: Entry) -> str:
    """Keras 3.15.1 on JAX."""
    [known] = [i for i in every() if i.slug == slug(result)]
    return titles.implementation_title(known, result["version"])


def measured(name: str, results: list[tuple[Entry, Days]]) -> str:
    """What was measured, folded away; a result comes with the day if it is
    stale."""
    found, when = [], []
    for result, day in results:
        row = result["rows"].get(name, {})
        if "units" in row:
            wrong = [w["units"] for w in row["wrong"]]
            wrong = [far for far in wrong if far is not None]
            found.append([
                who(result), escape_markup(row["where"].replace("/", " ")),
                scientific(row["max_abs"]), f"{row['units']:.1f}",
                scientific(min(wrong)) if wrong else NOTHING,
            ])  # fmt: skip
            when.append(day)
    if not found:
        return "Not measured."
    head = ["from float64", "farthest", "largest difference",
            "units of rounding", "units, told wrong"]  # fmt: skip
    above, found = label_stale_rows(found, when)
    return collapsible("Measured", above + table(head, found))


def entry(name: str, results: list[tuple[Entry, Days]]) -> str:
    """A row's part of the page."""
    group, row = rows()[name]
    parts = [
        f"## {row.title} {{ #{name} }}", calls(name, group), bold(name),
        defaults(name), weights(name), measured(name, results),
    ]  # fmt: skip
    return "\n\n".join(part.strip("\n") for part in parts if part)


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """A file for each group."""
    found = load("layers", folder)
    results = [(result, stale_days("layers", [result])) for result in found]
    return {
        PAGES / f"{group}.md": "\n\n".join(
            [LEGEND, *(entry(name, results) for name in table.rows)]
        )
        + "\n"
        for group, table in groups().items()
    }
