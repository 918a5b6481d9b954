"""The house is in order: lint, types, sizes, names."""

import re
import subprocess
import sys

import pytest

from lab.frameworks import frameworks
from tests.helpers import ROOT

LISTED = subprocess.run(
    ["git", "ls-files", "-co", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    encoding="utf-8",
).stdout.splitlines()
FILES = [ROOT / name for name in LISTED if (ROOT / name).is_file()]
# What knows no framework by its name: all that every framework shares.
SHARED = re.compile(
    r"(lab|pages|benchmarks|\.github|\.ci)/.*|Makefile|mkdocs\.yml|"
    r"docs/assets/.*\.js|docs/overrides/.*"
)
# What is about one of them, and says so: how the committed weights were
# trained, and what a machine gives its library; pictures and notebooks.
OWN = re.compile(
    r"lab/weights\.py|lab/inside/(layers|peaks/\w+)\.py|"
    r"pages/(layer_pictures|notebooks)\.py|docs/assets/explorer/frameworks\.js"
)


@pytest.mark.parametrize("tool", ["ruff check", "ruff format --check", "mypy"])
def test_lint(tool: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *tool.split()],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout


def test_no_module_is_over_600_lines() -> None:
    lines = {
        str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n")
        for path in FILES
        if path.suffix == ".py"
    }
    assert {name: n for name, n in lines.items() if n > 600} == {}


def test_the_root_is_read_at_a_glance() -> None:
    folders = {name.split("/")[0] for name in LISTED if "/" in name}
    assert len([name for name in folders if name[0] != "."]) <= 11


def test_what_all_share_names_no_framework() -> None:
    """By its folder; a new one would not be there."""
    names = "|".join(f.name for f in frameworks())
    found = {
        name
        for name, path in zip(LISTED, map(ROOT.joinpath, LISTED))
        if SHARED.fullmatch(name) and not OWN.fullmatch(name)
        if path.is_file()
        and re.search(rf"\b({names})\b", path.read_text("utf-8"))
    }
    assert found == {"Makefile"}  # make check's NAME, the help's examples
