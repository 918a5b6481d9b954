"""The phrasebook's tables, from the folders' phrasebook.md: a table each,
whose first column is the part of the network that a row is about; and CNTK's
two loss curves, from what evidence/semantics/unit_gain_2018.py printed."""

import textwrap
from pathlib import Path

from lab.frameworks import ERAS, ROOT, BadInput, Framework, frameworks
from lab.rows import groups
from pages.charts.axis import Axis, upright_lines
from pages.charts.svg import figure, svg_text
from pages.markup.folder_texts import read_text
from pages.markup.framework_marks import mark_name
from pages.markup.stale_remarks import stale_record_days, stale_sentence
from pages.markup.text import join_words
from pages.markup.titles import Frameworks, folder_title, group_by_label
from pages.paths import FIGURES

PHRASEBOOK_TABLES = ROOT / "docs" / "generated" / "phrasebook"
HEAD = "part | name | arguments | default | more"
# The parts, and what their columns are called on the page.
PARTS = {
    "Convolution": "name | arguments | default | layout: images, kernels",
    "Pooling": "name | arguments | default | layout",
    "Flatten": "name | arguments | default | order",
    "Dense": "name | arguments | default | layout: kernel",
    "Dropout": "name | arguments | default | drops",
    "Softmax and loss": "name | arguments | default | labels",
    "Initialisers": "name | arguments | default | biases by default",
    "Optimiser and rate": "name | arguments | default | "
    "the rate: inside the velocity or outside",
    "Training step": "name | gradients | update | shuffles",
    "Evaluation mode": "dropout off | no gradients | default | softmax",
    "Saving": "save | load | file | holds",
}
UNIT_GAIN_RECORD = ROOT / "evidence" / "semantics" / "unit_gain_2018.txt"
STEPS, LOSS = 64, 2.5


def table_path(part: str) -> Path:
    """Return the part's table, as its page includes it."""
    return PHRASEBOOK_TABLES / f"{part.lower().replace(' ', '-')}.md"


def read_rows(framework: Framework) -> dict[str, list[str]]:
    """Return its rows of each part, without the part. Raises BadInput."""
    file = framework.folder / "phrasebook.md"
    head, rule, *lines = [
        line.strip("| ")
        for line in read_text(framework, "phrasebook.md").splitlines()
        if line
    ] or ["", ""]
    if head != HEAD or set(rule) != set("- |"):
        raise BadInput(f"{framework.name}: {file}: its head is not | {HEAD} |")
    rows_of: dict[str, list[str]] = {}
    for line in lines:
        part, *cells = line.split(" | ")
        if part not in PARTS:
            raise BadInput(
                f"{framework.name}: {file}: no part is called {part!r}: one "
                f"of {', '.join(PARTS)}"
            )
        if len(cells) != HEAD.count("|"):
            raise BadInput(
                f"{framework.name}: {file}: {part}: {len(cells) + 1} cells "
                f"in a row, not {HEAD.count('|') + 1}"
            )
        rows_of.setdefault(part, []).append(" | ".join(cells))
    for part in PARTS:
        if part not in rows_of:
            raise BadInput(f"{framework.name}: {file}: no row is of {part}")
    return rows_of


def group_versions(all_frameworks: Frameworks) -> dict[str, list[Framework]]:
    """Return the frameworks of each label, but for the reference, which is
    written out and calls nothing by a name of its own."""
    return group_by_label([f for f in all_frameworks if not f.reference])


def part_table(part: str, all_frameworks: Frameworks) -> str:
    """One part's table; what all rows of two versions share is said once."""
    lines = [f"| framework | {PARTS[part]} |", "| --- |" + 4 * " --- |"]
    for label, group in group_versions(all_frameworks).items():
        same: dict[tuple[str, ...], list[Framework]] = {}
        for f in group:
            same.setdefault(tuple(read_rows(f)[part]), []).append(f)
        for cells, who in same.items():
            numbers = [
                folder_title(f, all_frameworks)[len(label) :].strip()
                for f in who
            ]
            name = f"{label} {join_words(numbers)}".strip()
            # It stays on one line of the page.
            name = name.replace(" ", "\N{NO-BREAK SPACE}")
            name = mark_name(who[-1], name)
            lines += [f"| {name} | {row} |" for row in cells]
    return "\n".join(lines)


