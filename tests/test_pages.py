"""The pages show what runs: fences, generated parts, the built HTML."""

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lab.errors import BadInput
from lab.frameworks import ROOT, frameworks
from pages import __main__ as command
from pages import notebooks
from pages.markup.folder_texts import CONVNET_SECTIONS
from pages.notebooks import NOTEBOOKS
from pages.paths import GENERATED

pytestmark = pytest.mark.pure

# Of the site, those that a framework's folder has, and those made of them.
DOCS = sorted(
    path
    for folder, pattern in [
        ("docs", "*.md"),
        ("docs/generated", "**/*.md"),
        ("snippets", "*/*.md"),
    ]
    for path in (ROOT / folder).glob(pattern)
)
FENCE = re.compile(
    r"(?:<!--(?P<mark>[^\n]*)-->\n\n?)?"
    r"^(?P<indent> *)```(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
INCLUDE = re.compile(r'--8<-- "(?P<path>[\w./-]+?)(?::(?P<section>\w+))?"')
LANGUAGES = {".py": "py", ".sh": "bash", ".yaml": "yaml"}
EXPECTED = "pytest-codeblocks:expected-output"


def fault(fence: re.Match[str]) -> str | None:
    """What is wrong with a fence, a match of FENCE; None if nothing."""
    info, body = fence["info"], fence["body"].strip()
    included = INCLUDE.fullmatch(body)
    titled = re.fullmatch(
        r'(py|text|bash|yaml)(?: hl_lines="[\d ]+")?'
        r' title="(?:(?:2018|today): )?(.+)"',
        info,
    )
    if titled:
        if not included or included["path"] != titled[2]:
            return f"does not include {titled[2]}, which its title names"
        if titled[1] != LANGUAGES.get(Path(titled[2]).suffix, "text"):
            return f"{titled[1]} is not the language of {titled[2]}"
        return None
    if "--8<--" in body:
        return "includes a file and has no title"
    if info in ("python", "diff"):
        return None
    if info == "console":
        if body.startswith("$ "):
            return None
        return "a console block begins with a command: `$ …`"
    if info == "" and fence["mark"] == EXPECTED:
        return None
    return f"{info!r} is no include, no doc test and no console block"


@pytest.mark.parametrize(
    "page", DOCS, ids=lambda page: str(page.relative_to(ROOT))
)
def test_fences(page: Path) -> None:
    text = page.read_text("utf-8")
    fences = list(FENCE.finditer(text))
    assert len(re.findall(r"^ *```", text, re.MULTILINE)) == 2 * len(fences)
    faults = [(text[: f.start()].count("\n") + 1, fault(f)) for f in fences]
    assert [f for f in faults if f[1]] == []


@pytest.mark.parametrize(
    "text, words",
    [
        ("```py\nx = 1\n```", "no include"),
        ("```bash\nls\n```", "no include"),
        ("```\nls\n```", "no include"),
        ('```python title="x.py"\nx = 1\n```', "no include"),
        ('```py title="a.py"\n--8<-- "b.py:model"\n```', "its title names"),
        ('```py title="a.py"\nx = 1\n```', "its title names"),
        ('```python\n--8<-- "a.py"\n```', "has no title"),
        ("```console\nls\n```", "begins with a command"),
    ],
)
def test_fence_guard_notices(text: str, words: str) -> None:
    found = FENCE.search(text)
    assert found and words in (fault(found) or "")


def test_generated_parts_are_current() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "pages", "--check"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    said = checked.returncode, checked.stdout, checked.stderr
    assert said == (0, "", ""), "run python -m pages"


def test_check_names_what_differs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each file that differs or is left over, and none is
    written."""
    generated = GENERATED
    there = {p: p.read_text() for p in generated.rglob("*") if p.is_file()}
    left, changed, *_ = sorted(there)
    wanted = {p: text for p, text in there.items() if p != left}
    wanted[changed] += "!"
    new = generated / "no-such-part.md"
    wanted[new] = "new"
    monkeypatch.setattr(command, "generated_files", lambda: wanted)
    monkeypatch.setattr(
        command.stale_remarks, "list_stale_results", lambda: []
    )
    assert command.main(["--check"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    for path, words in (changed, "current"), (new, "current"), (left, "left"):
        [line] = [line for line in lines if path.name in line]
        assert words in line
    assert not new.exists() and changed.read_text() == there[changed]


def test_bad_input_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def parts() -> dict[Path, str]:
        raise BadInput("x.json: not whole")

    monkeypatch.setattr(command, "generated_files", parts)
    for arguments in [], ["--check"]:
        assert command.main(arguments) == 2
        assert capsys.readouterr().err == "pages: x.json: not whole\n"


def test_built_pages_show_the_modules(site: Path) -> None:
    """Each tab's code, as a reader sees it, is the section of the file."""
    page = (site / "convnet" / "index.html").read_text("utf-8")
    shown = html.unescape(re.sub(r"<[^>]+>", "", page))
    for f in frameworks():
        if f.era == "today":
            sections = re.findall(
                r"start:\w+\]\n(.*?)# --8<--", f.source(), re.DOTALL
            )
            assert len(sections) == len(CONVNET_SECTIONS)
            for section in sections:
                assert section.strip() in shown


def test_built_pages_hold_no_marker(site: Path) -> None:
    for path in site.rglob("*.html"):
        seen = html.unescape(re.sub(r"<[^>]+>", "", path.read_text("utf-8")))
        assert "--8<--" not in seen, path
        assert not re.search(r"#\s*\(\d+\)!?", seen), path
        assert "pytest-codeblocks:" not in seen, path


def test_notebooks_ran(site: Path) -> None:
    found = notebooks.notebook_frameworks()
    assert set(found) == set(NOTEBOOKS.glob("*.ipynb"))
    for path, framework in found.items():
        folder = site / "notebooks" / path.stem
        page = (folder / "index.html").read_text("utf-8")
        accuracy = re.search(r"test accuracy (\d\.\d+)", page)
        assert accuracy and float(accuracy[1]) >= framework.gates.small
        assert (folder / path.name).exists()
