"""Files are written whole or not at all, and what a killed process left
behind is removed."""

import errno
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lab import files
from lab.errors import BadInput
from tests.command_line import refusal, snippets
from tests.helpers import ROOT


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def unix_socket(path: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
    return path


def read_only(path: Path) -> Path:
    path.write_text("kept")
    path.chmod(0o444)
    return path


def link(to: Callable[[Path], Path]) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.symlink_to(to(path.with_name("target")))
        return path

    return make


def circle(path: Path) -> Path:
    path.symlink_to(path)
    return path


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "folder": (folder, "is a folder"),
    "empty": (lambda path: Path(), "is a folder"),
    "root": (lambda path: Path("/"), "is a folder"),
    "long": (lambda path: path.with_name("x" * 300), "name too long"),
    "device": (lambda path: Path("/dev/null"), "no regular file"),
    "fifo": (fifo, "no regular file"),
    "socket": (unix_socket, "no regular file"),
    "read-only": (read_only, "read-only"),
    "link to read-only": (link(read_only), "read-only"),
    "link to a folder": (link(folder), "is a folder"),
    "link to a device": (link(lambda _: Path("/dev/null")), "no regular"),
    "link to nothing": (link(lambda path: path), "No such file"),
    "circle": (circle, "cannot write"),
    "missing folder": (lambda path: path / "x", "not a folder"),
    "in a file": (lambda path: read_only(path) / "x", "Not a directory"),
    "kernel's": (lambda path: Path("/proc/x.json"), "cannot write"),
}


def listed(folder: Path) -> dict[Path, tuple[int, ...]]:
    """What lies there, without when it was last looked at."""
    found = {path: path.lstat() for path in folder.iterdir()}
    return {
        path: (s.st_ino, s.st_mode, s.st_size, s.st_mtime_ns)
        for path, s in found.items()
    }


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_written_is_refused_before(
    kind: str, tmp_path: Path
) -> None:
    make, words = BAD[kind]
    path = make(tmp_path / "r.json")
    there = listed(tmp_path)
    with pytest.raises(BadInput) as raised:
        files.check_json(path)
    said = str(raised.value)
    assert said.startswith(f"cannot write {path}: ") and words in said
    assert "\n" not in said
    assert listed(tmp_path) == there


@pytest.mark.parametrize("command", ["train", "parity"])
def test_no_command_begins_with_it(command: str) -> None:
    refusal(snippets(command, "--json", "/"), "/: it is a folder")


def test_a_link_is_followed_and_its_target_replaced(tmp_path: Path) -> None:
    target, path = tmp_path / "target", tmp_path / "r.json"
    target.write_text("old")
    target.chmod(0o640)
    path.symlink_to(target)
    files.check_json(path)
    files.write_text(path, "new")
    assert path.is_symlink() and target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(tmp_path.iterdir()) == [path, target]


@pytest.mark.parametrize("name", ["r.json", "x" * 255])
def test_a_new_file_is_as_open_makes_it(name: str, tmp_path: Path) -> None:
    path, plain = tmp_path / name, tmp_path / "plain"
    plain.touch()
    files.check_json(path)
    files.write_text(path, "new")
    assert path.stat().st_mode == plain.stat().st_mode
    assert set(tmp_path.iterdir()) == {path, plain}


def test_no_space_left(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")
    code = (
        "import sys; from pathlib import Path; from lab import files\n"
        "files.write_text(Path(sys.argv[1]), 'new' * 1000)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, path],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (1000, 1000)
        ),
    )
    last = process.stderr.splitlines()[-1]
    assert last == f"OSError: [Errno {errno.EFBIG}] File too large: '{path}'"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_planted_link_is_not_written_through(tmp_path: Path) -> None:
    """No name beside the file can be foreseen."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    path = tmp_path / "r.json"
    (tmp_path / f".r.json.{os.getpid()}").symlink_to(victim)
    files.write_text(path, "new")
    assert victim.read_text() == "mine" and path.read_text() == "new"


HOLD = """
import sys
from lab import files

with files.scratch_folder(sys.argv[1]) as folder:
    (folder / "half").write_text("half")
    print(folder, flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("when", [0, 2**33])
def test_what_a_killed_process_left_is_removed_and_no_more(
    when: int, tmp_path: Path
) -> None:
    other = folder(tmp_path / ".one-convnet-notes")
    foreign = tmp_path / f"{files.SCRATCH}12345678"
    foreign.symlink_to(other)
    pair = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD, tmp_path],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(2)
    ]
    try:
        said = [process.stdout.readline() for process in pair]  # type: ignore[union-attr]
        killed, living = (Path(line.rstrip("\n")) for line in said)
        pair[0].send_signal(signal.SIGKILL)
        pair[0].wait()
        # Of long ago, or of a time to come: a clock that was set back.
        for path in killed, living, other:
            os.utime(path, (when, when))
        with files.scratch_folder(tmp_path) as mine:
            assert {*tmp_path.iterdir()} == {living, other, foreign, mine}
            assert (living / "half").read_text() == "half"
        pair[1].communicate("\n")
    finally:
        for process in pair:
            process.kill()
    assert {*tmp_path.iterdir()} == {other, foreign}
