"""`convert` refuses a bad file in one line, and runs nothing that is in it."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab import freshness
from lab.convert import convert
from lab.errors import BadInput
from lab.formats import File
from lab.frameworks import Implementation, frameworks
from lab.processes import NO_2018, interpreter
from lab.screens import SCREENS
from tests import bad_files, evil_files
from tests.bad_files import Change, Maker
from tests.chain import FILES, TRAINED
from tests.command_line import one_line, refusal, snippets
from tests.helpers import Once, Warmed, missing
from tests.visits import key_of

# By a file's screen: each change of the weights, and words of the error.
CHANGES: dict[str, list[tuple[Change, str]]] = {
    screen: [
        (bad_files.shape, "lacks 10; it has besides"),
        (bad_files.lacking, "lacks 10"),
        (bad_files.extra, "has several alike"),
        (bad_files.control, r"'a\n\x1b[2Jb' 10"),
        (bad_files.nan, "not finite"),
        (bad_files.infinite, "not finite"),
        (bad_files.integers, "only float16, bfloat16, float32 and float64"),
    ]
    for screen in ("safetensors", "npz", "torch_zip", "torch_pickle", "hdf5")
}
CHANGES["npz"].remove((bad_files.control, r"'a\n\x1b[2Jb' 10"))
CHANGES["hdf5"] += [
    (bad_files.elsewhere, "is a link"),
    (bad_files.soft_link, "is a link"),
    (bad_files.huge, "besides 'huge' 1000000000000"),
    (bad_files.channels_first, "channels first"),
    (bad_files.theano, "Theano"),
]
# Makers of files that hold code, or fill the memory, and words of the error.
HOSTILE: dict[str, list[tuple[str, Maker, str]]] = {
    "torch_zip": [
        ("pickle, zipped", evil_files.evil_pickle(True), "may run code"),
        ("pickle", evil_files.evil_pickle(False), "may run code"),
        ("pickle, bare", evil_files.bare_pickle, "is no PyTorch file"),
        ("pickle, cut", evil_files.broken_pickle(True), "it is damaged"),
    ],
    "torch_pickle": [
        ("pickle", evil_files.evil_pickle(False), "may run code"),
        ("pickle, bare", evil_files.bare_pickle, "before 1.6"),
        ("pickle, zipped", evil_files.evil_pickle(True), "before 1.6"),
        ("pickle, cut", evil_files.broken_pickle(False), "it is damaged"),
    ],
}


def cases(name: str, file: File) -> Iterator[tuple[str, Maker, str]]:
    """What is refused of a file of `name`: (title, maker, words)."""
    yield "cut", bad_files.cut(name), ""
    yield "absent", bad_files.nothing(file.name), "does not exist"
    several = file.parts != ("",)
    yield (
        "text",
        bad_files.text(name),
        "does not exist" if several else " is no ",
    )
    for part in file.parts:
        if part:
            yield part, bad_files.nothing(part), f"without {part}"
    if file.ends:
        wrong = bad_files.nothing(".other")
        yield "ends", wrong, f"must end in {file.ends}"
    if file.holds:
        yield "link", bad_files.linked(name), "no regular file"
    if file.screen in ("npz", "torch_zip"):
        yield "bomb", bad_files.bomb(name), "far too large"
        yield "bit", bad_files.flipped(name), "it is damaged: the checksum"
    if file.screen == "checkpoints":
        for text in "model_checkpoint_path: '/etc/x'", "nothing", "\x00":
            yield text, bad_files.noted(name, text), "its file `checkpoint`"
    for change, words in CHANGES.get(file.screen, []):
        yield change.__name__, bad_files.changed(name, change), words
    yield from HOSTILE.get(file.screen, [])


BAD = {
    f"{name}: {title}": (name, maker, words)
    for name, file in FILES.items()
    for title, maker, words in cases(name, file)
}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A path in a folder of its own, which is empty."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "out.safetensors"


def refused(name: str, path: Path, words: str, out: Path) -> None:
    """convert() raises BadInput with `words`, and writes nothing."""
    with pytest.raises(BadInput) as raised:
        convert(name, "safetensors", path, out)
    print(raised.value)
    one_line(str(raised.value), words)
    assert list(out.parent.iterdir()) == []
    assert not (path.parent / "ran").exists()


def starts(bad: str) -> bool:
    """Does the case start a framework, where it is not one that starts at
    once? Most are refused by the screens, in this process."""
    name, _, _ = BAD[bad]
    title, screen = bad.partition(": ")[2], FILES[name].screen
    if title in ("nan", "infinite"):  # the framework's own arrays
        return screen == "hdf5"
    elsewhere = "tensorflow", "orbax", "checkpoints", "cntk"
    return title == "cut" and screen in elsewhere


STARTS = set(filter(starts, BAD))
# Of the frameworks that share a screen all but the first; their cases differ
# in the names of tensors.
ALIKE = {
    bad
    for bad, (name, _, _) in BAD.items()
    if name != next(n for n in FILES if FILES[n].screen == FILES[name].screen)
}
SLOW = STARTS | ALIKE


# The command line would print a warning as a line more.
@pytest.mark.framework
@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(b, marks=[pytest.mark.slow] if b in SLOW else [])
        for b in BAD
    ],
)
def test_refused(
    bad: str,
    warmed: Warmed,
    own_file: Callable[[str], Path],
    out: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    name, make, words = BAD[bad]
    good = {name: TRAINED if name == "safetensors" else own_file(name)}
    if bad in STARTS or FILES[name].screen.startswith("torch"):
        warmed(name)
    (tmp_path / "in").mkdir()
    path = make(tmp_path / "in", good)
    capfd.readouterr()
    refused(name, path, words, out)
    assert capfd.readouterr().err == ""


@pytest.mark.framework
@pytest.mark.parametrize(
    "file, words",
    [
        ("evil", "names code to run"),
        pytest.param("shape", "cannot read it", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    "name", [f.name for f in frameworks() if f.file.screen == "cntk"]
)
def test_cntk(name: str, file: str, words: str, once: Once, out: Path) -> None:
    (found,) = [f for f in frameworks() if f.name == name]

    def make(folder: Path) -> None:
        command = interpreter(found, folder)
        if command is None:
            missing(NO_2018)
        subprocess.run(
            [*(command or []), "-c", evil_files.EVIL_CNTK, str(found.folder)],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    i = Implementation(found, found.backends[0])
    key = freshness.digest_of([Path(evil_files.__file__)]) + key_of(i)
    refused(name, once("cntk", make, key) / f"{file}.model", words, out)


def test_what_the_screens_are_tested_with() -> None:
    """Of a screen that looks into the file, a case does."""
    tested = {"checkpoints", "cntk", "tensorflow", "orbax"} | CHANGES.keys()
    assert tested == SCREENS.keys()


def named(screen: str) -> Any:
    """Marks a test of the frameworks whose file has that screen."""
    names = [f.name for f in frameworks() if f.file.screen == screen]
    return pytest.mark.parametrize("name", names)


@pytest.mark.framework
@named("torch_zip")
def test_the_command_line_refuses_code(
    name: str, out: Path, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    path = evil_files.evil_pickle(True)(tmp_path / "in", {})
    arguments = "convert", name, "safetensors", path, out
    refusal(snippets(*arguments), "may run code")
    assert list(out.parent.iterdir()) == []
    assert not (tmp_path / "in" / "ran").exists()


@pytest.mark.slow
@pytest.mark.framework
@named("torch_zip")
def test_the_command_line_says_what_a_framework_says(
    name: str, own_file: Callable[[str], Path], out: Path, tmp_path: Path
) -> None:
    make = bad_files.changed(name, bad_files.shape)
    path = make(tmp_path, {name: own_file(name)})
    arguments = "convert", name, "safetensors", path, out
    refusal(snippets(*arguments), "lacks 10")
    assert list(out.parent.iterdir()) == []
