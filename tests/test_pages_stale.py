"""What an earlier version of this code measured is marked on the pages, in
words and next to its number; and `python -m pages --check` lets nothing stay
stale that is quickly measured again."""

import functools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab import evidence, freshness, results
from lab.frameworks import ROOT, implementations
from pages import __main__ as command
from pages import evidence_records, machine_readable
from pages.__main__ import RECORD_PAGES, RESULT_PAGES
from pages.evidence_records import RECORDS
from pages.markup import stale_remarks
from pages.markup.stale_remarks import (
    STALE_WORDS,
    add_stale_remark,
    date_range,
    label_stale_rows,
    stale_sentence,
)
from pages.paths import GENERATED
from tests.helpers import unmarked

pytestmark = pytest.mark.pure

Fresh = Callable[[str, Any], bool]
MARK = re.compile(f"(?i:{STALE_WORDS})")
OLD = frozenset(["2026-11-25"])
# Parts that show nothing that was measured: names, versions, labels, trained
# kernels.
UNMEASURED = {
    "docs/generated/projects.md",
    "docs/generated/training/legend.md",
    "docs/assets/logo.svg",
    "docs/assets/kernels.svg",
    "docs/assets/digit/facts.js",
}


# Read and validated once for all tests here.
read_once = functools.cache(results.read_all)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fresh], None]:
    """judged(fresh): from now on results and records are what it says."""

    def judge(fresh: Fresh) -> None:
        monkeypatch.setattr(results, "read_all", read_once)
        monkeypatch.setattr(freshness, "is_fresh", fresh)
        monkeypatch.setattr(
            evidence, "is_fresh", lambda path: fresh("evidence", path)
        )

    return judge


def parts() -> dict[str, str]:
    """Every part that shows what was measured, by its path."""
    found: dict[Path, str] = {}
    for module in RESULT_PAGES:
        if module is not machine_readable:  # no page: a file for programs
            found |= module.result_files()
    for module in RECORD_PAGES:
        found |= module.record_files()
    return {
        str(path.relative_to(ROOT)): unmarked(text)
        for path, text in found.items()
        if str(path.relative_to(ROOT)) not in UNMEASURED
    }


def rows(text: str) -> list[str]:
    """The rows of a part's tables, without their heads and what was not
    measured: a limit, a gap."""
    found: list[str] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("| ---"):
            found.pop()
        elif line.startswith(("| ", '<tr><th scope="row">')):
            found.append(line)
    gaps = "| not measured", "| *tolerance*", "| at most"
    return [row for row in found if not any(gap in row for gap in gaps)]


def shows(name: str, text: str) -> bool:
    """Does a part show a number that was measured?"""
    if "/steps/" in name:  # else the lines that a step changed
        return bool(rows(text)) or "<svg" in text
    rest = [x for x in text.splitlines() if not x.strip().startswith("|")]
    return bool(rows(text)) or bool(re.search(r"\d", " ".join(rest)))


def test_a_fresh_number_has_no_mark(judged: Callable[[Fresh], None]) -> None:
    judged(lambda kind, result: True)
    assert [name for name, text in parts().items() if MARK.search(text)] == []


def test_a_stale_number_is_marked_in_every_part(
    judged: Callable[[Fresh], None],
) -> None:
    """Once, for all that a table or a figure shows; a part that is added
    later is no exception."""
    judged(lambda kind, result: False)
    found = {name: text for name, text in parts().items() if shows(name, text)}
    assert len(found) > 50
    for name, text in found.items():
        assert MARK.search(text), name
        for row in rows(text):
            assert not MARK.search(row), (name, row)
        for said in re.findall(r"<desc.*?</desc>", text, re.DOTALL):
            assert MARK.search(said), name


def test_rows_are_marked_where_not_all_are_stale(
    judged: Callable[[Fresh], None],
) -> None:
    """Those of one framework, and it alone, in every table that names it."""
    [old] = implementations(["pytorch2"])

    def fresh(kind: str, result: Any) -> bool:
        if kind == "evidence":
            return True
        name = result.get("variant", {}).get("framework", result.get("name"))
        return bool(name != old.framework.name)

    judged(fresh)
    found = parts()
    version = results.parity()[old.slug]["version"].partition("+")[0]
    title = f"{old.framework.label} {version}"
    for name in (
        "README.md",
        "gates-mnist-5k.md",
        "gates-mnist.md",
        "first-numbers.md",
        "parity.md",
        "parity-units.md",
        "seeds.md",
        "canary.md",
        "distributed/proof.md",
        "distributed/speed.md",
        "layers/states.md",
        "layers/convolution.md",
        "benchmarks/training.md",
        "benchmarks/inference.md",
        "benchmarks/start.md",
        "benchmarks/trained.md",
        "benchmarks/raw.md",
        "benchmarks/gap.md",
    ):
        text = found[name if name == "README.md" else f"docs/generated/{name}"]
        called = old.title if name == "README.md" else title
        begin = re.compile(
            rf'(\| |<tr><th scope="row">){re.escape(called)}(, fast)?( \||<)'
        )
        mine = [row for row in rows(text) if begin.match(row)]
        assert mine, name
        for row in rows(text):
            first = re.split(r" \| |</th>", row)[0]
            assert bool(MARK.search(first)) == (row in mine), (name, row)
            assert not MARK.search(row.removeprefix(first)), (name, row)
    # A figure says of whom, for those who see it and for those who do not.
    for name in "parity", "seeds":
        text = found[f"docs/assets/figures/{name}.svg"]
        seen = " ".join(re.findall(r"<text[^>]*>(.*?)</text>", text))
        said = re.search(r"<desc.*?</desc>", text, re.DOTALL)
        for words in seen, said[0] if said else "":
            assert MARK.search(words) and f"): {title}." in words
    # A sentence of several results has the words behind it.
    trust = found["docs/generated/trust.md"]
    assert len(MARK.findall(trust)) == 2
    assert "of MNIST’s test digits, the mean of each framework (meas" in trust
    assert "(Measured with" in found["docs/generated/seeds.md"]


