"""A home, a language, a path, a company and a clock that may be odd."""

import contextlib
import functools
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

from lab import files
from lab.endurance import commands
from lab.endurance.commands import COMMAND, Said, Variables
from lab.endurance.kills import LOAD
from lab.endurance.mirror import serving
from lab.endurance.places import clean, converted, moved
from lab.endurance.small import small_mnist
from lab.endurance.trial import Verdict
from lab.frameworks import ROOT

Trial = tuple[str, Verdict]


NOBODY: dict[str, Any] = {"user": 54321, "group": 54321}


@functools.cache
def may_be_nobody() -> bool:
    """May this process start Python as another user, who can read it?"""
    try:
        return not subprocess.run(
            [sys.executable, "-c", "import lab.command"], cwd=ROOT,
            env=commands.environment({"HOME": None}), **NOBODY,
        ).returncode  # fmt: skip
    except OSError:
        return False


def no_home(goods: Path, seed: int, folder: Path) -> Trial:
    """A conversion, or a download into the cache of a home that is none."""
    random = Random(f"home {seed}")
    homes: dict[str, Variables] = {
        "unset": {"HOME": None}, "empty": {"HOME": ""},
        "missing": {"HOME": str(folder / "nobody")},
        "relative": {"HOME": "nobody"}, "a file": {"HOME": "/etc/hostname"},
        "/dev/null": {"HOME": "/dev/null"}, "long": {"HOME": "/" + "x" * 300},
        "none, nor a name": {"HOME": None, "USER": None, "LOGNAME": None},
    }  # fmt: skip
    what = random.choice([*homes])
    # A user whom the system does not know has no other home.
    nobody = random.random() < 0.5 and may_be_nobody()
    how: dict[str, Any] = NOBODY if nobody else {}
    more = homes[what] | {"XDG_CACHE_HOME": None, "MNIST_DIR": None}
    work, tmp = folder / "work", folder / "tmp"
    for each in work, tmp:
        each.mkdir()
        each.chmod(0o777)
    for parent in [folder, *folder.parents][:3]:
        with contextlib.suppress(OSError):
            parent.chmod(parent.stat().st_mode | 0o055)
    more |= {"TMPDIR": str(tmp)}
    if random.random() < 0.5:
        way = commands.a_way(random, goods)
        out = work / way.name
        said = converted(way, way.path, out, more, cwd=work, **how)
        verdict = commands.verdict_on(
            said, lambda: commands.whole(way, out, folder)
        )
        verdict = clean(work, {way.name}, clean(tmp, set(), verdict))
        if verdict.end == "refused":
            verdict = Verdict("wrong", verdict.said)
        whom = "by nobody" if nobody else "by this user"
        return f"{way.source} {way.target} {whom}, home {what}", verdict
    small, table = small_mnist()
    code = LOAD.replace("mnist.platformdirs.user", "user")
    with serving() as server:
        command = [sys.executable, "-c", code, ""]
        command += [server.serve("good", small), repr(table)]
        # Else this user's own home, which is none of a trial's.
        if not str(more["HOME"] or "").startswith("/"):
            more |= {"XDG_CACHE_HOME": str(folder / "cache")}
        said = commands.finished(command, more, cwd=work, **how)
    said = quiet(said)
    verdict = commands.verdict_on(said, lambda: Verdict("equal"))
    verdict = clean(work, set(), clean(tmp, set(), verdict))
    return f"download, home {what}{', nobody' if nobody else ''}", verdict


def quiet(said: Said) -> Said:
    """Without what a download says of its progress."""
    lines = [
        line for line in said.err.splitlines()
        if not line.startswith("downloading ")
    ]  # fmt: skip
    return said._replace(err="\n".join(lines))


LOCALES: list[Variables] = [
    {"LC_ALL": name, "PYTHONUTF8": utf8, "PYTHONCOERCECLOCALE": utf8}
    for name in ("C", "POSIX", "tr_TR.UTF-8", "ja_JP.eucJP", "de_DE", "x", "")
    for utf8 in (None, "0")
]  # fmt: skip


def locales(goods: Path, seed: int, folder: Path) -> Trial:
    """The same paths and the same numbers in any of them."""
    random = Random(f"locale {seed}")
    more = LOCALES[seed % len(LOCALES)] | {"LANG": None}
    way = commands.a_way(random, goods)
    place = folder / random.choice(["plain", "häuser", "手書き", "I ı İ"])
    place.mkdir()
    path, out = moved(way, place / f"in-{way.path.name}"), place / way.name
    tmp = place / "tmp"
    tmp.mkdir()
    more |= {"TMPDIR": str(tmp)}
    said = converted(way, path, out, more)
    verdict = commands.verdict_on(
        said, lambda: commands.whole(way, out, folder)
    )
    if verdict.end == "refused":
        verdict = Verdict("wrong", verdict.said)
    shown = ", ".join(f"{k}={v}" for k, v in more.items() if v)
    return f"{way.source} {way.target}, {shown}", clean(tmp, set(), verdict)


