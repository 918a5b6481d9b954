"""Then and now: the listings of both eras, and what changed."""

import textwrap
from pathlib import Path

from lab.frameworks import frameworks
from pages.markup.folder_texts import (
    CONVNET_INCLUDES,
    listing_fence,
    read_note,
)
from pages.markup.tabs import tab_set
from pages.markup.titles import Frameworks, group_by_label
from pages.paths import TABS


def era_tabs(section: str, all_frameworks: Frameworks) -> str:
    """Return each label: the listing of 2018 beside that of today, or a
    sentence in the place of one."""
    bodies = []
    for label, group in group_by_label(all_frameworks).items():
        shown = [
            listing_fence(f, CONVNET_INCLUDES[section], era=f.era)
            for f in group
        ]
        if group[-1].era == "2018":
            shown = [*shown, read_note(group[-1], "then")]
        elif group[0].era == "today":
            shown = [read_note(group[0], "then"), *shown]
        pair = "\n\n".join(['<div class="then-now" markdown>', *shown])
        bodies.append((label, f"{pair}\n\n</div>"))
    return tab_set(bodies)


def changes_by_label(all_frameworks: Frameworks) -> str:
    """Return what changed, and why, as a definition list; the newest of a
    label says it, and of the reference nothing is said."""
    items = []
    for label, group in group_by_label(all_frameworks).items():
        if not group[-1].reference:
            text = textwrap.indent(read_note(group[-1], "changed"), "    ")
            items.append(f"{label}\n:   {text.lstrip()}")
    return "\n\n".join(items)


def folder_files() -> dict[Path, str]:
    """Return a tab set of each section of the listings, and what changed."""
    changes = changes_by_label(frameworks())
    return {TABS / "then-and-now-changed.md": changes + "\n"} | {
        TABS / f"then-and-now-{section}.md": era_tabs(section, frameworks())
        + "\n"
        for section in CONVNET_INCLUDES
    }
