"""Contributing: what the product bears."""

from pathlib import Path

from lab.endurance.trial import ENDS
from lab.results import ENDURANCE, FOLDER, endurance, read
from pages.markup.stale_remarks import stale_days, stale_paragraph
from pages.markup.tables import table
from pages.paths import GENERATED

FILE = GENERATED / "endurance.md"
HEAD = ["tried", "refused", "right", "cannot be told", "wrong", "tracebacks",
        "hangs"]  # fmt: skip
PARTS = {
    "corruptions": "corrupted input",
    "kills": "killed",
    "surroundings": "surroundings",
}


def page(folder: Path) -> str:
    """A table for each part, a row for each input."""
    rows = endurance(folder)
    if not rows:
        return "Not measured.\n"
    tables = []
    for part, title in PARTS.items():
        body = [
            [f"`{row['name']}`" if part == "corruptions" else row["name"],
             *(f"{row[key]:,}" for key in ("tried", *ENDS))]
            for row in rows if row["part"] == part
        ]  # fmt: skip
        tables.append(table([title, *HEAD], body))
    whole = read("endurance", folder / ENDURANCE)
    return stale_paragraph(stale_days("endurance", [whole])) + "\n".join(
        tables
    )


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """The tables."""
    return {FILE: page(folder)}
