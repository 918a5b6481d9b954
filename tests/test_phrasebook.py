"""The phrasebook: its tables quote the listings and the records, its sections
name their tests, and each of evidence/semantics/*.py says what is recorded."""

import functools
import re
from collections.abc import Iterator, Sequence

import pytest

from lab.frameworks import ROOT, Framework, frameworks
from pages import phrasebook
from pages.markup.titles import folder_title
from pages.phrasebook import PARTS
from tests import semantics
from tests.helpers import unmarked
from tests.semantics import (
    NUMBER,
    SCRIPTS,
    SEMANTICS,
    TOLERANCE,
    Said,
    recorded,
)

said = semantics.said

PAGE = (ROOT / "docs" / "phrasebook.md").read_text("utf-8")
# The reference is written out: it calls nothing by a name of its own.
FRAMEWORKS = [f for f in frameworks() if not f.reference]
Row = tuple[str, list[Framework], list[str]]


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.framework
def test_script_prints_what_is_recorded(said: Said, name: str) -> None:
    """Of a record that is taken it says only that nothing of it has
    changed, and the summary names it."""
    found, wanted = said(name), recorded(name)
    if name not in TOLERANCE:
        assert found == wanted
        return

    def words(lines: Sequence[str]) -> list[str]:
        return [NUMBER.sub("#", " ".join(line.split())) for line in lines]

    assert words(found) == words(wanted)
    values, records = [
        [float(n) for line in lines for n in NUMBER.findall(line)]
        for lines in (found, wanted)
    ]
    assert values == pytest.approx(records, abs=TOLERANCE[name])


@functools.cache
def named_tests() -> set[str]:
    """The name of every test function there is."""
    return {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(
            r"^ *def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE
        )
    }


def meanings(page: str) -> dict[str, str]:
    """The sections of "Same argument, different meaning", by title."""
    part = page.split("\n## Same argument, different meaning\n")[1]
    part = re.split(r"^## ", part, flags=re.MULTILINE)[0]
    _, *sections = re.split(r"^### (.+)\n", part, flags=re.MULTILINE)
    return dict(zip(sections[::2], sections[1::2], strict=True))


def unproved(page: str) -> list[str]:
    """The sections that name no test, or one that is not there."""
    return [
        title
        for title, text in meanings(page).items()
        if not (named := re.findall(r"`(test_\w+)`", text))
        or not set(named) <= named_tests()
    ]


def test_every_meaning_names_its_test() -> None:
    assert len(meanings(PAGE)) >= 20
    assert unproved(PAGE) == []


def test_meaning_without_a_test_is_noticed() -> None:
    more = "\n### New\n\nNothing shows it.\n\n### Old\n\nTest: `test_not_here`"
    assert unproved(PAGE + more) == ["New", "Old"]


def test_every_test_of_semantics_is_named() -> None:
    """And the other way about: no test there whose row the page has lost."""
    own = {
        name
        for path in (ROOT / "tests").glob("test_semantics_*.py")
        for name in re.findall(
            r"^def (test_\w+)\(said", path.read_text("utf-8"), re.MULTILINE
        )
    }
    assert len(own) >= 30
    assert own - set(re.findall(r"`(test_\w+)`", PAGE)) == set()


def test_bold_numbers_are_recorded() -> None:
    """A measured number in a section stands in a record that it names."""
    bold = 0
    for title, text in meanings(PAGE).items():
        records = "".join(
            (ROOT / path).read_text("utf-8")
            for path in set(re.findall(r"evidence/semantics/\w+\.txt", text))
        )
        for number in re.findall(r"\*\*([\d.,]+)[^*]*\*\*", text):
            bold += 1
            assert re.search(
                rf"(?<![\d.]){re.escape(number.replace(',', ''))}(?![\d.])",
                records,
            ), f"{title}: {number}"
    assert bold


def test_every_record_is_shown() -> None:
    assert set(SCRIPTS) == {path.stem for path in SEMANTICS.glob("*.txt")}
    pages = (ROOT / "docs" / "layers").glob("*.md")
    book = PAGE + "".join(page.read_text("utf-8") for page in pages)
    for name in SCRIPTS:
        for file in f"{name}.txt", f"{name}.py":
            # Whole, or some lines of it.
            assert re.search(rf'--8<-- "evidence/semantics/{file}[:"]', book)


