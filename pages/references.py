"""References: the frameworks and their licences."""

import re
from pathlib import Path

from lab import results
from lab.frameworks import Framework, every, frameworks
from pages.markup import titles
from pages.markup.tables import table
from pages.paths import GENERATED


def projects(folder: Path = results.FOLDER) -> str:
    """Every framework with its links."""
    known = titles.measured_versions(folder)

    def row(f: Framework) -> list[str]:
        version = next(
            (known[i.slug] for i in every()
             if i.framework == f and i.slug in known), None,
        )  # fmt: skip
        address = re.sub(r"https://(www\.)?|/tree/.*", "", f.project)
        return [
            titles.framework_title(f, version),
            f"[{address}]({f.project})",
            f"[{f.licence_name}]({f.licence})",
            f.status,
        ]

    head = ["framework", "project", "licence", "status"]
    return table(head, [row(f) for f in frameworks()], "llll")


def result_files(folder: Path = results.FOLDER) -> dict[Path, str]:
    """The table of projects."""
    return {GENERATED / "projects.md": projects(folder)}
