"""A framework.toml that is wrong stops every command, in one line."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lab import command, frameworks, outcome
from lab.errors import BadInput
from lab.frameworks import ROOT, SNIPPETS, Framework, every, reference
from lab.screens import SCREENS
from tests.command_line import one_line, refusal, snippets

FOUND = frameworks.frameworks()
FIRST = FOUND[0]
OTHER = next(f for f in FOUND if not f.reference)
PEER = next(f for f in FOUND if f.era == FIRST.era and f != FIRST)
Fault = Callable[[Path], None]


def edited(framework: Framework, find: str, replace: str) -> Fault:
    """A fault: in `framework`'s manifest the first match of `find`, a
    regular expression, becomes `replace`."""

    def make(folder: Path) -> None:
        path = folder / framework.name / "framework.toml"
        text = path.read_text("utf-8")
        new = re.sub(find, lambda _: replace, text, count=1, flags=re.M)
        assert new != text
        path.write_text(new, "utf-8")

    return make


def twice(framework: Framework, edit: tuple[str, str] | None) -> Fault:
    """A fault: what `edit` looks for is twice in convnet.py."""

    def make(folder: Path) -> None:
        assert edit
        with open(folder / framework.name / "convnet.py", "a") as file:
            file.write(f"\n# {edit[0]}\n")

    return make


def no_convnet(folder: Path) -> None:
    (folder / FIRST.name / "convnet.py").unlink()


def not_text(folder: Path) -> None:
    (folder / FIRST.name / "framework.toml").write_bytes(b"label = '\xff'")


def too_deep(folder: Path) -> None:
    path = folder / FIRST.name / "framework.toml"
    path.write_text("label = " + "[" * 5000)


# From the first to what follows them.
BACKENDS = r"(?s)^\[\[backends\]\].*?(?=^\[(?!\[?backends))"


def no_backends(folder: Path) -> None:
    edited(FIRST, BACKENDS, "")(folder)
    edited(FIRST, r"\A", "backends = []\n")(folder)


FAULTS: dict[str, tuple[Fault, str]] = {
    "unknown key": (edited(FIRST, r"\A", "flavour = 1\n"), "flavour"),
    "unknown key of a table": (
        edited(FIRST, r"^\[file\]$", "[file]\nflavour = 1"),
        "flavour",
    ),
    "missing key": (edited(FIRST, r"^label = .*\n", ""), "label"),
    "wrong type": (edited(FIRST, r"^order = .*", 'order = "1"'), "order"),
    "another era": (edited(FIRST, r"^era = .*", 'era = "2017"'), "2017"),
    "no TOML": (edited(FIRST, r"\A", "= 1\n"), "framework.toml"),
    "too deep": (too_deep, "recursion"),
    "no import": (
        edited(FIRST, r"^import_name = .*", 'import_name = ""'),
        "import_name",
    ),
    "no environment": (
        edited(FIRST, r"^environment = .*", 'environment = {"A=B" = "a"}'),
        "'A=B'",
    ),
    "no UTF-8": (not_text, "framework.toml"),
    "name": (edited(FIRST, r"\A", 'name = "a"\n'), "no key is called name"),
    "no backend": (edited(FIRST, BACKENDS, ""), "backends"),
    "empty backends": (
        no_backends,
        "one [[backends]] at least",
    ),
    "unknown screen": (
        edited(FIRST, r"^screen = .*", 'screen = "none"'),
        "no screen is called 'none'",
    ),
    "first bytes": (
        edited(FIRST, r"^starts = .*", 'starts = ["PK"]'),
        "no hexadecimal",
    ),
    "markup in a name": (
        edited(FIRST, r"^label = .*", 'label = "a|b"'),
        "pages cannot show",
    ),
    "no address": (
        edited(FIRST, r"^licence = .*", 'licence = "htps://a"'),
        "no address",
    ),
    "order 0": (edited(FIRST, r"^order = .*", "order = 0"), "below 1"),
    "a gate of 90": (
        edited(FIRST, r"^mnist = .*", "mnist = 90"),
        "no share between",
    ),
    "another letter": (
        edited(FIRST, r"^kernel_layout = .*", 'kernel_layout = "HWIX"'),
        "kernel_layout",
    ),
    "another size": (
        edited(FIRST, r"^dense_shape = .*", "dense_shape = [3136, 1]"),
        "dense_shape",
    ),
    "five tensors": (
        edited(FIRST, r"(?<=^\[file.tensors\]\n).*\n", ""),
        "the six",
    ),
    "no part": (
        edited(FIRST, r"^\[file\]$", "[file]\nparts = []"),
        "file.parts",
    ),
    "a file elsewhere": (
        edited(FIRST, r'(?<=^\[file\]\n)name = ".*"', 'name = "../a"'),
        "no name of a file",
    ),
    "no such GPU": (
        edited(FIRST, r"^gpu = .*", 'gpu = "none"'),
        "environments/gpu",
    ),
    "no words": (edited(FIRST, r"^shape = .*", "shape = []"), "refuses"),
    "one backend twice": (
        edited(FIRST, r"^(?=\[\[backends)", "[[backends]]\n" * 2),
        "have one name",
    ),
    "one order twice": (
        edited(PEER, r"^order = .*", f"order = {FIRST.order}"),
        f"order {FIRST.order} is that of",
    ),
    "no convnet.py": (no_convnet, "no convnet.py"),
    "optimiser": (twice(FIRST, FIRST.breaks.optimiser), "breaks.optimiser"),
    "loss": (twice(FIRST, FIRST.breaks.loss), "breaks.loss"),
    "two references": (
        edited(OTHER, r"\A", "reference = true\n"),
        "not 2 (",
    ),
    "no reference": (
        edited(reference().framework, r"^reference = true$", ""),
        "not 0 (none)",
    ),
}
# Edits that few frameworks have: of the first that has one.
for f in [f for f in FOUND if f.defaults][:1]:
    FAULTS["defaults"] = twice(f, f.defaults), "defaults"
for i in [i for i in every() if i.backend.reshuffled][:1]:
    FAULTS["reshuffled"] = (
        twice(i.framework, i.backend.reshuffled),
        f"backends.{i.backend.name}",
    )
# Each command, and what it cannot do without.
COMMANDS = re.findall(r"\{(.*?)\}", command.parser().format_usage())[0]
ARGUMENTS = {"convert": ["a", "b", "c", "d"], "check": ["a"]}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project, its snippets/ copied, for the rest links."""
    for path in ROOT.iterdir():
        if path != SNIPPETS and not path.name.startswith("."):
            (tmp_path / path.name).symlink_to(path)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(SNIPPETS, tmp_path / "snippets", ignore=ignore)
    return tmp_path


