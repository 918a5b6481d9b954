"""The site for programs: phrasebook.json, llms.txt, listings as text."""

import json
from math import isfinite
from pathlib import Path
from typing import Any

import msgspec

from lab.frameworks import ROOT, Framework, frameworks
from lab.own import arguments
from lab.results import FOLDER, load
from lab.rows import groups, owns, rule_of
from pages.layers import (
    default_gaps,
    default_options,
    fixed_options,
    frameworks_with_layers,
)
from pages.markup.stale_remarks import stale_days
from pages.markup.text import escape_markup
from pages.markup.titles import folder_title

PHRASEBOOK_JSON = ROOT / "docs" / "phrasebook.json"
PHRASEBOOK_VERSION = 1
LLMS_TXT, LISTING_TEXTS = (
    ROOT / "docs" / "llms.txt",
    ROOT / "docs" / "listings",
)


def layer_in_framework(
    framework: Framework, group: str, name: str, measured: list[Any]
) -> dict[str, Any]:
    """Return what a framework makes of a row."""
    rule = rule_of(framework, name)
    if arguments(framework, name) is None:
        return {"none": rule.none or None}
    options, fixed = (
        default_options(framework, name),
        fixed_options(framework, name),
    )
    return {
        "section": f"snippets/{framework.name}/layers/{group}.py",
        "defaults": {
            k: v for k, v in options.items() if v is not ... and k not in fixed
        },
        "always": fixed,
        "weights": {
            key: [msgspec.to_builtins(array) for array in owns(rule, key)]
            for key in rule.weights
        },
        "measured": [
            {
                "version": escape_markup(m["version"]),
                "backend": m["backend"],
                "max_abs": m["rows"][name]["max_abs"],
                "rounding_units": m["rows"][name]["units"],
                "of": m["rows"][name]["where"],
                # Was it measured with an earlier version of this code?
                "stale": m["stale"],
            }
            for m in measured
            if m["name"] == framework.name
            and "units" in m["rows"].get(name, {})
        ],
    }


def gaps_if_copied(name: str) -> list[dict[str, Any]]:
    """Return how far two frameworks are apart with their defaults; null where
    the shapes differ."""
    return [
        {"of": [a.name, b.name], "max_abs": off if isfinite(off) else None}
        for off, a, b in default_gaps(name)
    ]


def phrasebook_data(folder: Path = FOLDER) -> dict[str, Any]:
    """phrasebook.json."""
    measured = [
        result | {"stale": bool(stale_days("layers", [result]))}
        for result in load("layers", folder)
    ]
    return {
        "schema": PHRASEBOOK_VERSION,
        "measured": sorted({result["date"] for result in measured}),
        "frameworks": {
            f.name: folder_title(f, frameworks_with_layers())
            for f in frameworks_with_layers()
        },
        "rows": [
            {
                "name": name,
                "group": group,
                "title": row.title,
                "formula": row.source,
                "options": row.options,
                "frameworks": {
                    f.name: layer_in_framework(f, group, name, measured)
                    for f in frameworks_with_layers()
                },
                "copied": gaps_if_copied(name),
            }
            for group, table in groups().items()
            for name, row in table.rows.items()
        ],
    }


def to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def llms_txt() -> str:
    """llms.txt, as https://llmstxt.org has it."""
    all_frameworks = frameworks()
    listings = "\n".join(
        f"- [{folder_title(f, all_frameworks)}, {f.era}](listings/"
        f"{f.name}.txt)"
        for f in all_frameworks
    )
    pages = "\n".join(
        f"- [{table.title}](layers/{group}.md)"
        for group, table in groups().items()
    )
    return (
        "# One ConvNet\n\n"
        "> One small ConvNet in every framework, each compared with float64; "
        "and the layers one adds next, row by row.\n\n"
        f"## Listings\n\n{listings}\n\n"
        f"## Phrasebook\n\n- [All of it as JSON](phrasebook.json)\n{pages}\n"
    )


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """Return phrasebook.json, a row a line."""
    whole = phrasebook_data(folder)
    rows = ",\n".join(to_json(row) for row in whole.pop("rows"))
    head = to_json(whole).removesuffix("}")
    return {PHRASEBOOK_JSON: f'{head}, "rows": [\n{rows}\n]}}\n'}


def folder_files() -> dict[Path, str]:
    """Return llms.txt, and each listing."""
    return {LLMS_TXT: llms_txt()} | {
        LISTING_TEXTS / f"{f.name}.txt": f.source("convnet.py")
        for f in frameworks()
    }
