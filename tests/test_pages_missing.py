"""What was not measured is a gap that is named; what is broken is an error
of one line."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lab import results
from lab.errors import BadInput
from lab.frameworks import Implementation, implementations, reference
from pages import __main__ as command
from pages.__main__ import RESULT_PAGES
from pages.markup import titles
from tests.helpers import unmarked

pytestmark = pytest.mark.pure

# No number, and nothing of Python's, may stand on a page instead of one.
NOTHING = re.compile(r"\b(nan|None|inf|NaN|Infinity)\b")
# One of several backends, one of 2018, and what the others are compared with.
LACKING = [
    implementations(era="today")[1],
    implementations(era="2018")[-1],
    reference(),
]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The results, to be spoilt."""
    folder = tmp_path / "results"
    shutil.copytree(results.FOLDER, folder)
    return folder


def parts(folder: Path) -> dict[str, str]:
    """The parts that show results, by the file's name."""
    found: dict[str, str] = {}
    for module in RESULT_PAGES:
        for path, text in module.result_files(folder).items():
            # What a step of Faster changed is code.
            said = re.sub(r"```diff.*?```", "", text, flags=re.DOTALL)
            assert not NOTHING.search(said), (path, NOTHING.search(said))
            found[f"{path.parent.name}/{path.name}"] = unmarked(text)
    return found


def files_of(implementation: Implementation, folder: Path) -> list[Path]:
    """Every result of an implementation."""
    found = []
    for path in folder.rglob("*.json"):
        kind = path.relative_to(folder).parts[0]
        if kind not in results.NAMES:
            continue
        result = results.read(kind, path)
        variant = result.get("variant")
        of = variant["framework"] if variant else results.slug(result)
        one = len(implementation.framework.backends) == 1
        names = {implementation.slug, implementation.title}
        if of in names or (one and of == implementation.framework.name):
            found.append(path)
    return found


@pytest.mark.parametrize(
    "lacking",
    [
        # `make prove` writes all pages without each in turn.
        pytest.param(
            i, id=i.slug, marks=[] if i == LACKING[0] else pytest.mark.slow
        )
        for i in LACKING
    ],
)
def test_an_implementation_that_was_never_measured(
    lacking: Implementation, copied: Path
) -> None:
    gone = files_of(lacking, copied)
    assert gone
    for path in gone:
        path.unlink()
    found = parts(copied)
    # No version is known, so its label alone names it.
    title = titles.implementation_titles(copied)[lacking.slug]
    assert not re.search(r"\d", title)
    for name in "gates-mnist.md", "gates-mnist-5k.md", "first-numbers.md":
        assert f"| {title} | not measured |" in found[f"generated/{name}"]
        # Its other backends are there still.
        rows = [
            row
            for row in found[f"generated/{name}"].splitlines()
            if row.startswith(f"| {lacking.framework.label}")
        ]
        assert sum("not measured" in row for row in rows) == 1
    if lacking == reference():
        assert found["generated/losses.md"] == "Not measured.\n"
        assert "moved | not measured" in found["generated/parity.md"]
        return
    for name in "seeds", "parity", "parity-units":
        assert f"| {title} | not measured |" in found[f"generated/{name}.md"]
    for name in "seeds", "parity":
        assert f"{title}" in found[f"figures/{name}.svg"]
    assert f"{title}: not measured" in found["generated/seeds.md"]
    for name in "training", "inference", "start", "trained":
        text = found[f"benchmarks/{name}.md"]
        row = rf"\| {title}(<br>`[a-z0-9_-]+`)? \| not measured \|"
        assert re.search(row, text), name


def test_half_of_the_seeds(copied: Path) -> None:
    lacking = LACKING[0]
    title = titles.implementation_titles(copied)[lacking.slug]
    whole = results.seeds(copied)[lacking.slug]["same"]
    for seed in range(2, len(whole)):
        (copied / "seeds" / f"{lacking.slug}-same-{seed}.json").unlink()
        (copied / "gates" / f"{lacking.slug}-mnist-{seed}.json").unlink()
    found = parts(copied)
    so_many = f"2 of {len(whole)} seeds"
    assert f"({so_many})" in found["generated/gates-mnist.md"]
    [row] = [
        row
        for row in found["generated/seeds.md"].splitlines()
        if row.startswith(f"| {title} |")
    ]
    assert row.count(f"({so_many})") == 1
    assert f"{title}: {so_many}" in found["generated/seeds.md"]


