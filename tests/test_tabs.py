"""A framework is a folder: one more stands in every tab set and table, in its
place; one that lacks a section or a row is missed by name."""

import itertools
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import lab.frameworks
from lab.frameworks import ERAS, ROOT, BadInput, Framework, frameworks
from pages import (
    convnet,
    faster,
    home,
    past_one_machine,
    phrasebook,
    port,
    then_and_now,
)
from pages.markup.folder_texts import (
    CONVNET_INCLUDES,
    CONVNET_SECTIONS,
    DISTRIBUTED_INCLUDES,
    DISTRIBUTED_SECTIONS,
    NOTE_SECTIONS,
)
from pages.paths import TABS
from pages.phrasebook import PARTS
from tests.helpers import unmarked

DOCS = sorted((ROOT / "docs").glob("*.md"))
TAB_PAGES = home, convnet, then_and_now, past_one_machine, port
NEW = "brandnew7"
LABEL = "Brandnew"
Copied = Callable[[str], Path]
TAB = re.compile(r'^=== "(.+)"$', re.MULTILINE)


def tab_files() -> dict[Path, str]:
    """The tab sets, and what else those pages say of each framework."""
    return {
        path: text
        for page in TAB_PAGES
        for path, text in page.folder_files().items()
        if path.parent == TABS
    }


def everything() -> dict[Path, str]:
    """Every part that is written from the folders."""
    return tab_files() | phrasebook.folder_files() | faster.folder_files()


CURRENT = everything()


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copied:
    """copied(era): snippets/ with one more framework, a copy of that era's
    first, in its last place before the reference."""

    def more(era: str) -> Path:
        snippets = tmp_path / "snippets"
        shutil.copytree(lab.frameworks.SNIPPETS, snippets)
        known = [f for f in frameworks() if f.era == era]
        folder = snippets / NEW
        shutil.copytree(snippets / known[0].name, folder)
        place = 1 + max(f.order for f in known if not f.reference)
        edit(folder / "framework.toml", r"^label = .*", f'label = "{LABEL}"')
        edit(folder / "framework.toml", r"^order = .*", f"order = {place}")
        # Nothing of that name is in the other era.
        notes = (folder / "notes.md").read_text("utf-8")
        for section in NOTE_SECTIONS:
            if f"## {section}" not in notes:
                notes += f"\n## {section}\n\nWords.\n"
        (folder / "notes.md").write_text(notes, "utf-8")
        monkeypatch.setattr(lab.frameworks, "SNIPPETS", snippets)
        return folder

    return more


def edit(path: Path, old: str, new: str) -> None:
    """Put `new` in the one place of the file that `old` matches."""
    text = path.read_text("utf-8")
    text, count = re.subn(old, new, text, flags=re.MULTILINE)
    assert count == 1, (path, old)
    path.write_text(text, "utf-8")


@pytest.mark.parametrize("path", CURRENT, ids=lambda path: path.stem)
def test_part_is_current(path: Path) -> None:
    assert path.read_text("utf-8") == CURRENT[path], "python -m pages"


@pytest.mark.parametrize("path", CURRENT, ids=lambda path: path.stem)
def test_part_is_on_a_page(path: Path) -> None:
    include = f'--8<-- "{path.relative_to(ROOT)}"'
    assert any(include in page.read_text("utf-8") for page in DOCS)


def test_every_listing_is_on_its_pages() -> None:
    """Today's on one page, both eras on the other: each section, and the
    whole file."""
    for f, section in itertools.product(frameworks(), [*CONVNET_INCLUDES]):
        end = (
            f":{CONVNET_INCLUDES[section]}"
            if CONVNET_INCLUDES[section]
            else ""
        )
        include = f'--8<-- "snippets/{f.name}/convnet.py{end}"'
        pages = ["then-and-now"] + ["convnet"] * newest(f)
        for page in pages:
            text = (TABS / f"{page}-{section}.md").read_text("utf-8")
            assert text.count(include) == 1, (page, include)


def newest(f: Framework) -> bool:
    """Has its label nothing of a later era?"""
    same = [other.era for other in frameworks() if other.label == f.label]
    return f.era == "today" or "today" not in same


def wanted(path: Path, known: list[Framework]) -> list[str]:
    """The labels of a tab set, in order."""
    eras = {"convnet": ERAS, "then": ERAS, "past": ERAS}
    first, _, last = path.stem.partition("-")
    if last.endswith("2018"):
        first, last = "", "2018"
    shown = [f for f in known if f.era in eras.get(first, [last])]
    if first in eras:
        shown.sort(key=lambda f: (f.order, f.era != "2018"))
    return list(dict.fromkeys(f.label for f in shown))


@pytest.mark.parametrize("era", ERAS)
def test_new_framework_is_in_every_tab_set(copied: Copied, era: str) -> None:
    before = {path for path, text in everything().items() if LABEL in text}
    assert not before
    copied(era)
    known = list(frameworks())
    assert NEW in [f.name for f in known]
    having = set()
    for path, text in tab_files().items():
        if found := TAB.findall(text):
            assert found == wanted(path, known), path
        if NEW in text or LABEL in text:
            having.add(path.stem)
    both = {f"then-and-now-{section}" for section in CONVNET_INCLUDES}
    both |= {"then-and-now-changed", "port-files", "port-pairs", f"port-{era}"}
    both |= {"choose", *(f"convnet-{section}" for section in CONVNET_INCLUDES)}
    both |= {f"past-one-machine-{section}" for section in DISTRIBUTED_INCLUDES}
    both |= {f"past-one-machine-{era}"} - {"past-one-machine-today"}
    assert having == both


