"""A color and a mark for each label: in tabs, tables and charts, the same.

docs/assets/frameworks.css has them for the pages; a figure draws `mark()`.
An era that is over has the outline alone.
"""

import re
from pathlib import Path

from lab.frameworks import ROOT, Framework, frameworks
from pages.markup.titles import folder_title, group_by_label

CSS = ROOT / "docs" / "assets" / "frameworks.css"
HEAD = "/* Written by `python -m pages` from the folders of snippets/. */\n"


def label_slug(label: str) -> str:
    """As the addresses of its tabs have it."""
    return label.lower().replace(" ", "-")


def draw_mark(f: Framework, x: float, y: float, size: float = 10) -> str:
    """Return a framework's mark, `size` wide, with its middle at (x, y)."""
    scale = size / 16
    then = " then" if f.era == "2018" else ""
    return (
        f'<path class="mark fw-{label_slug(f.label)}{then}" d="{f.mark}" '
        "transform="
        f'"translate({x - size / 2:g} {y - size / 2:g}) scale({scale:g})"/>'
    )


def mark_name(f: Framework, name: str) -> str:
    """Return a name in a table or a sentence, behind its mark: HTML."""
    then = " then" if f.era == "2018" else ""
    return f'<span class="fw fw-{label_slug(f.label)}{then}">{name}</span>'


def find_framework(name: str) -> Framework | None:
    """Whose name a text begins with: Keras 2.1.6 on TensorFlow. Where only
    the label is said, or a number that no folder has, the newest."""
    for label, group in group_by_label(frameworks()).items():
        if match := re.match(rf"{re.escape(label)}(?: (\d+))?(?![\w-])", name):
            number = match[1] or ""
            same = [f for f in group if number and f.name.endswith(number)]
            return (same or group)[-1]
    return None


def mark_cell(name: str) -> str:
    """Return a cell of a table, behind its mark where it names a framework."""
    f = find_framework(name)
    return mark_name(f, name) if f else name


def row_mark(title: str, y: float) -> tuple[str, str]:
    """Of a name at the head of a figure's row, its middle at y: the class of
    its color, and its mark; both empty where it names no framework."""
    f = find_framework(title)
    return (
        (f"fw-{label_slug(f.label)}", draw_mark(f, 6, y, 9)) if f else ("", "")
    )


def css_image(path: str, outline: bool) -> str:
    """Return a mark as a style sheet's image."""
    paint = " fill='none' stroke='%23000' stroke-width='2'" if outline else ""
    return (
        "url(\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' "
        f"viewBox='0 0 16 16'><path d='{path}'{paint}/></svg>\")"
    )


def tab_selector(*names: str) -> str:
    """Return the labels of the tabs of these names. An address has the
    heading's before it, and a number after it where that is not enough."""
    kinds = [f'[for$="-{n}"], [for*="-{n}_"]' for n in dict.fromkeys(names)]
    return f".tabbed-labels > label:is({', '.join(kinds)})"


def folder_files() -> dict[Path, str]:
    """docs/assets/frameworks.css."""
    all_frameworks = frameworks()

    def tab_name(framework: Framework) -> str:
        return label_slug(folder_title(framework, all_frameworks))

    rules = []
    for label, group in group_by_label(all_frameworks).items():
        newest, name = group[-1], label_slug(label)
        rules.append(
            f".fw-{name},\n"
            f"{tab_selector(name, *map(tab_name, group))} {{\n"
            f"  --fw: {newest.colour};\n"
            f"  --mark: {css_image(newest.mark, newest.era == '2018')};\n}}"
        )
        for then in (f for f in group[:-1] if f.era == "2018"):
            rules.append(
                f".fw-{name}.then,\n{tab_selector(tab_name(then))} {{\n"
                f"  --mark: {css_image(then.mark, True)};\n}}"
            )
    return {CSS: HEAD + "\n" + "\n\n".join(rules) + "\n"}
