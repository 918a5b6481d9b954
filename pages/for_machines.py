"""The phrasebook for programs: phrasebook.json."""

import json
from math import isfinite
from pathlib import Path
from typing import Any

import msgspec

from lab.frameworks import ROOT, Framework
from lab.own import arguments
from lab.results import FOLDER, load
from lab.rows import groups, owns, rule_of
from pages.layers import always, prices, those, unless_told
from pages.markup.text import escape_markup
from pages.markup.titles import folder_title

BOOK = ROOT / "docs" / "phrasebook.json"
VERSION = 1


def of(
    framework: Framework, group: str, name: str, measured: list[Any]
) -> dict[str, Any]:
    """What a framework makes of a row."""
    rule = rule_of(framework, name)
    if arguments(framework, name) is None:
        return {"none": rule.none or None}
    options, fixed = unless_told(framework, name), always(framework, name)
    return {
        "section": f"snippets/{framework.name}/layers/{group}.py",
        "defaults": {
            k: v for k, v in options.items() if v is not ... and k not in fixed
        },
        "always": fixed,
        "weights": {
            key: [msgspec.to_builtins(own) for own in owns(rule, key)]
            for key in rule.weights
        },
        "measured": [
            {
                "version": escape_markup(m["version"]),
                "backend": m["backend"],
                "max_abs": m["rows"][name]["max_abs"],
                "rounding_units": m["rows"][name]["units"],
                "of": m["rows"][name]["where"],
            }
            for m in measured
            if m["name"] == framework.name
            and "units" in m["rows"].get(name, {})
        ],
    }


def copied(name: str) -> list[dict[str, Any]]:
    """How far two frameworks are apart with their defaults; null where the
    shapes differ."""
    return [
        {"of": [a.name, b.name], "max_abs": off if isfinite(off) else None}
        for off, a, b in prices(name)
    ]


def book(folder: Path = FOLDER) -> dict[str, Any]:
    """phrasebook.json."""
    measured = load("layers", folder)
    return {
        "schema": VERSION,
        "measured": sorted({result["date"] for result in measured}),
        "frameworks": {f.name: folder_title(f, those()) for f in those()},
        "rows": [
            {
                "name": name, "group": group, "title": row.title,
                "formula": row.source, "options": row.options,
                "frameworks": {
                    f.name: of(f, group, name, measured) for f in those()
                },
                "copied": copied(name),
            }
            for group, table in groups().items()
            for name, row in table.rows.items()
        ],
    }  # fmt: skip


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """phrasebook.json, a row a line."""
    whole = book(folder)
    rows = ",\n".join(written(row) for row in whole.pop("rows"))
    head = written(whole).removesuffix("}")
    return {BOOK: f'{head}, "rows": [\n{rows}\n]}}\n'}


def written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
