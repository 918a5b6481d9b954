"""The phrasebook's layers: a section each, from the frameworks' folders and
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
from lab.rows import Arrays, Own, Row, groups, kept, owns, rows, rule_of
from pages.markup import titles
from pages.markup.folder_texts import listing_fence
from pages.markup.numbers import scientific, two_digits
from pages.markup.stale_remarks import Days, label_stale_rows, stale_days
from pages.markup.tables import card_table, table
from pages.markup.tabs import tab_set
from pages.markup.text import NOTHING, collapsible, escape_markup
from pages.markup.titles import Frameworks, folder_title
from pages.paths import LAYER_PARTS

LEGEND = (
    "*An option has the name that it has in the formula, the last tab; ≠ "
    "marks what frameworks take differently, and `always` what cannot be "
    "told.*"
)
FLOAT32_ROUNDING = 1e-6  # a larger difference is not its rounding
LayerResult = dict[str, Any]


@functools.cache
def frameworks_with_layers() -> Frameworks:
    """Return the frameworks that have layers."""
    return [f for f in frameworks() if listed(f)]


@functools.cache
def frameworks_with_layer(name: str) -> Frameworks:
    """Return the frameworks that have this layer."""
    return [
        f for f in frameworks_with_layers() if arguments(f, name) is not None
    ]


def call_tabs(name: str, group: str) -> str:
    """Return a tab a framework: its section, or why it has none; the
    reference's, the formula, is the last."""
    bodies, all_frameworks, file = (
        [],
        frameworks_with_layers(),
        f"layers/{group}.py",
    )
    for f in all_frameworks:
        reason = rule_of(f, name).none
        if arguments(f, name) is not None:
            bodies.append(
                (folder_title(f, all_frameworks), listing_fence(f, name, file))
            )
        elif reason:
            bodies.append(
                (folder_title(f, all_frameworks), f"It has none: {reason}.")
            )
    source = rows()[name][1].source
    formula = (
        f"{listing_fence(reference().framework, name, file)}\n\n"
        f"After [{source.split('/')[2]}]({source})."
    )
    return tab_set([*bodies, (reference().framework.label, formula)])


def default_options(framework: Framework, name: str) -> dict[str, Any]:
    """{option: what the framework takes it for unless told}; ... where it
    must be told."""
    taken = arguments(framework, name) or {}
    defaults = {k: taken[k] for k in rows()[name][1].options if k in taken}
    return defaults | fixed_options(framework, name)


def fixed_options(framework: Framework, name: str) -> dict[str, Any]:
    """{option: what the framework takes it for whatever one says}: what its
    rules say, and what the formula has where nobody says another thing."""
    return formula_constants(name) | rule_of(framework, name).fixed


@functools.cache
def formula_constants(name: str) -> dict[str, Any]:
    """{option: its value in the formula} for what is no option of the row,
    and what some framework's rule fixes."""
    options = rows()[name][1].options
    fixed = {
        key
        for f in frameworks_with_layer(name)
        for key in rule_of(f, name).fixed
    }
    return {
        key: value
        for key, value in kept(name).items()
        if key not in options and key in fixed
    }


def option_text(value: Any) -> str:
    """Return a value as Python has it, in a cell; one for each axis as one,
    where they are all the same."""
    if isinstance(value, list | tuple) and value.count(value[0]) == len(value):
        return option_text(value[0])
    if value is None:
        return "unset"
    if isinstance(value, float) and 0 < abs(value) < 0.001:
        return scientific(value).replace(".0e", "e")
    return str(value)


def default_cell(framework: Framework, name: str, option: str) -> str:
    """Return a cell of the table of defaults."""
    value = default_options(framework, name)[option]
    if value is ...:
        return "say it"
    cell = f"<code>{escape(option_text(value))}</code>"
    return cell + " always" * (option in fixed_options(framework, name))


def defaults_table(name: str) -> str:
    """Return what each framework takes for an option that nobody says; an
    option that they take differently is marked."""
    with_layer = frameworks_with_layer(name)
    options = list(rows()[name][1].options)
    for f in with_layer:
        options += [o for o in fixed_options(f, name) if o not in options]
    cells = {
        o: [default_cell(f, name, o) for f in with_layer] for o in options
    }
    head = [
        f"<code>{option}</code>"
        + " ≠"
        * (len({c.split(" always")[0] for c in column} - {"say it"}) > 1)
        for option, column in cells.items()
    ]
    body = [
        [
            folder_title(f, frameworks_with_layers()),
            *(cells[o][n] for o in options),
        ]
        for n, f in enumerate(with_layer)
    ]
    return card_table(["unless told", *head], body) if options else ""


def options_if_copied(
    one: Framework, two: Framework, name: str
) -> dict[str, Any]:
    """Return the row's options in the framework `one`, where a reader says
    nothing its own: numbers and switches that neither of both wants to be
    told. Sizes are said in every call."""
    options = rows()[name][1].options
    theirs = default_options(two, name)
    copied = {
        key: value
        for key, value in default_options(one, name).items()
        if type(value) in (bool, float)
        and type(options.get(key)) in (bool, int, float)
        and theirs[key] is not ...
    }
    return options | copied | rule_of(one, name).fixed


def largest_difference(ours: Arrays, theirs: Arrays) -> float:
    """Return the largest difference; infinite where the shapes differ."""
    both = {
        key: array
        for key, array in ours.items()
        if np.isfinite(array).all() and np.isfinite(theirs[key]).all()
    }
    return farthest(theirs, both)[0]


