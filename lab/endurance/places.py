"""Bad surroundings: no room, no folder, no home, other letters, two at once,
a clock that is set back. Conversions stand for what reads and writes."""

import contextlib
import os
import re
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from lab.endurance import commands
from lab.endurance.commands import Said, Variables, Way
from lab.endurance.trial import Verdict
from lab.endurance.weights import TRAINED, file_of

Trial = tuple[str, Verdict]


def converted(
    way: Way, path: Path, out: Path, more: Variables, **how: Any
) -> Said:
    """`convert` of `path`, which may lie elsewhere, to `out`."""
    return commands.snippets(
        "convert", way.source, way.target, path, out, more=more, **how
    )


def moved(way: Way, path: Path) -> Path:
    """The good input under another path."""
    here = way.framework if way.path != TRAINED else None
    for old in file_of(here).paths(way.path).values():
        new = f"{path}{old.name.removeprefix(way.path.name)}"
        subprocess.run(["cp", "-r", "--", old, new], check=True)
    return path


def clean(folder: Path, kept: set[str], verdict: Verdict) -> Verdict:
    """The verdict; wrong where more lies in the folder than is kept."""
    more = [
        n for n in commands.listing(folder)
        if not any(n.startswith(name) for name in kept)
    ]  # fmt: skip
    return Verdict("wrong", f"left behind: {more}") if more else verdict


@contextlib.contextmanager
def little_room(folder: Path, size: int) -> Iterator[bool]:
    """Makes `folder` a file system of `size` bytes, where that may be done;
    is it one?"""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
        capture_output=True,
    )  # fmt: skip
    try:
        yield done.returncode == 0
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", folder], check=True)


# What must be said where there is none.
ROOM = re.compile("[Nn]o space left|[Ff]ile too large|full")


def full(goods: Path, seed: int, folder: Path) -> Trial:
    """No room: where OUT goes, for temporary files, or for what is printed;
    or files may be no larger."""
    random = Random(f"full {seed}")
    way = commands.a_way(random, goods)
    what = random.choice(["out", "tmp", "both", "stdout", "limit"])
    size = random.choice([4096, 16384, 65536, 131072, 262144, 2**20])
    how = f"{way.source} {way.target}: {what} of {size} bytes"
    small, large = folder / "small", folder / "large"
    large.mkdir()

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    with little_room(small, size) as mounted:
        place = small if what in ("out", "both") else large
        tmp = small if what in ("tmp", "both") else large
        out = place / way.name
        more: Variables = {"TMPDIR": str(tmp)}
        if what == "stdout":
            with open("/dev/full", "w") as device:
                said = converted(way, way.path, out, more, stdout=device)
        elif what == "limit" or not mounted:
            said = converted(way, way.path, out, more, preexec_fn=limited)
        else:
            said = converted(way, way.path, out, more)
        verdict = commands.verdict_on(
            said, lambda: commands.whole(way, out, folder)
        )
        if verdict.end == "refused" and not ROOM.search(verdict.said):
            verdict = Verdict("wrong", f"not why: {verdict.said}")
        elif verdict.end == "refused" and what != "stdout":
            verdict = clean(small, set(), clean(large, set(), verdict))
        elif verdict.end == "refused":
            verdict = clean(large, {way.name}, verdict)
    return how, verdict


def folders(goods: Path, seed: int, folder: Path) -> Trial:
    """Missing and read-only ones, and what is no folder."""
    random = Random(f"folders {seed}")
    way = commands.a_way(random, goods)
    out, path = folder / "out" / way.name, way.path
    out.parent.mkdir()
    more: Variables = {"TMPDIR": None}
    kept: set[str] = set()
    must = True  # is it to be refused?
    what = random.choice([
        "no OUT's folder", "OUT's folder is a file", "/proc", "read-only OUT",
        "no TMPDIR", "TMPDIR is a file", "no IN", "IN is a device",
        "OUT is a folder",
        "read-only home", "no working folder", "IN is OUT", "empty OUT",
        "OUT's link to nothing",
    ])  # fmt: skip
    how: dict[str, Any] = {}
    gone = folder / "gone"
    with little_room(folder / "mounted", 2**20):
        if what == "no OUT's folder":
            out = gone / way.name
        elif what == "OUT's folder is a file":
            gone.write_text("")
            out = gone / way.name
        elif what == "/proc":
            out = Path("/proc") / way.name
        elif what == "read-only OUT":
            out = folder / "mounted" / way.name
            must = not remounted(folder / "mounted")
            must = True
        elif what == "no TMPDIR":
            more, must = {"TMPDIR": str(gone)}, False  # Python takes another
        elif what == "TMPDIR is a file":
            gone.write_text("")
            more, must = {"TMPDIR": str(gone)}, False
        elif what == "no IN":
            path = gone
        elif what == "IN is a device":
            path = Path("/dev/zero")
        elif what == "OUT is a folder":
            out.mkdir()
            kept = {way.name}
        elif what == "read-only home":
            remounted(folder / "mounted")
            more, must = {"HOME": str(folder / "mounted")}, False
        elif what == "no working folder":
            gone.mkdir()
            how = {"cwd": gone, "preexec_fn": lambda: os.rmdir(gone)}
            must = False
        elif what == "IN is OUT":
            path = out = moved(way, out)
            kept = {way.name}
        elif what == "empty OUT":
            out, must = Path(""), True
        else:
            out.symlink_to(gone / "nothing")
            kept = {way.name}
        said = converted(way, path, out, more, **how)
        verdict = commands.verdict_on(
            said, lambda: commands.whole(way, out, folder)
        )
    if verdict.end == "equal" and must:
        verdict = Verdict("wrong", f"accepted: {what}")
    if verdict.end == "refused":
        verdict = clean(folder / "out", kept, verdict)
        if not must:
            verdict = Verdict("wrong", verdict.said)
    return f"{way.source} {way.target}: {what}", verdict


def remounted(folder: Path) -> bool:
    """Makes a mounted folder one that is only read; a plain one as well as
    can be."""
    done = subprocess.run(
        ["mount", "-o", "remount,ro", folder], capture_output=True
    )
    if done.returncode:
        folder.chmod(0o555)
    return done.returncode == 0
