"""`python -m snippets layers`: do the layers beyond the ConvNet compute what
float64 computes, outputs, gradients and states?"""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from rich.console import Console

from lab.compared import compared
from lab.errors import BadInput
from lab.files import check_json
from lab.frameworks import ROOT, Implementation, every, implementations
from lab.own import arguments, by_row, listed, request_of
from lab.processes import Job, Result, each, status
from lab.rows import Arrays, rule_of, wanted
from lab.tables import Grid, show
from lab.training import Entry, identity, report, save

FOLDER = ROOT / "results" / "layers"


def measure(options: Namespace, console: Console) -> int:
    """`python -m snippets layers`; return the exit status."""
    check_json(options.json)
    known = [i for i in every() if listed(i.framework)]
    folders = {name for i in known for name in (i.title, i.framework.name)}
    named = [name for name in options.names if name not in folders]
    asked = [name for name in options.names if name in folders]
    chosen = [i for i in implementations(asked, options.era) if i in known]
    rows = wanted(named, folders)
    if options.save and named:
        raise BadInput(
            f"--save writes all rows of a framework: leave {named[0]!r} out"
        )

    def jobs() -> Iterator[Job]:
        for i in chosen:
            requests: list[Entry] = []
            arrays: Arrays = {}
            for name in rows:
                if arguments(i.framework, name) is not None:
                    request, own = request_of(i.framework, name)
                    requests.append(request)
                    arrays |= {f"{name}/{k}": a for k, a in own.items()}
            yield i, arrays, {"task": "rows", "rows": requests}

    entries = [
        entry(i, result, rows)
        for i, result in each(jobs(), options, console, "measured")
    ]
    errors = [found["error"] for found in entries]
    errors += [e["error"] for f in entries for e in f["rows"].values()]
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


def entry(
    implementation: Implementation, result: Result, chosen: list[str]
) -> Entry:
    """The JSON entry of one implementation: under "rows" each row, compared
    with float64, or why it is not."""
    framework = implementation.framework
    found = identity(implementation) | {
        "version": result.get("version"),
        "device": result.get("device"),
        "error": result["error"],
        "rows": {},
    }
    if result["error"]:
        return found
    arrays = by_row(result["arrays"])
    for name in chosen:
        row: dict[str, Any] = {"none": None, "error": None}
        if arguments(framework, name) is None:
            row["none"] = rule_of(framework, name).none
            if not row["none"]:
                continue  # of 2018's those that a reader looks for
        elif name in result["errors"]:
            row["error"] = result["errors"][name]
        else:
            row |= compared(framework, name, arrays[name])
        found["rows"][name] = row
    return found


def table(entries: list[Entry]) -> Grid:
    """A row for each layer and implementation."""
    found = []
    for e in entries:
        if e["error"]:
            found.append(
                ["", e["name"], e["backend"] or "—", *["—"] * 4, e["error"]]
            )
        for name, row in e["rows"].items():
            cells = [name, e["name"], e["backend"] or "—"]
            if "units" in row:
                units = [w["units"] for w in row["wrong"]]
                wrong = [far for far in units if far is not None]
                cells += [
                    f"{row['max_abs']:.1e}",
                    f"{row['units']:.1f}",
                    row["where"],
                    f"{min(wrong):.1e}" if wrong else "—",
                ]
            else:
                cells += ["—", "—", row["none"] or "", "—"]
            found.append([*cells, row["error"] or ""])
    return Grid(
        [
            "layer",
            "framework",
            "backend",
            "largest",
            "units",
            "of",
            "wrong: units",
            "error",
        ],
        found,
        title="largest difference from NumPy in float64",
        numbers=["largest", "units", "wrong: units"],
    )
