"""Port your weights: the converters, the files, and how layouts differ."""

import textwrap
from pathlib import Path

from lab.frameworks import ERAS, BadInput, Framework, frameworks
from pages.markup.folder_texts import listing_fence, read_note
from pages.markup.tabs import tab_set, tab_set_2018
from pages.markup.text import join_words
from pages.markup.titles import (
    Frameworks,
    folder_title,
    group_by_label,
    select_era,
)
from pages.paths import TABS


def converter_tabs(era: str, all_frameworks: Frameworks) -> str:
    """Return each framework of an era: its weights.py."""
    all_frameworks = select_era(era, all_frameworks)
    bodies = [
        (folder_title(f, all_frameworks), listing_fence(f, file="weights.py"))
        for f in all_frameworks
    ]
    return tab_set_2018(bodies) if era == "2018" else tab_set(bodies)


def weights_file_rows(all_frameworks: Frameworks) -> str:
    """Return each framework's own file, and what opening it can do: rows."""
    rows = []
    for f in all_frameworks:
        text = read_note(f, "opening")
        if len(text.split(" | ")) != 2 or "\n" in text:
            raise BadInput(
                f"{f.name}: {f.folder / 'notes.md'}: `## opening` is not one "
                "line with one ` | `: its file's name | what reading it does"
            )
        rows.append(f"| `{f.name}` | {text} |")
    return "\n".join(rows)


def group_by_layout(all_frameworks: Frameworks) -> dict[str, list[Framework]]:
    """Return the frameworks whose weights lie alike, by a name for them all:
    their label, or the order of their images."""
    groups: dict[tuple[str, str, str, int], list[Framework]] = {}
    for f in (
        f for group in group_by_label(all_frameworks).values() for f in group
    ):
        key = f.image_layout, f.kernel_layout, f.dense_layout
        groups.setdefault((*key, len(f.dense_shape)), []).append(f)
    group_of: dict[str, list[Framework]] = {}
    for group in groups.values():
        name = "channels " + ("last", "first")[group[0].image_layout == "NCHW"]
        if len({f.label for f in group}) == 1:
            name = group[0].label
        if name in group_of:
            name += f", {group[0].kernel_layout}, {group[0].dense_layout}"
        group_of[name] = group
    return group_of


def layout_moves(a: Framework, b: Framework) -> tuple[str, str]:
    """Return what takes a convolution's kernel and a dense layer's from a to
    b."""
    axes = [a.kernel_layout.index(axis) for axis in b.kernel_layout]
    kernels = f"`{', '.join(map(str, axes))}`"
    old, new = a.dense_layout, b.dense_layout
    first = old.startswith("O"), new.startswith("O")
    steps = []
    if first[0] != first[1]:
        steps.append("transpose")
    if old.replace("O", "") != new.replace("O", ""):
        rows = "permute columns" if all(first) else "permute rows"
        # Rows are there once what goes out no longer comes first.
        steps.insert(len(steps) if first[0] else 0, rows)
    return (
        "—" if axes == sorted(axes) else kernels,
        ", ".join(steps) or "—",
    )


def layout_pairs(all_frameworks: Frameworks) -> str:
    """Return which frameworks lie alike, and what takes each group to
    another."""
    groups = group_by_layout(all_frameworks)
    sentences = [
        textwrap.fill(
            f"*{name[0].upper()}{name[1:]}* stands for "
            f"{join_words(dict.fromkeys(f.label for f in group))}, whose "
            "weights lie alike.",
            79,
        )
        for name, group in groups.items()
        if len({f.label for f in group}) > 1
    ]
    rows = [
        "| from → to | kernels, `.transpose` | dense layer |",
        "| --- | --- | --- |",
    ]
    for old, olds in groups.items():
        for new, news in groups.items():
            if old != new or len(olds) > 1:
                kernels, dense = layout_moves(olds[0], news[0])
                rows.append(f"| {old} → {new} | {kernels} | {dense} |")
    return "\n".join([*sentences, "", *rows] if sentences else rows)


def folder_files() -> dict[Path, str]:
    """Return the converters of each era, the files, and what takes a layout
    to another."""
    all_frameworks = frameworks()
    texts = {
        f"port-{era}": converter_tabs(era, all_frameworks) for era in ERAS
    }
    texts["port-files"] = weights_file_rows(all_frameworks)
    texts["port-pairs"] = layout_pairs(all_frameworks)
    return {TABS / f"{name}.md": f"{text}\n" for name, text in texts.items()}
