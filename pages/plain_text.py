"""The listings as plain text, and llms.txt, which names them."""

from pathlib import Path

from lab.frameworks import ROOT, frameworks
from lab.rows import groups
from pages.markup.titles import folder_title

LLMS, LISTINGS = ROOT / "docs" / "llms.txt", ROOT / "docs" / "listings"


def llms() -> str:
    """llms.txt, as https://llmstxt.org has it."""
    known = frameworks()
    listings = "\n".join(
        f"- [{folder_title(f, known)}, {f.era}](listings/{f.name}.txt)"
        for f in known
    )
    pages = "\n".join(
        f"- [{table.title}](layers/{group}.md)"
        for group, table in groups().items()
    )
    return (
        "# One ConvNet\n\n"
        "> One small ConvNet in every framework, each compared with float64; "
        "and the layers one adds next, row by row.\n\n"
        f"## Listings\n\n{listings}\n\n"
        f"## Phrasebook\n\n- [All of it as JSON](phrasebook.json)\n{pages}\n"
    )


def folder_files() -> dict[Path, str]:
    """llms.txt, and each listing."""
    found = {
        LISTINGS / f"{f.name}.txt": f.source("convnet.py")
        for f in frameworks()
    }
    return {LLMS: llms(), **found}
