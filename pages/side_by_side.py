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
from pages.paths import GENERATED

LISTINGS_JSON = ROOT / "docs" / "assets" / "diff" / "listings.json"


def highlight_section(f: Framework, section: str) -> list[str]:
    """A section of convnet.py, line by line, with the classes of Pygments."""
    section_match = re.search(
        rf"# --8<-- \[start:{section}\]\n(.*?)# --8<-- \[end:{section}\]",
        f.source(), re.DOTALL,
    )  # fmt: skip
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
        version = next((v for s, v in versions.items() if s == f.name
                    or s.startswith(f"{f.name}-")), None)  # fmt: skip
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


def comparison_form(depth: str) -> str:
    """The place of the comparison on a page that is `depth` below Home."""
    options = "".join(
        f'<optgroup label="{"today" if era == "today" else era}">'
        + "".join(
            f'<option value="{f.name}">{titles.framework_title(f, None)}'
            f"{'' if era == 'today' else f', {era}'}</option>"
            for f in frameworks() if f.era == era
        )
        + "</optgroup>"
        for era in dict.fromkeys(f.era for f in frameworks())
    )  # fmt: skip
    return "\n".join([
        f'<section class="diff" data-listings="{depth}assets/diff/'
        'listings.json" aria-label="Any two, side by side" hidden>',
        f'<link rel="stylesheet" href="{depth}assets/diff/diff.css">',
        '<form class="picker">',
        '<label>Left <select name="left"><option value="">…</option>'
        f"{options}</select></label>",
        '<label>Right <select name="right"><option value="">…</option>'
        f"{options}</select></label>",
        "</form>",
        '<div class="sides"></div>',
        f'<script type="module" src="{depth}assets/diff/diff.js"></script>',
        "</section>\n",
    ])  # fmt: skip


def folder_files() -> dict[Path, str]:
    """The listings, and the place where two of them are compared."""
    return {
        LISTINGS_JSON: listings_json(),
        GENERATED / "diff.md": comparison_form("../"),
    }