def test_words() -> None:
    assert label_stale_rows([["a", "1"], ["b", "2"]], [OLD, None]) == (
        '<small class="remark">Measured with an earlier version of this code '
        "(2026-11-25).</small>\n\n",
        [["a", "1"], ["b", "2"]],
    )
    above, [first, second] = label_stale_rows(
        [["a", "1"], ["b", "2"]], [OLD, frozenset()]
    )
    assert above == "" and second == ["b", "2"]
    assert first == [
        f'a<br><small class="remark">{STALE_WORDS} (2026-11-25)</small>',
        "1",
    ]
    assert label_stale_rows([["a"]], [None]) == ("", [["a"]])
    assert stale_sentence({"a": None, "b": frozenset()}) == ""
    assert stale_sentence({"a": frozenset([""])}).endswith(
        "version of this code."
    )
    assert stale_sentence({"a": OLD, "b": OLD, "c": frozenset()}).endswith(
        "(2026-11-25): a and b."
    )
    assert date_range(["2026-11-26", "", "2026-11-24", "2026-11-25"]) == (
        "2026-11-24 to 2026-11-26"
    )
    assert add_stale_remark("So it is.", OLD).endswith(
        "is. (Measured with an earlier version of this code, 2026-11-25.)"
    )
    assert add_stale_remark("So it is.", frozenset()) == "So it is."


INCLUDED = re.compile(
    r'^ *--8<-- "docs/generated/records\.md:(?P<mark>\w+)"\n\n'
    r' *```text title="evidence/\w+/(?P=mark)\.txt"$',
    re.MULTILINE,
)


def test_every_recorded_output_is_below_its_mark() -> None:
    sections = re.findall(
        r"<!-- --8<-- \[start:(\w+)\] -->",
        evidence_records.record_files()[RECORDS],
    )
    assert len(sections) == len(set(sections))
    count = 0
    pages = [
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs/layers").glob("*"),
        *(ROOT / "snippets").glob("*/*.md"),
    ]
    for page in pages:
        text = page.read_text("utf-8")
        shown = re.findall(r'```text title="evidence/.*?\.txt"', text)
        marked = [found["mark"] for found in INCLUDED.finditer(text)]
        assert len(marked) == len(shown), page
        assert set(marked) <= set(sections), page
        count += len(marked)
    assert count > 40


def copied(kind: str, name: str, folder: Path, **changed: Any) -> Path:
    """A result of this tree, with the sources that it has now."""
    source = results.FOLDER / kind / f"{name}.json"
    found = json.loads(source.read_text("utf-8")) | changed
    found["sources"] = freshness.collect_sources(kind, found)
    path = folder / kind / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found))
    return path


def spoil(path: Path) -> None:
    found = json.loads(path.read_text("utf-8"))
    found["sources"] |= {next(iter(found["sources"])): "0" * 16}
    path.write_text(json.dumps(found))


@pytest.mark.parametrize(
    "kind, name, again",
    [
        ("parity", "keras3-jax", "parity --save keras3/jax"),
        ("layers", "pytorch2", "layers --save pytorch2"),
        ("states", "pytorch2", "states --save"),
        (
            "distributed",
            "pytorch2",
            "distributed --rounds 5 --save pytorch2",
        ),
        ("gates", "pytorch2-mnist-5k-0", "gates --data mnist-5k pytorch2"),
    ],
)
def test_check_refuses_what_is_quickly_measured_again(
    kind: str,
    name: str,
    again: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Judged by lab/freshness.py itself."""
    path = copied(kind, name, tmp_path)
    there = {
        p: p.read_text("utf-8") for p in GENERATED.rglob("*") if p.is_file()
    }
    monkeypatch.setattr(command, "generated_files", lambda: there)
    monkeypatch.setattr(
        command.stale_remarks,
        "list_stale_results",
        functools.partial(stale_remarks.list_stale_results, tmp_path),
    )
    assert command.main(["--check"]) == 0
    spoil(path)
    assert command.main(["--check"]) == 1
    line, last = capsys.readouterr().err.splitlines()
    assert "make refresh" in last
    assert f"/{kind}/{name}.json is stale" in line
    assert f"`.venv/bin/python -m snippets {again}`" in line


@pytest.mark.parametrize(
    "kind, name",
    [
        ("gates", "pytorch2-mnist-0"),
        ("seeds", "pytorch2-same-0"),
        ("canary", "pytorch2"),
    ],
)
def test_check_lets_what_takes_hours_be_stale(
    kind: str, name: str, tmp_path: Path
) -> None:
    spoil(copied(kind, name, tmp_path))
    [result] = results.load(kind, tmp_path)
    assert stale_remarks.stale_days(kind, [result])
    assert stale_remarks.list_stale_results(tmp_path) == []


def test_a_record_says_when_it_was_made(
    judged: Callable[[Fresh], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(lambda kind, result: False)
    path = ROOT / "evidence" / "semantics" / "order_today.txt"
    entry = {"date": "2026-11-25T01:02:03+00:00"}
    recorded = {"semantics/order_today": entry}
    monkeypatch.setattr(evidence, "read_sources", lambda: recorded)
    assert stale_remarks.stale_record_days(path) == OLD
    # Recorded before there were dates.
    monkeypatch.setattr(evidence, "read_sources", dict)
    assert stale_remarks.stale_record_days(path) == frozenset([""])
    assert stale_remarks.stale_record_days(path.with_name("gone.txt")) is None
