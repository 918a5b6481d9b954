"""The pages show what runs: fences, tabs, generated parts, the built HTML."""

import html
import os
import re
import subprocess
import sys

import pytest
from scripts import pages

from snippets import running
from tests.helpers import REQUIRE_ALL, ROOT

DOCS = sorted((ROOT / "docs").glob("*.md"))
FRAMEWORKS = running.frameworks()
FENCE = re.compile(
    r"(?:<!--(?P<mark>[^\n]*)-->\n\n?)?"
    r"^(?P<indent> *)```(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
INCLUDE = re.compile(r'--8<-- "(?P<path>[\w./-]+?)(?::(?P<section>\w+))?"')
EXPECTED = "pytest-codeblocks:expected-output"


def fault(fence):
    """What is wrong with a fence, a match of FENCE; None if nothing."""
    info, body = fence["info"], fence["body"].strip()
    included = INCLUDE.fullmatch(body)
    titled = re.fullmatch(r'(py|text) title="(?:(?:2018|today): )?(.+)"', info)
    if titled:
        if not included or included["path"] != titled[2]:
            return f"does not include {titled[2]}, which its title names"
        if (titled[1] == "py") != titled[2].endswith(".py"):
            return f"{titled[1]} is not the language of {titled[2]}"
        return None
    if "--8<--" in body:
        return "includes a file and has no title"
    if info == "python":
        return None
    if info == "console":
        if body.startswith("$ "):
            return None
        return "a console block begins with a command: `$ …`"
    if info == "" and fence["mark"] == EXPECTED:
        return None
    return f"{info!r} is no include, no doc test and no console block"


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_fences(page):
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
def test_fence_guard_notices(text, words):
    assert words in fault(FENCE.search(text))


def tab_faults(text, frameworks):
    """Which tab groups of a page leave out a framework of an era that they
    show, or have the eras' frameworks in another order."""
    faults = []
    tab = r'^=== "([^"]+)"\n((?:(?: {4}.*)?\n)+)'
    for group in re.finditer(f"(?:{tab})+", text + "\n", re.MULTILINE):
        shown = [
            (label, include["path"].split("/")[1], include["section"])
            for label, body in re.findall(tab, group[0], re.MULTILINE)
            for include in INCLUDE.finditer(body)
        ]
        line = text[: group.start()].count("\n") + 1
        for era in running.ERAS:
            wanted = [
                (f["label"], f["name"]) for f in frameworks if f["era"] == era
            ]
            found = [s[:2] for s in shown if s[:2] in wanted]
            if found and found != wanted:
                faults.append(f"line {line}: {era} is {wanted}, not {found}")
        if len({section for *_, section in shown}) > 1:
            faults.append(f"line {line}: sections differ: {shown}")
    return faults


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_tab_groups_are_complete(page):
    assert tab_faults(page.read_text("utf-8"), FRAMEWORKS) == []


@pytest.mark.parametrize("era", running.ERAS)
def test_new_framework_is_missed_by_name(era):
    new = [*FRAMEWORKS, {"name": "new", "label": "New", "era": era}]
    lacking = {
        page.name for page in DOCS if tab_faults(page.read_text("utf-8"), new)
    }
    both = {"then-and-now.md", "port.md"}
    today = {"index.md", "convnet.md", *both}
    assert lacking == (today if era == "today" else both)


def test_every_section_and_framework_is_on_its_page():
    """The pages' promise: today's on one, both eras on the other."""
    shown = {"convnet.md": ["today"], "then-and-now.md": running.ERAS}
    sections = "model train evaluate predict dropout dense save".split()
    for page, eras in shown.items():
        text = (ROOT / "docs" / page).read_text("utf-8")
        included = {(m["path"], m["section"]) for m in INCLUDE.finditer(text)}
        for f in FRAMEWORKS:
            if f["era"] in eras:
                path = f"snippets/{f['name']}/convnet.py"
                for section in [*sections, None]:
                    assert (path, section) in included


@pytest.mark.parametrize(
    "path, text", pages.pages().items(), ids=lambda x: getattr(x, "name", "")
)
def test_generated_page_is_current(path, text):
    assert path.read_text("utf-8") == text, "run python -m scripts.pages"


def test_built_pages_show_the_modules(site):
    """Each tab's code, as a reader sees it, is the section of the file."""
    page = (site / "convnet" / "index.html").read_text("utf-8")
    shown = html.unescape(re.sub(r"<[^>]+>", "", page))
    for f in FRAMEWORKS:
        if f["era"] == "today":
            path = ROOT / "snippets" / f["name"] / "convnet.py"
            source = path.read_text("utf-8")
            sections = re.findall(
                r"start:\w+\]\n(.*?)# --8<--", source, re.DOTALL
            )
            assert len(sections) == 7
            for section in sections:
                assert section.strip() in shown


def test_built_pages_hold_no_marker(site):
    for path in site.rglob("*.html"):
        seen = html.unescape(re.sub(r"<[^>]+>", "", path.read_text("utf-8")))
        assert "--8<--" not in seen, path
        assert not re.search(r"#\s*\(\d+\)!?", seen), path
        assert "pytest-codeblocks:" not in seen, path


def test_notebooks_ran(site):
    for name, (folder, *_) in pages.NOTEBOOKS.items():
        page = (site / "notebooks" / name / "index.html").read_text("utf-8")
        (f,) = (f for f in FRAMEWORKS if f["name"] == folder)
        accuracy = float(re.search(r"test accuracy (\d\.\d+)", page)[1])
        assert accuracy >= f["runs"][0]["gates"]["mnist-5k"]
        assert (site / "notebooks" / name / f"{name}.ipynb").exists()


# A race prints something else each time: keras_race.txt is one record of it.
SLIPS = sorted((ROOT / "slips").glob("*.py"))
SLIPS.remove(ROOT / "slips" / "keras_race.py")


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.stem)
def test_slip_prints_what_is_recorded(slip, tmp_path):
    run = next(run for run in running.runs() if run["era"] == "2018")
    python = running.interpreter(run, tmp_path)
    if python is None:
        (pytest.fail if REQUIRE_ALL else pytest.skip)(running.NO_2018)
    recorded = slip.with_suffix(".txt").read_text("utf-8").splitlines()
    if slip.stem == "keras_clipped_log":
        # The same race decides the trainings that follow.
        recorded = recorded[:2]
    with subprocess.Popen(
        [*python, slip],
        cwd=tmp_path,
        env=os.environ
        | {"PYTHONIOENCODING": "utf-8", "TF_CPP_MIN_LOG_LEVEL": "2"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        said = [process.stdout.readline().rstrip("\n") for _ in recorded]
        process.terminate()
    assert said == recorded


def test_ruff():
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert checked.returncode == 0, checked.stdout