@functools.cache
def default_gaps(name: str) -> list[tuple[float, Framework, Framework]]:
    """Return what a call costs that is carried over as it stands: the largest
    difference of each two frameworks that differ by default, where float32 can
    tell."""
    gaps = []
    for a, b in combinations(frameworks_with_layer(name), 2):
        ours, theirs = (
            options_if_copied(a, b, name),
            options_if_copied(b, a, name),
        )
        if ours != theirs:
            off = largest_difference(
                forward(name, ours), forward(name, theirs)
            )
            gaps.append((off, a, b))
    return [price for price in gaps if price[0] > FLOAT32_ROUNDING]


def largest_gap_sentence(name: str) -> str:
    """Return the highest price among today's frameworks, in a line."""
    today = [p for p in default_gaps(name) if p[1].era == p[2].era == "today"]
    if not today:
        return ""
    off, *pair = max(today, key=lambda price: price[0])
    one, two = (folder_title(f, frameworks_with_layers()) for f in pair)
    what = {
        "layers": "on this entry's inputs",
        "optimisers": "in a weight after a hundred steps",
        "schedules": "in the rate",
        "initialisers": "in the deviation",
        "noise": "in a mean or a share",
    }[groups()[rows()[name][0]].kind]
    gap = f"{two_digits(off)} apart {what}"
    if np.isinf(off):
        gap = "of different shapes"
    return f"**Copied with its defaults: {one} and {two} are {gap}.**"


def array_place(array: Own) -> str:
    """Return where a framework keeps an array, in a cell."""
    place = f"<code>{escape(array.name)}</code>"
    if array.axes:
        place += f" <code>{escape(array.axes)}</code>"
    if array.flip:
        place += f", {array.flip} turned round"
    if array.gates:
        place += f", gates {' '.join(map(str, array.gates))}"
    if array.part:
        place += f", part {array.part[0] + 1} of {array.part[1]}"
    return place


def shared_layouts(row: Row) -> dict[str, str]:
    """Return what has a place, and how it lies in the shared layout."""
    arrays = {**row.weights, **row.states}
    layouts = {
        key: f"{key} {' '.join(str(v[0]))}" for key, v in arrays.items()
    }
    return layouts | {key: key for key in row.remembers}


def weights_table(name: str) -> str:
    """Return the rule from the shared layout to each framework's."""
    keys = shared_layouts(rows()[name][1])
    body = []
    for f in frameworks_with_layer(name):
        rule = rule_of(f, name)
        cells = [
            "; ".join(array_place(array) for array in owns(rule, key))
            or NOTHING
            for key in keys
        ]
        if set(cells) != {NOTHING}:
            body.append([folder_title(f, frameworks_with_layers()), *cells])
    return (
        card_table(["kept as", *keys.values()], body) if keys and body else ""
    )


def result_title(result: LayerResult) -> str:
    """Keras 3.15.1 on JAX."""
    [implementation] = [i for i in every() if i.slug == slug(result)]
    return titles.implementation_title(implementation, result["version"])


def measured_table(name: str, results: list[tuple[LayerResult, Days]]) -> str:
    """Return what was measured, folded away; a result comes with the day if it
    is stale."""
    body, when = [], []
    for result, day in results:
        row = result["rows"].get(name, {})
        if "units" in row:
            wrong = [w["units"] for w in row["wrong"]]
            wrong = [far for far in wrong if far is not None]
            body.append(
                [
                    result_title(result),
                    escape_markup(row["where"].replace("/", " ")),
                    scientific(row["max_abs"]),
                    f"{row['units']:.1f}",
                    scientific(min(wrong)) if wrong else NOTHING,
                ]
            )
            when.append(day)
    if not body:
        return "Not measured."
    head = [
        "from float64",
        "farthest",
        "largest difference",
        "units of rounding",
        "units, told wrong",
    ]
    above, body = label_stale_rows(body, when)
    return collapsible("Measured", above + table(head, body))


def layer_section(name: str, results: list[tuple[LayerResult, Days]]) -> str:
    """Return a layer's section of the page."""
    group, row = rows()[name]
    parts = [
        f"## {row.title} {{ #{name} }}",
        call_tabs(name, group),
        largest_gap_sentence(name),
        defaults_table(name),
        weights_table(name),
        measured_table(name, results),
    ]
    return "\n\n".join(part.strip("\n") for part in parts if part)


def optimizer_transfers(folder: Path) -> str:
    """Return a row for each implementation that went on, a column for each
    whose steps came first: how many optimisers, and within how many units."""
    order = {i.slug: n for n, i in enumerate(every())}
    results = sorted(load("states", folder), key=lambda r: order[slug(r)])
    if not results:
        return "Not measured.\n"
    title_of = {slug(result): result_title(result) for result in results}
    body = []
    for result in results:
        cells = [title_of[slug(result)]]
        for source in title_of:
            rows = result["from"].get(source, {}).values()
            units = [row["units"] for row in rows]
            cells.append(
                f"{len(units)}, within {max(units):.0f}" if units else NOTHING
            )
        body.append(cells)
    above, body = label_stale_rows(
        body, [stale_days("states", [one]) for one in results]
    )
    head = ["goes on in", *(f"from {n}" for n in title_of.values())]
    return above + card_table(head, body)


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """Return a file for each group, and the table of optimizers."""
    results = [
        (result, stale_days("layers", [result]))
        for result in load("layers", folder)
    ]
    texts = {
        LAYER_PARTS / f"{group}.md": "\n\n".join(
            [LEGEND, *(layer_section(name, results) for name in table.rows)]
        )
        + "\n"
        for group, table in groups().items()
    }
    return texts | {LAYER_PARTS / "states.md": optimizer_transfers(folder)}
