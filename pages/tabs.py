"""The tab sets of Home, The ConvNet, Then and now and Port your weights, and
what else those pages say of each framework, from the frameworks' folders."""

import textwrap
from pathlib import Path

from lab.frameworks import ERAS, BadInput, Framework, frameworks
from pages.markup.folder_texts import (
    CONVNET_INCLUDES,
    DISTRIBUTED_INCLUDES,
    DISTRIBUTED_SECTIONS,
    listing_fence,
    read_note,
    read_notes,
)
from pages.markup.tabs import tab_set, tab_set_2018
from pages.markup.text import join_words
from pages.markup.titles import (
    Frameworks,
    folder_title,
    group_by_label,
    newest_of_each_label,
    select_era,
)
from pages.paths import TABS


def convnet(section: str, known: Frameworks) -> str:
    """The newest of each label: a listing, and its sentences below; one of
    2018 says so first."""
    bodies = []
    for f in newest_of_each_label(known):
        old = "" if f.era == "today" else f"As {f.era} left it.\n\n"
        era = "" if f.era == "today" else f.era
        shown = listing_fence(f, CONVNET_INCLUDES[section], era=era)
        body = f"{old}{shown}\n\n{read_note(f, section)}"
        bodies.append((f.label, body))
    return tab_set(bodies)


def then_and_now(section: str, known: Frameworks) -> str:
    """Each label: the listing of 2018 beside that of today, or a sentence
    in the place of one."""
    bodies = []
    for label, group in group_by_label(known).items():
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


def changed(known: Frameworks) -> str:
    """What changed, and why, as a definition list; the newest of a label
    says it, and of the reference nothing is said."""
    items = []
    for label, group in group_by_label(known).items():
        if not group[-1].reference:
            text = textwrap.indent(read_note(group[-1], "changed"), "    ")
            items.append(f"{label}\n:   {text.lstrip()}")
    return "\n\n".join(items)


def choose(known: Frameworks) -> str:
    """What one chooses each for; the newest of a label says it."""
    return "\n".join(
        f"- **{label}**: {' '.join(read_note(group[-1], 'choose').split())}"
        for label, group in group_by_label(known).items()
    )


def converters(era: str, known: Frameworks) -> str:
    """Each framework of an era: its weights.py."""
    known = select_era(era, known)
    bodies = [
        (folder_title(f, known), listing_fence(f, file="weights.py"))
        for f in known
    ]
    return tab_set_2018(bodies) if era == "2018" else tab_set(bodies)


def distributed(f: Framework, section: str) -> str:
    """A section of its distributed.py, below the last of which stand its
    sentences; or those alone, where it has no such file."""
    if not (f.folder / "distributed.py").exists():
        return read_note(f, "distributed")
    shown = listing_fence(f, DISTRIBUTED_INCLUDES[section], "distributed.py")
    said = (
        read_notes(f).get("distributed")
        if section == DISTRIBUTED_SECTIONS[-1]
        else ""
    )
    return f"{shown}\n\n{said}" if said else shown


def past_one_machine(section: str, known: Frameworks) -> str:
    """The newest of each label, in several processes."""
    return tab_set(
        [
            (f.label, distributed(f, section))
            for f in newest_of_each_label(known)
        ]
    )


def files(known: Frameworks) -> str:
    """Each framework's own file, and what opening it can do: rows."""
    rows = []
    for f in known:
        text = read_note(f, "opening")
        if len(text.split(" | ")) != 2 or "\n" in text:
            raise BadInput(
                f"{f.name}: {f.folder / 'notes.md'}: `## opening` is not one "
                "line with one ` | `: its file's name | what reading it does"
            )
        rows.append(f"| `{f.name}` | {text} |")
    return "\n".join(rows)


def alike(known: Frameworks) -> dict[str, list[Framework]]:
    """The frameworks whose weights lie alike, by a name for them all: their
    label, or the order of their images."""
    found: dict[tuple[str, str, str, int], list[Framework]] = {}
    for f in (f for group in group_by_label(known).values() for f in group):
        key = f.image_layout, f.kernel_layout, f.dense_layout
        found.setdefault((*key, len(f.dense_shape)), []).append(f)
    named: dict[str, list[Framework]] = {}
    for group in found.values():
        name = "channels " + ("last", "first")[group[0].image_layout == "NCHW"]
        if len({f.label for f in group}) == 1:
            name = group[0].label
        if name in named:
            name += f", {group[0].kernel_layout}, {group[0].dense_layout}"
        named[name] = group
    return named


def moves(a: Framework, b: Framework) -> tuple[str, str]:
    """What takes a convolution's kernel and a dense layer's from a to b."""
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


def pairs(known: Frameworks) -> str:
    """Which frameworks lie alike, and what takes each group to another."""
    groups = alike(known)
    said = [
        textwrap.fill(
            f"*{name[0].upper()}{name[1:]}* stands for "
            f"{join_words(dict.fromkeys(f.label for f in group))}, whose "
            "weights "
            "lie alike.",
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
                kernels, dense = moves(olds[0], news[0])
                rows.append(f"| {old} → {new} | {kernels} | {dense} |")
    return "\n".join([*said, "", *rows] if said else rows)


def folder_files(known: Frameworks | None = None) -> dict[Path, str]:
    """docs/generated/tabs/: every part of these pages."""
    known = frameworks() if known is None else known
    found = {"choose": choose(known)}
    for section in CONVNET_INCLUDES:
        found[f"convnet-{section}"] = convnet(section, known)
        found[f"then-and-now-{section}"] = then_and_now(section, known)
    found["then-and-now-changed"] = changed(known)
    for section in DISTRIBUTED_INCLUDES:
        found[f"past-one-machine-{section}"] = past_one_machine(section, known)
    old = select_era("2018", known)
    found["past-one-machine-2018"] = tab_set_2018(
        [(folder_title(f, old), distributed(f, "whole")) for f in old]
    )
    for era in ERAS:
        found[f"port-{era}"] = converters(era, known)
    found["port-files"] = files(known)
    found["port-pairs"] = pairs(known)
    return {TABS / f"{name}.md": f"{text}\n" for name, text in found.items()}
