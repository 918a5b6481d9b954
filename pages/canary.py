"""The ConvNet: with which versions it works where nothing is pinned."""

from pathlib import Path

from lab import results
from lab.frameworks import Implementation, every
from lab.results import Result
from pages.markup import titles
from pages.markup.stale_remarks import label_stale_rows, stale_days
from pages.markup.tables import table
from pages.markup.text import NOT_MEASURED, NOTHING, escape_markup, join_words
from pages.paths import GENERATED


def said(found: Result) -> str:
    """What came of it: "all of 58", or each page with what broke there."""
    if found["error"]:
        return escape_markup(found["error"])
    broken: dict[str, list[str]] = {}
    for step in found["looked_at"]:
        if step["error"]:
            broken.setdefault(step["page"], []).append(f"`{step['what']}`")
    if not broken:
        return f"all of {len(found['looked_at'])}"
    return "; ".join(
        f"not {join_words(names)}, [{page.removesuffix('.md')}]({page})"
        for page, names in broken.items()
    )


def row(
    i: Implementation, known: str | None, found: Result | None
) -> list[str]:
    """One implementation: the version of the other pages, and the newest."""
    cells = [titles.implementation_title(i, known)]
    if found is None:
        return [*cells, NOT_MEASURED, *[NOTHING] * 3]
    versions = found["packages"].items()
    newest = ", ".join(f"{name} {escape_markup(v)}" for name, v in versions)
    return [
        *cells, newest or NOTHING, escape_markup(found["python"] or NOTHING),
        said(found), found["date"][:10],
    ]  # fmt: skip


def works(folder: Path = results.FOLDER) -> str:
    """A row for each implementation that has packages to lift the pins of."""
    found, known = results.canary(folder), titles.measured_versions(folder)
    those = [i for i in every() if i.backend.packages]
    above, rows = label_stale_rows(
        [row(i, known.get(i.slug), found.get(i.slug)) for i in those],
        [
            stale_days("canary", filter(None, [found.get(i.slug)]))
            for i in those
        ],
    )
    head = ["on this site", "works with", "Python", "what works", "as of"]
    return above + table(head, rows, "llll") + "\nFrom `results/canary/`.\n"


def result_files(folder: Path = results.FOLDER) -> dict[Path, str]:
    """The table of the newest versions."""
    return {GENERATED / "canary.md": works(folder)}
