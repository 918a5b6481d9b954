"""Hostile places: no room, no folder, no home, other languages, odd paths, two
commands at once, a clock that was set back. Conversions stand for what reads
and writes; each case has another one."""

import contextlib
import functools
import itertools
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from lab import files
from lab.frameworks import ROOT
from tests.chain import FILES
from tests.helpers import Once
from tests.support.commands import (
    Run,
    Variables,
    Way,
    assert_refused,
    environment,
    run,
    way,
)
from tests.support.mirror import serving
from tests.support.small import small_mnist
from tests.test_killed import LOAD

pytestmark = [pytest.mark.slow, pytest.mark.framework]


def number(cases: Any) -> list[Any]:
    """Each case, with the number of its conversion before it."""
    return [(n, *case) for n, case in enumerate(cases)]


def copy_input(its: Way, path: Path) -> Path:
    """Copy the good input to `path`, its parts beside it."""
    for part in FILES[its.source].parts:
        old, new = f"{its.path}{part}", f"{path}{part}"
        subprocess.run(["cp", "-r", "--", old, new], check=True)
    return path


def assert_right(done: Run, its: Way, out: Path, scratch: Path) -> None:
    """It went well without a word on stderr."""
    assert (done.status, done.err) == (0, "")
    its.assert_whole(out, scratch)


