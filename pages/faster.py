"""The frameworks' own tabs of Faster, from their folders."""

from pathlib import Path

from lab.frameworks import ROOT, frameworks
from pages.markup.folder_texts import read_text
from pages.markup.titles import Frameworks, folder_title


def sections(known: Frameworks | None = None) -> str:
    """A tab for each framework that has a fast.py: its fast.md."""
    known = frameworks() if known is None else known
    fast = [f for f in known if (f.folder / "fast.py").exists()]
    for f in fast:
        read_text(f, "fast.md")
    return "\n\n".join(
        f'=== "{folder_title(f, fast)}"\n\n    --8<-- "snippets/'
        f'{f.name}/fast.md"'
        for f in fast
    )


def folder_files(known: Frameworks | None = None) -> dict[Path, str]:
    """docs/generated/faster.md."""
    path = ROOT / "docs" / "generated" / "faster.md"
    return {path: f"{sections(known)}\n"}
