"""The site built by Zensical: `python -m pages.publish.zensical SITE`.

Material for MkDocs ends in 2027. Zensical reads the same mkdocs.yml and the
same pages, follows no link to a folder, and knows no notebooks. So it is given
a copy, in which links are files and each notebook a page, run as for MkDocs.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter
from nbconvert.preprocessors import (
    CoalesceStreamsPreprocessor,
    ExecutePreprocessor,
)

from lab.errors import BadInput, Failed
from lab.files import write_text
from lab.frameworks import ROOT
from lab.outcome import outcome

LINK = re.compile(r"(\]\(\S*?notebooks/\w+)\.ipynb\)")


def copy_sources(folder: Path) -> None:
    """What the site is made of, in `folder`: docs/ whole, the rest linked."""
    for path in ROOT.iterdir():
        if path.name == "docs":
            shutil.copytree(path, folder / "docs")
        elif path.name != "mkdocs.yml" and not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    write_text(folder / "mkdocs.yml", text.replace(".ipynb\n", ".md\n"))


def notebook_to_page(notebook: Path, run: bool) -> None:
    """A notebook becomes a page, with its own file and its pictures beside
    it as mkdocs-jupyter has them. Raises Failed where a cell fails."""
    book = nbformat.read(notebook, as_version=4)
    if run:
        os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
        try:
            ExecutePreprocessor(timeout=None).preprocess(book)
        except Exception as error:
            last = str(error).strip().splitlines()[-1]
            raise Failed(f"{notebook.name}: {last}") from error
    book, _ = CoalesceStreamsPreprocessor().preprocess(book, {})
    book.metadata.language_info = {"name": "python"}
    body, resources = MarkdownExporter().from_notebook_node(book)
    body = body.replace("![svg](", "![What the lines above draw](")
    folder = notebook.with_suffix("")
    folder.mkdir()
    for name, picture in resources["outputs"].items():
        (folder / name).write_bytes(picture)
        body = body.replace(f"]({name})", f"]({folder.name}/{name})")
    head = f"---\nnotebook: {notebook.name}\n---\n\n"
    write_text(notebook.with_suffix(".md"), head + body)
    notebook.rename(folder / notebook.name)


def build_site(site: Path) -> int:
    """Build the site in a folder, written anew; return the exit status.

    Raises Failed, and BadInput for a folder that holds something else."""
    if (
        site.exists()
        and any(site.iterdir())
        and not (site / "index.html").exists()
    ):
        raise BadInput(f"{site} holds no site: name a new folder, or empty it")
    run = os.environ.get("NOTEBOOKS", "true").lower() != "false"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        copy_sources(folder)
        for notebook in sorted((folder / "docs/notebooks").glob("*.ipynb")):
            notebook_to_page(notebook, run)
        for page in (folder / "docs").rglob("*.md"):
            text = page.read_text("utf-8")
            links = LINK.sub(r"\1.md)", text)
            if links != text:
                write_text(page, links)
        process = subprocess.run(
            [Path(sys.executable).with_name("zensical"), "build", "--strict"],
            cwd=folder,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if process.returncode:
            message = re.sub(r"\x1b\[[\d;]*m", "", process.stdout)
            raise Failed(f"zensical build: {message.strip()}")
        # Whole beside its place first, which may be on another disk.
        whole = Path(tempfile.mkdtemp(prefix=".site-", dir=site.parent))
        try:
            shutil.move(folder / "site", whole / "new")
            if site.exists():
                site.rename(whole / "old")
            (whole / "new").rename(site)
        finally:
            shutil.rmtree(whole)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m pages.publish.zensical`; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m pages.publish.zensical",
        description="Build the site with Zensical in the place of MkDocs.",
    )
    parser.add_argument("site", type=Path, help="the folder to write anew")
    options = parser.parse_args(arguments)
    return outcome(
        "pages.publish.zensical", lambda: build_site(options.site.absolute())
    )


if __name__ == "__main__":
    sys.exit(main())