def eras_sentence(all_frameworks: Frameworks) -> str:
    """Return a sentence: which of the names are of which era."""
    group = [
        f for same in group_versions(all_frameworks).values() for f in same
    ]
    old, new = (
        join_words(
            folder_title(f, all_frameworks) for f in group if f.era == era
        )
        for era in reversed(ERAS)
    )
    return textwrap.fill(f"{old} are those of 2018; {new} are today's.", 79)


def layer_contents() -> str:
    """Return the groups of layers with a page of their own, and their
    entries."""
    items = []
    for name, group in groups().items():
        links = ", ".join(
            f"[{row.title}](layers/{name}.md#{key})"
            for key, row in group.rows.items()
        )
        items.append(f"**[{group.title}](layers/{name}.md)**\n:   {links}\n")
    return "\n".join(items)


def unit_gain_chart(record: str) -> str:
    """Return both curves as one figure. Raises BadInput for a record of other
    lengths."""
    rows = [line.split() for line in record.splitlines()[1:]]
    true, false = [[float(row[column]) for row in rows] for column in (1, 2)]
    if len(rows) != STEPS or max(true + false) >= LOSS:
        raise BadInput(f"{UNIT_GAIN_RECORD}: not {STEPS} losses below {LOSS}")
    left, right, top, bottom = 34, 350, 28, 228
    steps, losses = Axis(0, STEPS, left, right), Axis(0, LOSS, bottom, top)
    grid = "".join(f"M{left} {losses.place(n):.1f}H{right}" for n in (1, 2))
    grid += upright_lines(steps, [32], top, bottom)
    ticks = [
        svg_text(left - 8, f"{losses.place(n - 0.05):.1f}", n, "end")
        for n in range(3)
    ]
    ticks += [
        svg_text(f"{steps.place(n):.1f}", bottom + 18, n, "middle")
        for n in (0, 32, 64)
    ]
    description = (
        "The mean loss of each of 64 batches, two epochs. With unit_gain it "
        f"falls from {true[0]:.2f} to {true[31]:.2f} after the first epoch "
        f"and {true[63]:.2f} after the second; without, from {false[0]:.2f} "
        f"to {false[31]:.2f} and {false[63]:.2f}."
    )
    curves = []
    for values, color in (
        (true, "var(--md-accent-fg-color, #a13d00)"),
        (false, "currentColor"),
    ):
        points = " ".join(
            f"{steps.place(n):.1f} {losses.place(value):.1f}"
            for n, value in enumerate(values, 1)
        )
        curves.append(f'<path d="M{points}" stroke="{color}"/>')
    return figure(
        "",
        "unit-gain",
        "Training loss, with and without unit_gain",
        description,
        360,
        268,
        [
            f'<path d="{grid}" stroke="currentColor" stroke-opacity="0.25"/>',
            f'<path d="M{left} {top}V{bottom}H{right}" fill="none" '
            'stroke="currentColor"/>',
            '<g fill="none" stroke-width="2" stroke-linejoin="round">',
            *curves,
            "</g>",
            '<g fill="currentColor">',
            svg_text(2, 16, "loss", "start"),
            svg_text(right, bottom + 36, "step; an epoch is 32", "end"),
            *ticks,
            svg_text(right, 46, "unit_gain=True, the default", "end"),
            svg_text(right, 182, "unit_gain=False", "end"),
            "</g>",
        ],
        display_width=480,
        size=13,
        remark=stale_sentence({"": stale_record_days(UNIT_GAIN_RECORD)}),
    )


def record_files() -> dict[Path, str]:
    """Return the figure of CNTK's curves."""
    record = UNIT_GAIN_RECORD.read_text("utf-8")
    return {FIGURES / "unit-gain.svg": unit_gain_chart(record)}


def folder_files() -> dict[Path, str]:
    """Return a table for each part, the eras, and the layers beyond this
    network."""
    all_frameworks = frameworks()
    texts = {
        table_path(part): part_table(part, all_frameworks) for part in PARTS
    }
    texts[table_path("eras")] = eras_sentence(all_frameworks)
    texts[table_path("layers")] = layer_contents()
    return {path: f"{text}\n" for path, text in texts.items()}