ODD = [
    " ", "a b", "-x", "--force", "a\nb", "a\tb", "é", "e\u0301", "手書き",
    "\U0001f600", "a'b", 'a"b', "a\\b", "$HOME", "`id`", "*", "?", "[a]",
    "{a}", "a;b", "a&b", "a|b", "a#b", "%s", "%2F", "{0}", "~", "...", ".x",
    "a:b", "a=b", "\x1b[2J", "\x7f", "\u202e", "x" * 200, "con", "\udcff",
]  # fmt: skip


def paths(goods: Path, seed: int, folder: Path) -> Trial:
    """Spaces, lines, quotes, other scripts, bytes that are none; long ones,
    and those that look like options."""
    random = Random(f"paths {seed}")
    way = commands.a_way(random, goods)
    odd = ODD[seed % len(ODD)]
    deep = random.choice([0, 0, 1, 15])
    place = folder / "p"
    for _ in range(deep):
        place /= odd
    (place / odd).mkdir(parents=True)
    where = random.choice(["in", "out", "tmp", "all", "cwd"])
    plain = folder / "plain"
    plain.mkdir()
    tmp = place / odd if where in ("tmp", "all") else plain
    path, out = way.path, plain / way.name
    if where in ("in", "all"):
        path = moved(way, place / odd / f"{odd}{way.path.name}")
    if where in ("out", "all"):
        out = place / odd / f"{odd}{way.name}"
    more: Variables = {"TMPDIR": str(tmp)}
    if where == "cwd":  # as one types it
        out = Path(f"{odd}{way.name}")
        args = ["convert", way.source, way.target, str(path)]
        dashes = ["--"] if odd.startswith("-") else []
        command = [*COMMAND, *args, *dashes, str(out)]
        if dashes:
            command = [*COMMAND, "convert", "--", *args[1:], str(out)]
        said = commands.finished(command, more, cwd=place / odd)
        out = place / odd / out
    else:
        said = converted(way, path, out, more)
    verdict = commands.verdict_on(
        said, lambda: commands.whole(way, out, folder)
    )
    if verdict.end == "refused":
        verdict = Verdict("wrong", verdict.said)
    return f"{way.source} {way.target}: {where} {odd!r} {deep} deep", verdict


def two(goods: Path, seed: int, folder: Path) -> Trial:
    """Two commands at once that write the same: what is there is whole."""
    random = Random(f"two {seed}")
    way = commands.a_way(random, goods)
    place = folder / "out"
    place.mkdir()
    out = place / way.name
    more: Variables = {"TMPDIR": str(folder / "tmp")}
    (folder / "tmp").mkdir()
    command = [*COMMAND, "convert", way.source, way.target]
    command += [str(way.path), str(out), *random.choice([[], ["--force"]])]
    pair = []
    for _ in range(2):
        pair.append(
            subprocess.Popen(
                command, env=commands.environment(more), encoding="utf-8",
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
        )  # fmt: skip
        time.sleep(random.choice([0, 0.1, 0.5]) * random.random())
    ends = []
    for process in pair:
        said_out, err = process.communicate()
        said = Said(process.returncode, said_out, err)
        ends.append(
            commands.verdict_on(
                said, lambda: commands.whole(way, out, folder)
            )
        )
    how = f"{way.source} {way.target}"
    for verdict in ends:
        if verdict.end not in ("equal", "refused"):
            return how, verdict
    if all(verdict.end == "refused" for verdict in ends):
        return how, Verdict("wrong", ends[0].said)
    verdict = commands.whole(way, out, folder)
    verdict = clean(folder / "tmp", set(), verdict)
    return how, clean(place, {way.name}, verdict)


def clock(goods: Path, seed: int, folder: Path) -> Trial:
    """It was set back: what lies there is of a time to come."""
    random = Random(f"clock {seed}")
    way = commands.a_way(random, goods)
    place, later = folder / "out", time.time() + 10 ** random.uniform(2, 9)
    place.mkdir()
    path = moved(way, place / f"in-{way.path.name}")
    out = place / way.name
    left = place / f"{files.SCRATCH}abcd1234"
    left.mkdir()  # by one that was killed
    (left / "half").write_text("half")
    force = random.random() < 0.5
    for old in [*place.rglob("*"), place]:
        os.utime(old, (later, later))
    said = commands.snippets(
        "convert", way.source, way.target, path, out,
        *["--force"] * force, more={},
    )  # fmt: skip
    verdict = commands.verdict_on(
        said, lambda: commands.whole(way, out, folder)
    )
    kept = {path.name, way.name}
    how = f"{way.source} {way.target}, {later - time.time():.0f} s to come"
    return how, clean(place, kept, verdict)
