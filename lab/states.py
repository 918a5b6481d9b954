"""`python -m snippets states`: an optimiser saved at step 50 in one framework
goes on in another. Does it arrive where an unbroken run arrives?"""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from rich.console import Console

from lab import float64
from lab.compared import farthest
from lab.files import check_json, machine, now, write_json
from lab.float64 import HALF, STEPS, moving
from lab.frameworks import ROOT, Framework, Implementation, implementations
from lab.own import arguments, listed, options_of, owns, states_of
from lab.processes import Job, Result, each, status
from lab.rows import Arrays, Rule, groups, rows, rules
from lab.tables import Grid, show
from lab.training import Entry, identity

FOLDER = ROOT / "results" / "states"
# What they remember besides is a product of all rates so far, or another
# copy of the weights.
LEFT_OUT = "nadam", "average"


def movable(framework: Framework) -> list[str]:
    """The optimisers all of whose memory has a name there."""
    found = []
    for name in groups()["optimisers"].rows:
        wanted = rows()[name][1].remembers
        known = rules(framework).get(name, Rule()).weights
        here = arguments(framework, name) is not None
        if here and wanted and set(wanted) <= set(known):
            found.append(name)
    return [name for name in found if name not in LEFT_OUT]


def asked(framework: Framework, name: str, source: str = "") -> Entry:
    make, _ = options_of(framework, name)
    return {
        "name": f"{name}-{source}", "function": name, "group": "optimisers",
        "kind": "optimisers", "make": make,
    }  # fmt: skip


def some(name: str, first: int, last: int) -> Arrays:
    """The gradients of these steps."""
    _, gradients = moving(name)
    return {
        f"gradients/{t}/{key}": array
        for t in range(first, last)
        for key, array in gradients[t].items()
    }


def begins(chosen: list[Implementation]) -> Iterator[Job]:
    """The first half of each."""
    for i in chosen:
        arrays: Arrays = {}
        for name in movable(i.framework):
            weights, _ = moving(name)
            given = {f"weights/{k}": a for k, a in weights.items()}
            given |= some(name, 0, HALF)
            arrays |= {f"{name}-/{key}": a for key, a in given.items()}
        names = movable(i.framework)
        requests = [asked(i.framework, name) for name in names]
        yield i, arrays, {"task": "rows", "rows": requests}


def own_states(framework: Framework, name: str, arrays: Arrays) -> Arrays:
    """What float64 or another remembers, by the framework's names."""
    rule = rules(framework)[name]
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
        arrays: Arrays = {}
        requests = []
        for name in movable(i.framework):
            for source, half in halves.items():
                if name in half:
                    given = own_states(i.framework, name, half[name])
                    given |= some(name, HALF, STEPS)
                    row = asked(i.framework, name, source)
                    arrays |= {
                        f"{row['name']}/{key}": a for key, a in given.items()
                    }
                    requests.append(row)
        yield i, arrays, {"task": "rows", "rows": requests}


def parts(result: Result) -> dict[str, Arrays]:
    """The arrays of each row."""
    found: dict[str, Arrays] = {}
    for key, array in result.get("arrays", {}).items():
        row, name = key.split("/", 1)
        found.setdefault(row, {})[name] = array
    return found


def measure(options: Namespace, console: Console) -> int:
    """`python -m snippets states`; return the exit status."""
    check_json(options.json)
    chosen = [
        i for i in implementations(options.names)
        if listed(i.framework) and i.framework.era == "today"
    ]  # fmt: skip
    halves: dict[str, dict[str, Arrays]] = {}
    options_at: dict[str, Framework] = {}
    errors = []
    for i, result in each(begins(chosen), options, console, "half-way"):
        errors += [result["error"], *result.get("errors", {}).values()]
        halves[i.slug] = {
            name.rstrip("-"): states_of(i.framework, name.rstrip("-"), arrays)
            for name, arrays in parts(result).items()
        }
        options_at[i.slug] = i.framework
    entries = []
    jobs = goes_on(chosen, halves)
    for i, result in each(jobs, options, console, "arrived"):
        found = identity(i) | {
            "version": result.get("version"), "device": result.get("device"),
            "error": result["error"], "from": {},
        }  # fmt: skip
        errors += [result["error"], *result.get("errors", {}).values()]
        for row, arrays in parts(result).items():
            name, source = row.split("-", 1)
            arrived = states_of(i.framework, name, arrays)
            _, ours = options_of(options_at[source], name)
            _, theirs = options_of(i.framework, name)
            right = float64.optimiser(name, ours, theirs)
            absolute, units, where = farthest(arrived, right)
            found["from"].setdefault(source, {})[name] = {
                "max_abs": absolute, "units": units, "where": where,
            }  # fmt: skip
        entries.append(found)
    show(console, table(entries))
    head = {"command": options.said, "date": now(), "machine": machine()}
    if options.json:
        write_json(options.json, head | {"implementations": entries})
    if options.save:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for i, found in zip(chosen, entries):
            if not found["error"]:
                write_json(FOLDER / f"{i.slug}.json", head | found)
    return status(errors, options)


def table(entries: list[Entry]) -> Grid:
    """A row for each optimiser, source and target."""
    found: list[list[Any]] = []
    for e in entries:
        for source, names in e["from"].items():
            for name, row in names.items():
                found.append([
                    name, source, e["name"], e["backend"] or "—",
                    f"{row['max_abs']:.1e}", f"{row['units']:.1f}",
                    row["where"], e["error"] or "",
                ])  # fmt: skip
    return Grid(
        ["optimiser", "saved in", "goes on in", "backend", "largest", "units",
         "of", "error"], found,
        title="after 50 steps here and 50 there, from NumPy in float64",
        numbers=["largest", "units"],
    )  # fmt: skip
