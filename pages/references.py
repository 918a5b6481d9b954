"""References: the frameworks, and the licences of what the site serves and of
what is installed, as the packages themselves state them."""

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

from lab import results
from lab.frameworks import Framework, every, frameworks
from pages.markup import titles
from pages.markup.tables import table
from pages.paths import GENERATED

# Those whose metadata names none; read in the file LICENSE that they bring,
# or, for those of 2018, in their project's of that version.
LICENCES_READ = {
    "axe-playwright-python": "MIT",
    "namex": "Apache-2.0",
    "numpy==1.19.5": "BSD-3-Clause",
    "scikit-learn==0.24.2": "BSD-3-Clause",
    "torch==1.0.0": "BSD-3-Clause",
}
# A classifier or a field that says no more than this says nothing.
NO_LICENCE = {"", "UNKNOWN", "OSI Approved"}
# What a page is made of: what, whose, and its package or its licence.
SERVED = [
    ("text, listings, scripts, pictures, weights", "this repository", "MIT"),
    (
        "digits of MNIST, as pictures and in scripts",
        "Y. LeCun, C. Cortes, C. Burges",
        "CC BY-SA 3.0, as the copy that Keras serves states",
    ),
    ("theme and search", "mkdocs-material", ""),
    ("icons", "Material Design Icons, in the theme", "Apache-2.0"),
    ("icon of Git", "Font Awesome, in the theme", "CC BY 4.0"),
    ("styles and scripts of a notebook", "mkdocs-jupyter", ""),
    ("typefaces", "Atkinson Hyperlegible Next and Mono", "OFL-1.1"),
]


def projects_table(folder: Path = results.FOLDER) -> str:
    """Return every framework with its links."""
    version_of = titles.measured_versions(folder)

    def row(f: Framework) -> list[str]:
        version = next(
            (
                version_of[i.slug]
                for i in every()
                if i.framework == f and i.slug in version_of
            ),
            None,
        )
        address = re.sub(r"https://(www\.)?|/tree/.*", "", f.project)
        return [
            titles.framework_title(f, version),
            f"[{address}]({f.project})",
            f"[{f.licence_name}]({f.licence})",
            f.status,
        ]

    head = ["framework", "project", "licence", "status"]
    return table(head, [row(f) for f in frameworks()], "llll")


def package_licence(package: Distribution) -> str:
    """Return the licence of a package as it states it, in its own words; ""
    where it states none that is a line, and READ has none."""
    metadata = package.metadata
    classes = [
        entry.rpartition(" :: ")[2]
        for entry in metadata.get_all("Classifier") or []
        if entry.startswith("License ::")
    ]
    field, *_ = metadata.get_all("License") or [""]
    expression, *_ = metadata.get_all("License-Expression") or [""]
    for text in (expression, *classes[:1], field):
        if text not in NO_LICENCE and "\n" not in text and len(text) < 120:
            return text
    name = metadata["Name"].lower().replace("_", "-")
    return LICENCES_READ.get(
        f"{name}=={package.version}"
    ) or LICENCES_READ.get(name, "")


def served_table() -> str:
    """Return what a page is made of, a row each."""
    rows = [
        (what, whose, stated or package_licence(distribution(whose)))
        for what, whose, stated in SERVED
    ]
    return table(["what", "whose", "licence"], rows, "lll")


def result_files(folder: Path = results.FOLDER) -> dict[Path, str]:
    """Return the table of projects."""
    return {GENERATED / "projects.md": projects_table(folder)}


def folder_files() -> dict[Path, str]:
    """Return the table of what is served."""
    return {GENERATED / "licences.md": served_table()}
