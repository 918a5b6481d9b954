"""The phrasebook's tables, from the folders' phrasebook.md: a table each,
whose first column is the part of the network that a row is about."""

import textwrap
from pathlib import Path

from lab.frameworks import ERAS, ROOT, BadInput, Framework, frameworks
from lab.rows import groups
from pages.markup.folder_texts import read_text
from pages.markup.framework_marks import mark_name
from pages.markup.text import join_words
from pages.markup.titles import Frameworks, folder_title, group_by_label

TABLES = ROOT / "docs" / "generated" / "phrasebook"
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


def path(part: str) -> Path:
    """The part's table, as its page includes it."""
    return TABLES / f"{part.lower().replace(' ', '-')}.md"


def rows(framework: Framework) -> dict[str, list[str]]:
    """Its rows of each part, without the part. Raises BadInput."""
    file = framework.folder / "phrasebook.md"
    head, rule, *lines = [
        line.strip("| ")
        for line in read_text(framework, "phrasebook.md").splitlines()
        if line
    ] or ["", ""]
    if head != HEAD or set(rule) != set("- |"):
        raise BadInput(f"{framework.name}: {file}: its head is not | {HEAD} |")
    found: dict[str, list[str]] = {}
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
        found.setdefault(part, []).append(" | ".join(cells))
    for part in PARTS:
        if part not in found:
            raise BadInput(f"{framework.name}: {file}: no row is of {part}")
    return found


def versions(known: Frameworks) -> dict[str, list[Framework]]:
    """The frameworks of each label, but for the reference, which is written
    out and calls nothing by a name of its own."""
    return group_by_label([f for f in known if not f.reference])


def table(part: str, known: Frameworks) -> str:
    """One part's table; what all rows of two versions share is said once."""
    lines = [f"| framework | {PARTS[part]} |", "| --- |" + 4 * " --- |"]
    for label, group in versions(known).items():
        same: dict[tuple[str, ...], list[Framework]] = {}
        for f in group:
            same.setdefault(tuple(rows(f)[part]), []).append(f)
        for cells, who in same.items():
            numbers = [
                folder_title(f, known)[len(label) :].strip() for f in who
            ]
            name = f"{label} {join_words(numbers)}".strip()
            # It stays on one line of the page.
            name = name.replace(" ", "\N{NO-BREAK SPACE}")
            name = mark_name(who[-1], name)
            lines += [f"| {name} | {row} |" for row in cells]
    return "\n".join(lines)


def eras(known: Frameworks) -> str:
    """A sentence: which of the names are of which era."""
    group = [f for same in versions(known).values() for f in same]
    old, new = (
        join_words(folder_title(f, known) for f in group if f.era == era)
        for era in reversed(ERAS)
    )
    return textwrap.fill(f"{old} are those of 2018; {new} are today's.", 79)


def contents() -> str:
    """The groups of layers with a page of their own, and their entries."""
    found = []
    for name, group in groups().items():
        links = ", ".join(
            f"[{row.title}](layers/{name}.md#{key})"
            for key, row in group.rows.items()
        )
        found.append(f"**[{group.title}](layers/{name}.md)**\n:   {links}\n")
    return "\n".join(found)


def folder_files(known: Frameworks | None = None) -> dict[Path, str]:
    """docs/generated/phrasebook/: a table a part, the eras, and the layers
    beyond this network."""
    known = frameworks() if known is None else known
    found = {path(part): table(part, known) for part in PARTS}
    found[path("eras")] = eras(known)
    found[path("layers")] = contents()
    return {where: f"{text}\n" for where, text in found.items()}
