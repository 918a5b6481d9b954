"""Whatever becomes of what a command prints, results are kept, and what went
wrong is one line."""

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lab import command, files, outcome, processes, screens
from lab.errors import BadInput, Failed
from lab.frameworks import ROOT, reference
from tests.chain import TRAINED
from tests.command_line import COMMAND

# A run that is stopped at once is a result as well.
TRAIN = ["train", reference().title, "--timeout", "0.1"]
ROWS = [
    [name, "pytorch2", "--timeout", "0.1"] for name in ("layers", "states")
]


def said_to(stdout: Any, *arguments: object, **more: str) -> tuple[int, str]:
    """The status of `python -m snippets` that prints to `stdout`, and what it
    said on stderr."""
    process = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=ROOT,
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | more,
    )
    return process.returncode, process.stderr


def kept(path: Path) -> None:
    (result,) = json.loads(path.read_text())["results"]
    assert result["error"] == "stopped after 0.1 s (--timeout)"
    assert list(path.parent.iterdir()) == [path]


def test_a_reader_that_has_gone(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    path = tmp_path / "r.json"
    assert said_to(writer, *TRAIN, "--json", path) == (1, "")
    os.close(writer)
    kept(path)


FULL = "snippets: standard output: No space left on device\n"


@pytest.mark.parametrize("run", [TRAIN, *ROWS], ids=lambda run: run[0])
def test_a_full_device(run: list[str], tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    with open("/dev/full", "w") as stdout:
        assert said_to(stdout, *run, "--json", path) == (1, FULL)
    kept(path)


CONVERT = ["convert", "safetensors", "safetensors", str(TRAINED)]


def test_a_long_error_is_one_line_that_can_be_read() -> None:
    """Its middle is left out: it may quote a file."""
    line = outcome.one_line(f"first\n{'x' * 5000}\x1b last")
    assert line.startswith("first xxx") and line.endswith("x\\x1b last")
    assert " … " in line and len(line) <= outcome.LONGEST


@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_full_device_and_no_results(buffered: str, tmp_path: Path) -> None:
    for run in ["list"], [*CONVERT, str(tmp_path / "out")]:
        with open("/dev/full", "w") as stdout:
            found = said_to(stdout, *run, PYTHONUNBUFFERED=buffered)
        assert found == (1, FULL)


def test_a_file_that_finds_no_room_is_not_called_damaged(
    tmp_path: Path,
) -> None:
    """Of what is converted, a copy is made first."""
    path = tmp_path / "out"
    process = subprocess.run(
        [*COMMAND, *CONVERT, path],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (10**5, 10**5)
        ),
    )
    assert process.returncode == 2
    assert process.stderr.endswith(": file too large\n")
    assert "damaged" not in process.stderr
    assert list(tmp_path.iterdir()) == []


def test_nor_is_one_whose_reader_found_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even for the lines that would say so."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(
        processes.shutil, "disk_usage", lambda path: usage._replace(free=0)
    )
    asked = {"task": "rewrite", "kind": "none"}
    look = screens.Look(
        reference().framework.file,
        TRAINED,
        tmp_path,
        lambda request, folder: processes.alone(60, asked, folder),
    )
    with pytest.raises(OSError) as found:
        screens.rewritten(look, "none", TRAINED)
    assert found.value.errno == errno.ENOSPC


@pytest.mark.parametrize(
    "said",
    [
        "No space left on device: /tmp",
        "OSError: [Errno 27] File too large",
        "file write failed: errno = 28, error message = "
        "'No space left on device'",
    ],
)
def test_whoever_says_it(said: str, tmp_path: Path) -> None:
    """A process, Python, HDF5."""
    with pytest.raises(OSError) as found:
        screens.check_room(said, tmp_path)
    assert found.value.filename == str(tmp_path)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_letters_that_a_terminal_has_not(
    encoding: str, tmp_path: Path
) -> None:
    path, printed = tmp_path / "ü.json", tmp_path / "printed"
    runs = {0: ["list"], 1: [*TRAIN, "--json", str(path)]}
    for status, arguments in runs.items():
        with open(printed, "wb") as stdout:
            found = said_to(stdout, *arguments, PYTHONIOENCODING=encoding)
        assert found == (status, "")
        assert reference().title in printed.read_text(encoding)
    printed.unlink()
    kept(path)


def test_no_space_for_the_results_is_no_end_of_the_table(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def replace(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "replace", replace)
    path = tmp_path / "r.json"
    assert command.main([*TRAIN, "--json", str(path)]) == 1
    said = capsys.readouterr()
    assert reference().title in said.out and "stopped after" in said.out
    assert said.err == f"snippets: {path}: No space left on device\n"
    assert list(tmp_path.iterdir()) == []


def test_a_full_folder_for_temporary_files(tmp_path: Path) -> None:
    """A file of the digits finds no room there."""
    limited = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (10**5,) * 2)"
    process = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{limited}; import runpy, sys; "
            f"sys.argv = {['snippets', *TRAIN]!r}; "
            "runpy.run_module('snippets', run_name='__main__')",
        ],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    assert process.returncode == 1
    assert process.stderr == "snippets: File too large\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "error, status, line",
    [
        (BadInput("a\nb \x1b[31m\x07"), 2, "x: a\\nb \\x1b[31m\\x07\n"),
        (Failed("a"), 1, "x: a\n"),
        (OSError(errno.EIO, "went", "f"), 1, "x: f: went\n"),
        (KeyboardInterrupt(), 130, "x: interrupted\n"),
    ],
)
def test_errors_are_one_line_and_steer_no_terminal(
    error: BaseException,
    status: int,
    line: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def do() -> int:
        raise error

    assert outcome.outcome("x", do) == status
    assert capsys.readouterr().err == line
