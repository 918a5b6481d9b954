"""The ConvNet: its listings, the gates, and which versions it works with."""

from pathlib import Path
from statistics import median

from lab import results
from lab.frameworks import Implementation, every, frameworks
from lab.gates import SEEDS
from lab.results import Result
from pages.markup import titles
from pages.markup.folder_texts import (
    CONVNET_INCLUDES,
    listing_fence,
    read_note,
)
from pages.markup.numbers import seed_count_note
from pages.markup.stale_remarks import label_stale_rows, stale_days
from pages.markup.tables import table
from pages.markup.tabs import tab_set
from pages.markup.text import NOT_MEASURED, NOTHING, escape_markup, join_words
from pages.markup.titles import Frameworks, newest_of_each_label
from pages.paths import GENERATED, TABS


def listing_tabs(section: str, all_frameworks: Frameworks) -> str:
    """Return the newest of each label: a listing, and its sentences below; one
    of 2018 says so first."""
    bodies = []
    for f in newest_of_each_label(all_frameworks):
        old = "" if f.era == "today" else f"As {f.era} left it.\n\n"
        era = "" if f.era == "today" else f.era
        shown = listing_fence(f, CONVNET_INCLUDES[section], era=era)
        body = f"{old}{shown}\n\n{read_note(f, section)}"
        bodies.append((f.label, body))
    return tab_set(bodies)


def gate_source(data: str) -> str:
    return (
        f"\nFrom `results/gates/*-{data}-?.json`; `make results` measures "
        "what is absent or stale.\n"
    )


def gate_title(implementation: Implementation, runs: list[Result]) -> str:
    """Keras 3.15.1 on JAX."""
    version = runs[0]["version"] if runs else None
    return titles.implementation_title(implementation, version)


def gates_table(data: str, folder: Path = results.FOLDER) -> str:
    """Return what was measured, and the gates of every framework.toml: one for
    all is said once."""
    runs_of = results.gates(data, folder)
    digits = 3 if data == "mnist-5k" else 4
    rows = []
    for i in every():
        gate = f"{i.framework.gates.of(data):.{digits}f}"
        accuracy = [run["test_accuracy"] for run in runs_of.get(i.slug, [])]
        cells = [NOT_MEASURED, NOTHING, NOTHING]
        if accuracy:
            three = min(accuracy), median(accuracy), max(accuracy)
            cells = [f"{value:.{digits}f}" for value in three]
            cells[0] += seed_count_note(len(accuracy), len(SEEDS))
        rows.append([gate_title(i, runs_of.get(i.slug, [])), *cells, gate])
    head = ["framework", f"worst of {len(SEEDS)}", "median", "best", "gate"]
    sentence = ""
    if len({row[-1] for row in rows}) == 1:
        sentence = f"The gate of all is {rows[0][-1]}.\n\n"
        head, rows = head[:-1], [row[:-1] for row in rows]
    above, rows = label_stale_rows(
        rows, [stale_days("gates", runs_of.get(i.slug, [])) for i in every()]
    )
    return sentence + above + table(head, rows) + gate_source(data)


def works_text(result: Result) -> str:
    """Return what came of it: "all of 58", or each page with what broke
    there."""
    if result["error"]:
        return escape_markup(result["error"])
    broken: dict[str, list[str]] = {}
    for step in result["looked_at"]:
        if step["error"]:
            broken.setdefault(step["page"], []).append(f"`{step['what']}`")
    if not broken:
        return f"all of {len(result['looked_at'])}"
    return "; ".join(
        f"not {join_words(names)}, [{page.removesuffix('.md')}]({page})"
        for page, names in broken.items()
    )


def newest_row(
    i: Implementation, version: str | None, result: Result | None
) -> list[str]:
    """One implementation: the version of the other pages, and the newest."""
    cells = [titles.implementation_title(i, version)]
    if result is None:
        return [*cells, NOT_MEASURED, *[NOTHING] * 3]
    versions = result["packages"].items()
    newest = ", ".join(f"{name} {escape_markup(v)}" for name, v in versions)
    return [
        *cells,
        newest or NOTHING,
        escape_markup(result["python"] or NOTHING),
        works_text(result),
        result["date"][:10],
    ]


def newest_versions_table(folder: Path = results.FOLDER) -> str:
    """Return a row for each implementation that has packages to lift the pins
    of."""
    result_of, version_of = (
        results.canary(folder),
        titles.measured_versions(folder),
    )
    unpinned = [i for i in every() if i.backend.packages]
    above, rows = label_stale_rows(
        [
            newest_row(i, version_of.get(i.slug), result_of.get(i.slug))
            for i in unpinned
        ],
        [
            stale_days("canary", filter(None, [result_of.get(i.slug)]))
            for i in unpinned
        ],
    )
    head = ["on this site", "works with", "Python", "what works", "as of"]
    return above + table(head, rows, "llll") + "\nFrom `results/canary/`.\n"


def result_files(folder: Path = results.FOLDER) -> dict[Path, str]:
    """Return the tables of the gates and of the newest versions."""
    return {
        GENERATED / "gates-mnist-5k.md": gates_table("mnist-5k", folder),
        GENERATED / "gates-mnist.md": gates_table("mnist", folder),
        GENERATED / "canary.md": newest_versions_table(folder),
    }


def folder_files() -> dict[Path, str]:
    """Return a tab set of each section of the listings."""
    return {
        TABS / f"convnet-{section}.md": listing_tabs(section, frameworks())
        + "\n"
        for section in CONVNET_INCLUDES
    }
