"""`python -m snippets states`: an optimiser saved at step 50 in one framework
goes on in another. Does it arrive where an unbroken run arrives?"""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from rich.console import Console

from lab import float64
from lab.compared import farthest
from lab.errors import BadInput
from lab.files import check_json
from lab.float64 import HALF, STEPS
from lab.frameworks import ROOT, Framework, Implementation, implementations
from lab.own import (
    arguments,
    by_row,
    listed,
    options_of,
    request_of,
    states_of,
)
from lab.processes import Job, each, status
from lab.rows import Arrays, groups, owns, rows, rule_of
from lab.tables import Grid, show
from lab.training import Entry, identity, report, save

FOLDER = ROOT / "results" / "states"
# What they remember besides is a product of all rates so far, or another
# copy of the weights.
LEFT_OUT = "nadam", "average"


def movable(framework: Framework) -> list[str]:
    """The optimisers all of whose memory has a name there."""
    found = []
    for name in groups()["optimisers"].rows:
        wanted = rows()[name][1].remembers
        known = rule_of(framework, name).weights
        here = arguments(framework, name) is not None
        if here and wanted and set(wanted) <= set(known):
            found.append(name)
    return [name for name in found if name not in LEFT_OUT]


def request_for(
    framework: Framework, name: str, source: str, steps: range
) -> tuple[Entry, Arrays]:
    """The row of request_of() under a name of its own, and its gradients of
    `steps`."""
    request, arrays = request_of(framework, name)
    kept = {f"gradients/{t}" for t in steps}
    return request | {"name": f"{name}-{source}"}, {
        key: array
        for key, array in arrays.items()
        if key.rsplit("/", 1)[0] in kept or key.startswith("weights")
    }


def job(
    implementation: Implementation, found: list[tuple[Entry, Arrays]]
) -> Job:
    arrays = {
        f"{row['name']}/{key}": array
        for row, given in found
        for key, array in given.items()
    }
    rows = [row for row, _ in found]
    return implementation, arrays, {"task": "rows", "rows": rows}


def begins(chosen: list[Implementation]) -> Iterator[Job]:
    """The first half of each."""
    for i in chosen:
        yield job(
            i,
            [
                request_for(i.framework, name, i.slug, range(HALF))
                for name in movable(i.framework)
            ],
        )


def own_states(framework: Framework, name: str, arrays: Arrays) -> Arrays:
    """What float64 or another remembers, by the framework's names."""
    rule = rule_of(framework, name)
    found = {}
    for key, array in arrays.items():
        kind, *rest = key.split("/")
        if kind == "states":
            [own] = owns(rule, rest[0])
            key = f"states/{own.name}/{rest[1]}"
        found[key] = array
    return found


def goes_on(
    chosen: list[Implementation], halves: dict[str, dict[str, Arrays]]
) -> Iterator[Job]:
    """The second half of each, from every other's first."""
    for i in chosen:
        found = []
        for name in movable(i.framework):
            for source, half in halves.items():
                if name in half:
                    row, arrays = request_for(
                        i.framework, name, source, range(HALF, STEPS)
                    )
                    arrays |= own_states(i.framework, name, half[name])
                    found.append((row, arrays))
        yield job(i, found)


def measure(options: Namespace, console: Console) -> int:
    """`python -m snippets states`; return the exit status."""
    check_json(options.json)
    if options.save and options.names:
        raise BadInput("--save writes the moves from all to all: name none")
    chosen = [
        i
        for i in implementations(options.names)
        if listed(i.framework) and i.framework.era == "today"
    ]
    at = {i.slug: i.framework for i in chosen}
    halves: dict[str, dict[str, Arrays]] = {}
    errors = []
    for i, result in each(begins(chosen), options, console, "half-way"):
        errors += [result["error"], *result.get("errors", {}).values()]
        halves[i.slug] = {}
        for row, arrays in by_row(result.get("arrays", {})).items():
            name, _ = row.split("-", 1)
            halves[i.slug][name] = states_of(i.framework, name, arrays)
    entries = []
    jobs = goes_on(chosen, halves)
    for i, result in each(jobs, options, console, "arrived"):
        found = identity(i) | {
            "version": result.get("version"),
            "device": result.get("device"),
            "error": result["error"],
            "from": {},
        }
        errors += [result["error"], *result.get("errors", {}).values()]
        for row, arrays in by_row(result.get("arrays", {})).items():
            name, source = row.split("-", 1)
            arrived = states_of(i.framework, name, arrays)
            _, ours = options_of(at[source], name)
            _, theirs = options_of(i.framework, name)
            right = float64.optimiser(name, ours, theirs)
            absolute, units, where = farthest(arrived, right)
            found["from"].setdefault(source, {})[name] = {
                "max_abs": absolute,
                "units": units,
                "where": where,
            }
        entries.append(found)
    try:
        report(entries, options.json, options.said)
        if options.save:
            whole = {
                i.slug: found
                for i, found in zip(chosen, entries)
                if not found["error"]
            }
            save(FOLDER, whole, options.said)
    finally:
        show(console, table(entries))
    return status(errors, options)


def table(entries: list[Entry]) -> Grid:
    """A row for each optimiser, source and target."""
    found: list[list[Any]] = []
    for e in entries:
        for source, names in e["from"].items():
            for name, row in names.items():
                found.append(
                    [
                        name,
                        source,
                        e["name"],
                        e["backend"] or "—",
                        f"{row['max_abs']:.1e}",
                        f"{row['units']:.1f}",
                        row["where"],
                        e["error"] or "",
                    ]
                )
    return Grid(
        [
            "optimiser",
            "saved in",
            "goes on in",
            "backend",
            "largest",
            "units",
            "of",
            "error",
        ],
        found,
        title="after 50 steps here and 50 there, from NumPy in float64",
        numbers=["largest", "units"],
    )