@contextlib.contextmanager
def little_room(folder: Path, size: int) -> Iterator[bool]:
    """Make `folder` a file system of `size` bytes, where that may be done;
    say whether it is."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
        capture_output=True,
    )
    try:
        yield done.returncode == 0
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", folder], check=True)


# What must be said where there is none.
ROOM = re.compile("[Nn]o space left|[Ff]ile too large|full")
SIZES = [4096, 16384, 65536, 131072, 262144, 2**20]


@pytest.mark.parametrize(
    "n, size, what",
    number(
        itertools.product(SIZES, ["out", "tmp", "both", "stdout", "limit"])
    ),
)
def test_no_room(
    n: int, size: int, what: str, once: Once, tmp_path: Path
) -> None:
    """Where OUT goes, for temporary files, for what is printed; or files may
    be no larger."""
    its = way(once, n)
    small, large = tmp_path / "small", tmp_path / "large"
    large.mkdir()
    options: dict[str, Any] = {}
    with contextlib.ExitStack() as stack:
        mounted = stack.enter_context(little_room(small, size))
        place = small if what in ("out", "both") else large
        tmp = small if what in ("tmp", "both") else large
        if what == "stdout":
            file = stack.enter_context(open("/dev/full", "w"))
            options = {"stdout": file}
        elif what == "limit" or not mounted:
            options = {
                "preexec_fn": lambda: resource.setrlimit(
                    resource.RLIMIT_FSIZE, (size, size)
                )
            }
        out = place / its.name
        done = run(its.command(out), {"TMPDIR": str(tmp)}, **options)
        if done.status == 0:
            assert_right(done, its, out, tmp_path)
            return
        assert_refused(done)
        assert ROOM.search(done.err), done.err
        # What was converted is there, whoever could not be told.
        kept = its.name if what == "stdout" else "nothing"
        left = [*os.listdir(small), *os.listdir(large)]
        assert [name for name in left if not name.startswith(kept)] == []


def make_read_only(folder: Path) -> None:
    done = subprocess.run(
        ["mount", "-o", "remount,ro", folder], capture_output=True
    )
    if done.returncode:
        folder.chmod(0o555)


REFUSED = [
    "no OUT's folder",
    "OUT's folder is a file",
    "OUT in /proc",
    "read-only OUT",
    "no IN",
    "IN is a device",
    "OUT is a folder",
    "IN is OUT",
    "empty OUT",
    "OUT is a link to nothing",
]


@pytest.mark.parametrize("n, what", number(zip(REFUSED)))
def test_refused_places(n: int, what: str, once: Once, tmp_path: Path) -> None:
    its = way(once, n)
    place, gone = tmp_path / "out", tmp_path / "gone"
    place.mkdir()
    out, path, kept = place / its.name, its.path, "nothing"
    with little_room(tmp_path / "mounted", 2**20):
        if what == "no OUT's folder":
            out = gone / its.name
        elif what == "OUT's folder is a file":
            gone.write_text("")
            out = gone / its.name
        elif what == "OUT in /proc":
            out = Path("/proc") / its.name
        elif what == "read-only OUT":
            make_read_only(tmp_path / "mounted")
            out = tmp_path / "mounted" / its.name
        elif what == "no IN":
            path = gone
        elif what == "IN is a device":
            path = Path("/dev/zero")
        elif what == "OUT is a folder":
            out.mkdir()
            kept = its.name
        elif what == "IN is OUT":
            kept = its.path.name
            path = out = copy_input(its, place / kept)
        elif what == "empty OUT":
            out = Path("")
        else:
            out.symlink_to(gone / "nothing")
            kept = its.name
        assert_refused(run(its.command(out, path)))
    assert all(name.startswith(kept) for name in os.listdir(place))


ACCEPTED = [
    "no TMPDIR",
    "TMPDIR is a file",
    "read-only home",
    "no working folder",
]


@pytest.mark.parametrize("n, what", number(zip(ACCEPTED)))
def test_places_that_are_not_needed(
    n: int, what: str, once: Once, tmp_path: Path
) -> None:
    its = way(once, n)
    gone, mounted = tmp_path / "gone", tmp_path / "mounted"
    out = tmp_path / "out" / its.name
    out.parent.mkdir()
    more: Variables = {"TMPDIR": str(gone)}
    options: dict[str, Any] = {}
    with little_room(mounted, 2**20):
        if what == "TMPDIR is a file":
            gone.write_text("")
        elif what == "read-only home":
            make_read_only(mounted)
            more = {"HOME": str(mounted)}
        elif what == "no working folder":
            gone.mkdir()
            options = {"cwd": gone, "preexec_fn": lambda: os.rmdir(gone)}
            more = {}
        done = run(its.command(out), more, **options)
    assert_right(done, its, out, tmp_path)


HOMES: dict[str, Variables] = {
    "unset": {"HOME": None},
    "empty": {"HOME": ""},
    "missing": {"HOME": "/nobody"},
    "relative": {"HOME": "nobody"},
    "a file": {"HOME": "/etc/hostname"},
    "/dev/null": {"HOME": "/dev/null"},
    "long": {"HOME": "/" + "x" * 300},
    "none, nor a name": {"HOME": None, "USER": None, "LOGNAME": None},
}
# A user whom the system does not know has no other home.
NOBODY: dict[str, Any] = {"user": 54321, "group": 54321}


@functools.cache
def may_be_nobody() -> bool:
    """May this process start Python as another user, who can read it?"""
    try:
        return not subprocess.run(
            [sys.executable, "-c", "import lab.command"],
            cwd=ROOT,
            env=environment({"HOME": None}),
            **NOBODY,
        ).returncode
    except OSError:
        return False


@pytest.fixture
def open_folder(tmp_path: Path) -> Path:
    """A folder that everybody may enter, with work/ and tmp/ to write to."""
    for name in "work", "tmp":
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o777)
    for parent in [tmp_path, *tmp_path.parents][:4]:
        with contextlib.suppress(OSError):
            parent.chmod(parent.stat().st_mode | 0o055)
    return tmp_path


USERS = [{}, NOBODY]


@pytest.mark.parametrize(
    "n, home, user",
    number(itertools.product(HOMES, USERS)),
    ids=lambda value: str(value) if value != NOBODY else "nobody",
)
def test_a_conversion_without_a_home(
    n: int, home: str, user: dict[str, Any], once: Once, open_folder: Path
) -> None:
    its = way(once, n)
    work, tmp = open_folder / "work", open_folder / "tmp"
    more = HOMES[home] | {"TMPDIR": str(tmp)}
    who = user if may_be_nobody() else {}
    path = copy_input(its, open_folder / its.path.name)
    subprocess.run(["chmod", "-R", "a+rX", str(open_folder)], check=True)
    work.chmod(0o777)
    tmp.chmod(0o777)
    done = run(its.command(work / its.name, path), more, cwd=work, **who)
    assert_right(done, its, work / its.name, open_folder)
    assert os.listdir(tmp) == []
    assert all(name.startswith(its.name) for name in os.listdir(work))


@pytest.mark.parametrize("user", USERS, ids=["this", "nobody"])
@pytest.mark.parametrize("home", HOMES)
def test_a_download_without_a_home(
    home: str, user: dict[str, Any], open_folder: Path
) -> None:
    """It goes into the cache of a home that is none, or is refused."""
    more = HOMES[home] | {"XDG_CACHE_HOME": None, "MNIST_DIR": None}
    more |= {"TMPDIR": str(open_folder / "tmp")}
    # Else this user's own home, which is none of a test's.
    if not str(more["HOME"] or "").startswith("/"):
        more |= {"XDG_CACHE_HOME": str(open_folder / "cache")}
    small, table = small_mnist()
    code = LOAD.replace("mnist.platformdirs.user", "user")
    who = user if may_be_nobody() else {}
    with serving() as server:
        command = [sys.executable, "-c", code, ""]
        command += [server.serve("good", small), repr(table)]
        done = run(command, more, cwd=open_folder / "work", **who)
    lines = done.err.splitlines()
    lines = [line for line in lines if not line.startswith("downloading ")]
    if done.status:
        assert_refused(done._replace(err="\n".join(lines)))
    else:
        assert lines == []
    for name in "work", "tmp":
        assert os.listdir(open_folder / name) == []


LOCALES = ["C", "POSIX", "tr_TR.UTF-8", "ja_JP.eucJP", "de_DE", "x", ""]
FOLDERS = ["plain", "häuser", "手書き", "I ı İ"]


@pytest.mark.parametrize(
    "n, locale, utf8", number(itertools.product(LOCALES, [None, "0"]))
)
def test_languages(
    n: int, locale: str, utf8: str | None, once: Once, tmp_path: Path
) -> None:
    """The same paths and the same numbers in any of them."""
    its = way(once, n)
    place = tmp_path / FOLDERS[n % len(FOLDERS)]
    tmp = place / "tmp"
    tmp.mkdir(parents=True)
    path = copy_input(its, place / f"in-{its.path.name}")
    more: Variables = {
        "LC_ALL": locale,
        "LANG": None,
        "PYTHONUTF8": utf8,
        "PYTHONCOERCECLOCALE": utf8,
        "TMPDIR": str(tmp),
    }
    done = run(its.command(place / its.name, path), more)
    assert_right(done, its, place / its.name, tmp_path)
    assert os.listdir(tmp) == []


ODD = [
    " ",
    "a b",
    "-x",
    "--force",
    "a\nb",
    "a\tb",
    "é",
    "e\u0301",
    "手書き",
    "\U0001f600",
    "a'b",
    'a"b',
    "a\\b",
    "$HOME",
    "`id`",
    "*",
    "?",
    "[a]",
    "{a}",
    "a;b",
    "a&b",
    "a|b",
    "a#b",
    "%s",
    "%2F",
    "{0}",
    "~",
    "...",
    ".x",
    "a:b",
    "a=b",
    "\x1b[2J",
    "\x7f",
    "\u202e",
    "x" * 200,
    "con",
    "\udcff",
]


@pytest.mark.parametrize(
    "n, odd", number(zip(ODD)), ids=lambda value: ascii(value)[:20]
)
def test_odd_paths(n: int, odd: str, once: Once, tmp_path: Path) -> None:
    """Spaces, lines, quotes, other scripts, bytes that are none; long ones,
    and those that look like options: of IN, of OUT and of TMPDIR, one deep or
    more."""
    its = way(once, n)
    place = tmp_path / odd
    for _ in range(n % 3 * 5):
        place /= odd
    place.mkdir(parents=True)
    path = copy_input(its, place / f"{odd}{its.path.name}")
    out = place / f"{odd}{its.name}"
    done = run(its.command(out, path), {"TMPDIR": str(place)})
    assert_right(done, its, out, tmp_path)
    # As one types it there.
    command = its.command(f"{odd}-{its.name}", Path(path.name))
    command.insert(command.index("convert") + 1, "--")
    done = run(command, cwd=place)
    assert_right(done, its, place / f"{odd}-{its.name}", tmp_path)


@pytest.mark.parametrize("n", range(12))
def test_two_at_once(n: int, once: Once, tmp_path: Path) -> None:
    """Both write the same: what is there is whole."""
    its, random = way(once, n), Random(n)
    out, tmp = tmp_path / "out" / its.name, tmp_path / "tmp"
    out.parent.mkdir()
    tmp.mkdir()
    command = [*its.command(out), *["--force"] * (n // 2 % 2)]
    pair = []
    for _ in range(2):
        pair.append(
            subprocess.Popen(
                command,
                env=environment({"TMPDIR": str(tmp)}),
                encoding="utf-8",
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        )
        time.sleep(random.choice([0, 0.1, 0.5]) * random.random())
    statuses = []
    for process in pair:
        said = process.communicate()
        done = Run(process.returncode, *said)
        if done.status:
            assert_refused(done)
        statuses.append(done.status)
    assert 0 in statuses
    its.assert_whole(out, tmp_path)
    assert os.listdir(tmp) == []
    assert all(p.name.startswith(its.name) for p in out.parent.iterdir())


@pytest.mark.parametrize("n", range(12))
def test_a_clock_that_was_set_back(n: int, once: Once, tmp_path: Path) -> None:
    """What lies there is of a time to come, what a killed command left
    too."""
    its, place = way(once, n), tmp_path / "out"
    later = time.time() + 10 ** (2 + n * 0.6)
    left = place / f"{files.SCRATCH}abcd1234"
    left.mkdir(parents=True)
    (left / "half").write_text("half")
    path = copy_input(its, place / f"in-{its.path.name}")
    for old in [*place.rglob("*"), place]:
        os.utime(old, (later, later))
    out = place / its.name
    done = run([*its.command(out, path), *["--force"] * (n % 2)])
    assert_right(done, its, out, tmp_path)
    kept = path.name, its.name
    assert all(p.name.startswith(kept) for p in place.iterdir())
