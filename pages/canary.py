"""The ConvNet: with which versions it works where nothing is pinned."""

from pathlib import Path

from lab import results
from lab.frameworks import Implementation, every
from lab.results import Result
from pages import titles
from pages.markdown import (
    GENERATED,
    NOT_MEASURED,
    NOTHING,
    listed,
    plain,
    table,
)
from pages.stale import days, label


def said(found: Result) -> str:
    """What came of it: "all of 58", or each page with what broke there."""
    if found["error"]:
        return plain(found["error"])
    broken: dict[str, list[str]] = {}
    for step in found["looked_at"]:
        if step["error"]:
            broken.setdefault(step["page"], []).append(f"`{step['what']}`")
    if not broken:
        return f"all of {len(found['looked_at'])}"
    return "; ".join(
        f"not {listed(names)}, [{page.removesuffix('.md')}]({page})"
        for page, names in broken.items()
    )


def row(
    i: Implementation, known: str | None, found: Result | None
) -> list[str]:
    """One implementation: the version of the other pages, and the newest."""
    cells = [titles.title(i, known)]
    if found is None:
        return [*cells, NOT_MEASURED, *[NOTHING] * 3]
    versions = found["packages"].items()
    newest = ", ".join(f"{name} {plain(v)}" for name, v in versions)
    return [
        *cells, newest or NOTHING, plain(found["python"] or NOTHING),
        said(found), found["date"][:10],
    ]  # fmt: skip


def works(folder: Path = results.FOLDER) -> str:
    """A row for each implementation that has packages to lift the pins of."""
    found, known = results.canary(folder), titles.versions(folder)
    those = [i for i in every() if i.backend.packages]
    above, rows = label(
        [row(i, known.get(i.slug), found.get(i.slug)) for i in those],
        [days("canary", filter(None, [found.get(i.slug)])) for i in those],
    )
    head = ["on this site", "works with", "Python", "what works", "as of"]
    return above + table(head, rows, "llll") + "\nFrom `results/canary/`.\n"


def parts(folder: Path = results.FOLDER) -> dict[Path, str]:
    """The table of the newest versions."""
    return {GENERATED / "canary.md": works(folder)}
