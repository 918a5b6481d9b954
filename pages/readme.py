"""README.md: the network's picture, ten lines of the code, and what the first
command prints."""

import re
from pathlib import Path

from lab import results
from lab.frameworks import ROOT, every, frameworks
from pages.charts import network_drawing
from pages.charts.network_drawing import AXIS_ORDERS
from pages.markup.stale_remarks import Days, label_stale_rows, stale_days
from pages.markup.tables import table
from pages.markup.text import NOT_MEASURED, NOTHING, escape_markup

README = ROOT / "README.md"


def model_code() -> str:
    """Return the model of the first framework, as its file has it."""
    first = frameworks()[0]
    source = first.source()
    section = re.search(
        r"# --8<-- \[start:model\]\n(.*?)# --8<-- \[end:model\]", source, re.S
    )
    assert section  # the contract holds the sections
    return f"```py\n{section[1]}```\n"


def network_image() -> str:
    """Return the network, in the order of the first framework."""
    order = frameworks()[0].image_layout
    return (
        f"![The network, {AXIS_ORDERS[order]}. "
        f"{network_drawing.describe_shapes(order)}](docs/assets/"
        f"{network_drawing.file_name(order)})\n"
    )


def training_table(folder: Path) -> str:
    """Return the table of `python -m snippets train`, of the first seed."""
    rows: list[list[str]] = []
    days: list[Days] = []
    measured = results.gates("mnist-5k", folder)
    for i in every():
        first = [r for r in measured.get(i.slug, []) if r["seed"] == 0]
        rows += [
            [
                i.title,
                escape_markup(run["version"]),
                f"{run['test_accuracy']:.4f}",
                f"≥ {run['gate']:.3f}",
                f"{run['seconds']['training']:.1f} s",
                f"{run['images_per_second']:,.0f}",
            ]
            for run in first
        ] or [[i.title, NOTHING, NOT_MEASURED, *[NOTHING] * 3]]
        days.append(stale_days("gates", first))
    head = ["framework", "version", "accuracy", "gate", "training", "images/s"]
    above, rows = label_stale_rows(rows, days)
    return above + table(head, rows).rstrip("\n") + "\n"


def replace_between(text: str, name: str, part: str) -> str:
    """`text` with `part` between the comments of that name."""
    before, rest = text.split(f"<!-- {name} -->\n")
    after = rest.split(f"<!-- /{name} -->")[1]
    return (
        f"{before}<!-- {name} -->\n\n{part.rstrip()}\n\n"
        f"<!-- /{name} -->{after}"
    )


def result_files(folder: Path = results.FOLDER) -> dict[Path, str]:
    """README.md with each in its place."""
    text = replace_between(
        README.read_text("utf-8"), "picture", network_image()
    )
    text = replace_between(text, "code", model_code())
    return {README: replace_between(text, "table", training_table(folder))}
