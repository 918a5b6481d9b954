"""Any two listings side by side: what docs/assets/diff/diff.js is given."""

import json
import re
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from lab.frameworks import ROOT, Framework, frameworks
from pages.markup import titles
from pages.markup.folder_texts import CONVNET_SECTIONS
from pages.markup.framework_marks import label_slug
from pages.markup.templates import render_template
from pages.paths import GENERATED

LISTINGS_JSON = ROOT / "docs" / "assets" / "diff" / "listings.json"


def highlight_section(f: Framework, section: str) -> list[str]:
    """Return a section of convnet.py, line by line, with the classes of
    Pygments."""
    section_match = re.search(
        rf"# --8<-- \[start:{section}\]\n(.*?)# --8<-- \[end:{section}\]",
        f.source(),
        re.DOTALL,
    )
    assert section_match  # the contract holds the sections
    code = highlight(
        section_match[1], PythonLexer(), HtmlFormatter(nowrap=True)
    )
    return code.rstrip("\n").split("\n")


def listings_json() -> str:
    """{folder: its title, era, mark and sections}, as JSON."""
    versions = titles.measured_versions()
    listings = {}
    for f in frameworks():
        version = next(
            (
                v
                for s, v in versions.items()
                if s == f.name or s.startswith(f"{f.name}-")
            ),
            None,
        )
        listings[f.name] = {
            "title": titles.framework_title(f, version),
            "era": f.era,
            "mark": label_slug(f.label),
            "sections": {
                section: highlight_section(f, section)
                for section in CONVNET_SECTIONS
            },
        }
    return json.dumps(listings, ensure_ascii=False, indent=0) + "\n"


def comparison_form(root: str) -> str:
    """Return the place of the comparison on a page, from which `root` is the
    way to Home."""
    eras: dict[str, list[Framework]] = {}
    for framework in frameworks():
        eras.setdefault(framework.era, []).append(framework)
    return render_template("side_by_side.html", root=root, eras=eras)


def folder_files() -> dict[Path, str]:
    """Return the listings, and the place where two of them are compared."""
    return {
        LISTINGS_JSON: listings_json(),
        GENERATED / "diff.md": comparison_form("../"),
    }
