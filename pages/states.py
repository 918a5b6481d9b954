"""Optimisers that went on in another framework, for the phrasebook."""

from pathlib import Path

from lab.frameworks import every
from lab.results import FOLDER, load, slug
from pages.layers import PAGES, who
from pages.markup.stale_remarks import label_stale_rows, stale_days
from pages.markup.tables import card_table
from pages.markup.text import NOTHING


def table(folder: Path) -> str:
    """A row for each implementation that went on, a column for each whose
    steps came first: how many optimisers, and within how many units."""
    order = {i.slug: n for n, i in enumerate(every())}
    found = sorted(load("states", folder), key=lambda r: order[slug(r)])
    if not found:
        return "Not measured.\n"
    named = {slug(result): who(result) for result in found}
    body = []
    for result in found:
        cells = [named[slug(result)]]
        for source in named:
            rows = result["from"].get(source, {}).values()
            units = [row["units"] for row in rows]
            cells.append(
                f"{len(units)}, within {max(units):.0f}" if units else NOTHING
            )
        body.append(cells)
    above, body = label_stale_rows(
        body, [stale_days("states", [one]) for one in found]
    )
    head = ["goes on in", *(f"from {n}" for n in named.values())]
    return above + card_table(head, body)


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """The table."""
    return {PAGES / "states.md": table(folder)}