def plain(code: str) -> str:
    """Code without comments, line breaks and kinds of quotes."""
    code = re.sub(r"#.*", "", code).replace('"', "'")
    code = re.sub(r"\s+", " ", code)
    return re.sub(r",? ?([)\]])", r"\1", code.replace("( ", "("))


def quoted(cell: str) -> list[str]:
    """What stands in a cell as code."""
    return re.findall(r"`([^`]+)`", cell)


def rows() -> Iterator[Row]:
    """Each row of the tables that the page includes: part, frameworks,
    cells."""
    by_title = {folder_title(f, frameworks()): f for f in FRAMEWORKS}
    for part in PARTS:
        table = phrasebook.table_path(part)
        include = f'--8<-- "{table.relative_to(ROOT)}"'
        assert f"\n## {part}\n" in PAGE and include in PAGE
        for line in unmarked(table.read_text("utf-8")).splitlines()[2:]:
            name, *cells = line.strip("| ").split(" | ")
            label, *numbers = name.replace("\N{NO-BREAK SPACE}", " ").split()
            numbers = [n for n in numbers if n != "and"] or [""]
            titles = [f"{label} {number}".strip() for number in numbers]
            yield part, [by_title[title] for title in titles], cells


def test_tables_quote_the_listings() -> None:
    """Every name, with its arguments, is in that framework's listing."""
    seen = 0
    for title, group, cells in rows():
        codes = [quoted(cell) for cell in cells]
        for f in group:
            source = plain(f.source())
            if title in ("Training step", "Evaluation mode", "Saving"):
                wanted = [code for cell in codes for code in cell]
            elif len(codes[0]) == len(codes[1]) == 1:
                # The call itself, or functools.partial's.
                name, arguments = codes[0] + codes[1]
                wanted = [f"{name}({arguments}"]
                if plain(wanted[0]) not in source:
                    wanted = [f"({name}, {arguments}"]
            else:
                wanted = codes[0] + codes[1]
            for code in wanted:
                assert plain(code) in source, (title, f.name, code)
                seen += 1
    assert seen > 100


def test_tables_quote_the_recorded_defaults() -> None:
    seen = 0
    for title, group, (name, _, default, *_) in rows():
        for code in re.findall(r"`([^`]*=[^`]*)`", default):
            [called] = quoted(name)
            for f in group:
                lines = [
                    line
                    for line in recorded(f"defaults_{f.era}")
                    if line.startswith(f"{f.name}  {called}: ")
                ]
                assert len(lines) == 1, (f.name, called, lines)
                assert f" {plain(code)}," in f"{lines[0]},", (title, f.name)
                seen += 1
    assert seen > 25


def test_every_recorded_call_is_of_its_folder() -> None:
    """The records hold the calls of every defaults.txt, and no others."""
    for f in FRAMEWORKS:
        calls = re.findall("^(.+): ", f.source("defaults.txt"), re.MULTILINE)
        lines = recorded(f"defaults_{f.era}")
        found = [line for line in lines if line.startswith(f"{f.name}  ")]
        assert [line.split(": ")[0] for line in found] == [
            f"{f.name}  {call}" for call in calls
        ]


def test_tables_give_the_layouts() -> None:
    seen = 0
    for title, group, (*_, layout) in rows():
        for f in group:
            if title == "Convolution":
                assert layout == f"{f.image_layout}, {f.kernel_layout}"
            elif title == "Pooling":
                assert layout == f.image_layout
            elif title == "Dense":
                assert layout == "×".join(map(str, f.dense_shape))
            else:
                continue
            seen += 1
    assert seen == 3 * len(FRAMEWORKS)


def test_tables_name_every_framework() -> None:
    names = {f.name for f in FRAMEWORKS}
    for part in PARTS:
        named = {
            f.name
            for title, group, _ in rows()
            for f in group
            if title == part
        }
        assert named == names, part