def test_the_copy_is_good(copy: Path) -> None:
    assert len(frameworks.load(copy / "snippets")) == len(FOUND)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_stops_every_command(
    fault: str,
    copy: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make, words = FAULTS[fault]
    make(copy / "snippets")
    monkeypatch.setattr(frameworks, "SNIPPETS", copy / "snippets")
    # A handler would outlive the test.
    monkeypatch.setattr(outcome.signal, "signal", lambda *_: None)
    for name in COMMANDS.split(","):
        assert command.main([name, *ARGUMENTS.get(name, [])]) == 2
        said = capsys.readouterr()
        assert said.out == "" and said.err.startswith("snippets: ")
        one_line(said.err.removesuffix("\n"), words)
        # The one that is wrong is named, by its file or its folder.
        assert str(copy / "snippets") in said.err


@pytest.mark.parametrize("name", COMMANDS.split(","))
def test_the_command_line_s_own_words(name: str, copy: Path) -> None:
    """What is imported before a command reads no manifest."""
    edited(FIRST, r"\A", "flavour = 1\n")(copy / "snippets")
    process = snippets(name, *ARGUMENTS.get(name, []), root=copy)
    refusal(process, "flavour")


@pytest.mark.parametrize("name", [f.name for f in FOUND])
def test_every_framework_has_a_screen(name: str) -> None:
    (found,) = [f for f in FOUND if f.name == name]
    assert found.file.screen in SCREENS


@pytest.mark.parametrize("name", [f.name for f in FOUND])
def test_a_screen_that_is_none(name: str, copy: Path) -> None:
    (found,) = [f for f in FOUND if f.name == name]
    edited(found, r"^screen = .*", 'screen = "none"')(copy / "snippets")
    with pytest.raises(BadInput, match=f"{name}.*no screen is called 'none'"):
        frameworks.load(copy / "snippets")


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    found = 0.0
    for at, weight in (1, 0.2126), (3, 0.7152), (5, 0.0722):
        value = int(colour[at : at + 2], 16) / 255
        linear = (
            value / 12.92
            if value <= 0.04045
            else ((value + 0.055) / 1.055) ** 2.4
        )
        found += weight * linear
    return found


def test_each_label_has_a_colour_and_a_mark_of_its_own() -> None:
    """3:1 on the light paper and on the dark, as icons need it."""
    css = (ROOT / "docs" / "assets" / "face.css").read_text("utf-8")
    papers = re.findall(r"--paper: (#[0-9a-f]{6})", css)
    assert len(papers) == 2
    own = {(f.label, f.colour, f.mark) for f in FOUND}
    assert len(own) == len({f.label for f in FOUND})
    assert len({colour for _, colour, _ in own}) == len(own)
    assert len({mark for _, _, mark in own}) == len(own)
    for label, colour, _ in own:
        for paper in papers:
            low, high = sorted([luminance(colour), luminance(paper)])
            assert (high + 0.05) / (low + 0.05) >= 3, (label, paper)