@pytest.mark.parametrize("era", ERAS)
def test_new_framework_is_in_every_table(copied: Copied, era: str) -> None:
    copied(era)
    known = [f for f in frameworks() if not f.reference]
    known.sort(key=lambda f: (f.order, f.era != "2018"))
    for part in PARTS:
        text = unmarked(phrasebook.folder_files()[phrasebook.table_path(part)])
        found = re.findall(r"^\| ([A-Z]\w+)", text, re.MULTILINE)
        labels = [label for label, _ in itertools.groupby(found)]
        assert labels == list(dict.fromkeys(f.label for f in known)), part
    assert (
        f"{LABEL} " in phrasebook.folder_files()[phrasebook.table_path("eras")]
    )


def test_new_fast_file_is_on_its_page(copied: Copied) -> None:
    folder = copied("today")
    known = [f for f in frameworks() if (f.folder / "fast.py").exists()]
    text = faster.fast_tabs()
    found = re.findall(r'^=== "(.+)"', text, re.MULTILINE)
    assert found == [f.label for f in known] and LABEL in found
    (folder / "fast.md").unlink()
    with pytest.raises(BadInput, match=rf"{NEW}.*fast\.md"):
        faster.fast_tabs()


@pytest.mark.parametrize("section", NOTE_SECTIONS)
def test_missing_section_is_named(copied: Copied, section: str) -> None:
    folder = copied("today")
    edit(folder / "notes.md", rf"^## {section}\n(?s:.*?)(?=^## |\Z)", "")
    if section == "distributed":  # a file speaks for itself
        tab_files()
        (folder / "distributed.py").unlink()
    with pytest.raises(BadInput) as error:
        tab_files()
    said = str(error.value)
    assert said.startswith(f"{NEW}: ") and "\n" not in said
    assert "notes.md" in said and f"`## {section}`" in said


@pytest.mark.parametrize("section", CONVNET_SECTIONS)
def test_missing_listing_is_named(copied: Copied, section: str) -> None:
    folder = copied("2018")
    edit(folder / "convnet.py", rf"# --8<-- \[start:{section}\]\n", "")
    with pytest.raises(BadInput, match=rf"^{NEW}: .*convnet\.py.*{section}"):
        tab_files()


@pytest.mark.parametrize("section", DISTRIBUTED_SECTIONS)
def test_missing_distributed_listing_is_named(
    copied: Copied, section: str
) -> None:
    folder = copied("today")
    edit(folder / "distributed.py", rf"# --8<-- \[end:{section}\]\n", "")
    with pytest.raises(BadInput, match=rf"^{NEW}: .*distributed.*{section}"):
        tab_files()


@pytest.mark.parametrize("part", PARTS)
def test_missing_part_is_named(copied: Copied, part: str) -> None:
    folder = copied("2018")
    edit(folder / "phrasebook.md", rf"^\| {part} \|[^\n]*\n", "")
    with pytest.raises(BadInput) as error:
        phrasebook.folder_files()
    said = str(error.value)
    assert said.startswith(f"{NEW}: ") and said.endswith(part)
    assert "\n" not in said


@pytest.mark.parametrize(
    "file, old, new, words",
    [
        ("notes.md", r"^## train$", "## learn", "`## learn`"),
        ("notes.md", r"\A", "Words.\n\n", "above the first"),
        ("notes.md", r"^## whole$", "## train", "`## train` twice"),
        ("notes.md", r"(?<=^## opening\n\n)[^\n]*", "x", "`## opening`"),
        ("phrasebook.md", r"^\| Pooling \|", "| Pool |", "'Pool'"),
        ("phrasebook.md", r"^\| part \|", "| what |", "its head"),
        ("phrasebook.md", r"(?<=^\| Pooling \|)[^|]*\|", "", "4 cells"),
    ],
)
def test_fault_is_named(
    copied: Copied, file: str, old: str, new: str, words: str
) -> None:
    folder = copied("today")
    edit(folder / file, old, new)
    with pytest.raises(BadInput) as error:
        everything()
    said = str(error.value)
    assert said.startswith(f"{NEW}: ") and file in said and words in said
    assert "\n" not in said


def test_moves_are_what_the_layouts_say(copied: Copied) -> None:
    """A framework that keeps its kernels in an order that no other has."""
    folder = copied("today")
    manifest = folder / "framework.toml"
    edit(manifest, r'^kernel_layout = "\w+"', 'kernel_layout = "OWHI"')
    edit(manifest, r"^dense_shape = [^\n]+", "dense_shape = [10, 3136]")
    edit(manifest, r'^dense_layout = "\w+"', 'dense_layout = "OWHC"')
    known = {f.name: f for f in frameworks()}
    new, last, first = known[NEW], known["keras3"], known["pytorch2"]
    assert port.layout_moves(last, new) == (
        "`3, 1, 0, 2`",
        "permute rows, transpose",
    )
    assert port.layout_moves(new, last) == (
        "`2, 1, 3, 0`",
        "transpose, permute rows",
    )
    assert port.layout_moves(new, first) == ("`0, 3, 2, 1`", "permute columns")
    assert port.layout_moves(first, last) == (
        "`2, 3, 1, 0`",
        "transpose, permute rows",
    )
    text = port.layout_pairs(frameworks())
    cells = "`3, 1, 0, 2` | permute rows, transpose"
    row = f"| channels last → {LABEL} | {cells} |"
    assert row in text
    assert f"{LABEL}, " not in text.splitlines()[0]