def test_parity_alone(copied: Path) -> None:
    lacking = LACKING[0]
    before = titles.implementation_titles(copied)
    (copied / "parity" / f"{lacking.slug}.json").unlink()
    (copied / "parity" / "control.json").unlink()
    # The version is known from another result.
    assert titles.implementation_titles(copied) == before
    found = parts(copied)
    row = f"| {before[lacking.slug]} | not measured |"
    assert row in found["generated/parity.md"]
    assert "moved | not measured |" in found["generated/parity-units.md"]


def test_nothing_at_all(tmp_path: Path) -> None:
    found = parts(tmp_path)
    full = {f"{p.parent.name}/{p.name}" for p in command.generated_files()}
    assert set(found) <= full
    # Who is there, measured or not; an empty list of what was; and what is
    # evidence, and no result.
    shown = {
        "projects.md",
        "phrasebook.json",
        "logo.svg",
        "kernels.svg",
        "link.md",
    }
    for name, text in found.items():
        # What a step changed needs no result.
        if Path(name).name not in shown and "```diff" not in text:
            assert "not measured" in text.lower(), name


def cut(path: Path) -> None:
    text = path.read_text()
    path.write_text(text[: len(text) // 2])


def said(key: str, text: str) -> Callable[[Path], None]:
    """The first of that key says `text` instead, as JSON has it."""

    def spoil(path: Path) -> None:
        value = r'("(?:[^"\\]|\\.)*"|[^",}\s]+)'
        new, count = re.subn(
            rf'"{key}": {value}',
            lambda _: f'"{key}": {text}',
            path.read_text(),
            count=1,
        )
        assert count
        path.write_text(new)

    return spoil


def one_key_more(path: Path) -> None:
    found = json.loads(path.read_text())
    path.write_text(json.dumps(found | {"note": 1}))


def no_such_framework(path: Path) -> None:
    found = json.loads(path.read_text())
    if "variant" in found:
        found["variant"]["framework"] = "nobody9"
    else:
        found["name"] = "nobody9"
    path.write_text(json.dumps(found))


def misnamed(path: Path) -> None:
    path.rename(path.with_name("something.json"))


SPOILT = [
    (cut, "not whole"),
    (said("cpu", '"<script>"'), "machine/cpu"),
    (said("cpu", '"a {: onclick=alert(1) }"'), "machine/cpu"),
    (said("system", '"line\\n"'), "machine/system"),
    (said("python", '"*a*"'), "machine/python"),
    (said("version", '"1.0 (mine)"'), "version"),
    (said("device", '"cpu `x`"'), "device"),
    (said("cores", "NaN"), "not whole: NaN is no number"),
    (said("cores", "1e999"), "not whole: 1e999 is no number"),
    (said("cpu", '"\\ud800"'), "not whole"),
    (said("cores", "[" * 100000), "not whole"),
    (one_key_more, "note"),
    (no_such_framework, "snippets/ has no nobody9"),
    (misnamed, "what is in it is called"),
]
# Of each kind of which anything was measured.
MEASURED = [
    kind
    for kind in results.NAMES
    if any((results.FOLDER / kind).rglob("*.json"))
]
# A canary names the versions of several packages, and no device.
NOT_THERE = {("canary", "version"), ("canary", "device")}


@pytest.mark.parametrize(
    "kind, spoil, words",
    [
        (kind, spoil, words)
        for kind in MEASURED
        for spoil, words in SPOILT
        if (kind, words) not in NOT_THERE
    ],
)
def test_spoilt_results_are_refused_in_one_line(
    kind: str, spoil: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    first = sorted((results.FOLDER / kind).rglob("*.json"))[0]
    path = tmp_path / first.relative_to(results.FOLDER)
    path.parent.mkdir(parents=True)
    shutil.copy(first, path)
    assert len(results.load(kind, tmp_path)) == 1
    spoil(path)
    with pytest.raises(BadInput) as error:
        results.load(kind, tmp_path)
    said = str(error.value)
    assert words in said and "\n" not in said
    assert said.startswith(str(path.parent))
