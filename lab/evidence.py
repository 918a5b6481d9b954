"""`python -m lab.evidence`: run again the scripts of evidence/ whose records
are absent or stale.

A script records what it prints in the .txt beside it, or writes a file of its
own. evidence/sources.json holds the sources of each record: every file of the
project that the script read, the packages that it imports, and the record
itself, so that a record that was edited by hand is stale.
"""

import argparse
import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab.errors import BadInput, Failed
from lab.files import now, write_json, write_text
from lab.frameworks import ROOT, frameworks, nearest
from lab.freshness import Sources, State, digest_file, digits, imported
from lab.outcome import outcome
from lab.processes import NO_2018, interpreter, last_lines

FOLDER = ROOT / "evidence"
SOURCES = FOLDER / "sources.json"
TRACE = ROOT / "lab" / "trace"
# Records that do not bear their script's name.
ELSEWHERE = {
    "digit/redraw": FOLDER / "digit" / "redrawn.json",
    "digit/train": ROOT / "data" / "mnist.safetensors",
    "training/record": ROOT / "docs" / "assets" / "training" / "replay.json",
}
# In the place of the module that loads digits stand the digits.
DIGITS = "lab/mnist.py"
# Modules of lab/ that move files and processes, and compute nothing.
PLUMBING = {
    f"lab/{name}.py"
    for name in (
        "__init__ bounds errors files formats frameworks freshness manifest "
        "outcome processes readers results screens several tables tensors"
    ).split()
}
# Scripts that want arguments, which nobody can guess.
BY_HAND = ("paint/chromium",)


def scripts() -> dict[str, Path]:
    """{name: its record} of every script, by its path without .py."""
    found = {}
    for path in sorted(FOLDER.glob("*/*.py")):
        name = path.relative_to(FOLDER).with_suffix("").as_posix()
        records = [path.with_suffix(end) for end in (".txt", ".json")]
        there = [record for record in records if record.exists()]
        found[name] = ELSEWHERE.get(name) or (there or records)[0]
    return found


def records() -> list[Path]:
    """Every record that a script makes."""
    return list(scripts().values())


def name_of(record: Path) -> str:
    """The name of the script that makes a record. Raises BadInput."""
    for name, path in scripts().items():
        if path == record:
            return name
    raise BadInput(f"{record}: no script of evidence/ makes it")


def is_2018(name: str) -> bool:
    """Does the script run with the frameworks of 2018?"""
    return name.endswith("_2018") or name.startswith("slips/")


def sources_of(name: str, read: Sequence[str]) -> Sources:
    """The digests of the files that a script read, of its packages and of
    its record. A file that is gone has the digest "absent"."""
    found = digits("mnist-5k") if DIGITS in read else {}
    for key in {*read, f"evidence/{name}.py"} - {DIGITS}:
        path = ROOT / key
        found[key] = digest_file(path) if path.is_file() else "absent"
    for key in list(found):
        if key.endswith(".py") and found[key] != "absent":
            found |= imported(Path(key), "2018" if is_2018(name) else "today")
    record = scripts()[name]
    found["record"] = digest_file(record) if record.exists() else "absent"
    return found


@functools.cache
def kept(path: Path, changed: int) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BadInput(f"{path}: not whole: {error}") from None
    return found


def record_of(name: str) -> dict[str, Any]:
    """{"date", "sources"} of a record, empty where none were kept. Raises
    BadInput where evidence/sources.json is broken."""
    if not SOURCES.exists():
        return {}
    found: dict[str, Any] = kept(SOURCES, SOURCES.stat().st_mtime_ns)
    return dict(found.get(name, {}))


def state_of_record(record: Path) -> State:
    """The state of a record of evidence/."""
    if not record.exists():
        return "absent"
    name = name_of(record)
    before = record_of(name).get("sources")
    if not before:
        return "stale"
    read = [key for key in before if "#" not in key and key != "record"]
    read += [DIGITS] if digits("mnist-5k").keys() <= before.keys() else []
    return "fresh" if before == sources_of(name, read) else "stale"


def is_fresh_record(record: Path) -> bool:
    """Would its script, run now, record the same?"""
    return state_of_record(record) == "fresh"


def command_of(name: str, scratch: Path) -> list[str]:
    """The Python that runs a script. Raises Failed where it is not here."""
    if not is_2018(name):
        return [sys.executable]
    old = next(f for f in frameworks() if f.era == "2018")
    command = interpreter(old, scratch)
    if command is None or len(command) > 1:
        raise Failed(f"{name}: {NO_2018}")
    return command


def measure(name: str) -> None:
    """Run a script, and keep its record and its sources. Raises Failed."""
    record = scripts()[name]
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        trace = scratch / "trace"
        errors = scratch / "errors"
        with errors.open("w") as stderr:
            done = subprocess.run(
                [*command_of(name, scratch), str(FOLDER / f"{name}.py")],
                cwd=scratch, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=stderr, encoding="utf-8",
                env=os.environ | {
                    "PYTHONPATH": f"{TRACE}:{ROOT}",
                    "TRACE_INTO": str(trace),
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "PYTHONIOENCODING": "utf-8",
                    "TF_CPP_MIN_LOG_LEVEL": "2",
                    "TMPDIR": folder,
                },
            )  # fmt: skip
        if done.returncode:
            raise Failed(f"{name}: {last_lines(errors, 1)}")
        if record.suffix == ".txt":
            write_text(record, done.stdout)
        lines = trace.read_text("utf-8").splitlines()
    read = {
        key
        for key in map(source_of, lines)
        if (ROOT / key).is_file()
        and key not in PLUMBING
        and not key.startswith((".", "lab/trace/"))
        and ROOT / key not in (record, SOURCES)
    }
    found: dict[str, Any] = {}
    if SOURCES.exists():
        found = kept(SOURCES, SOURCES.stat().st_mtime_ns)
    sources = dict(sorted(sources_of(name, sorted(read)).items()))
    found = found | {name: {"date": now(), "sources": sources}}
    write_json(SOURCES, dict(sorted(found.items())))


def source_of(path: str) -> str:
    """The module of a compiled one: a/__pycache__/b.cpython-311.pyc."""
    if "__pycache__" not in path:
        return path
    compiled = Path(path)
    module = compiled.name.split(".")[0] + ".py"
    return str(compiled.parent.parent / module)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m lab.evidence",
        description="Run again the scripts of evidence/ whose records are "
        "absent or stale.",
    )
    parser.add_argument(
        "names", metavar="NAME", nargs="*",
        help="a script, say semantics/order_today, or a folder (default: all)",
    )  # fmt: skip
    parser.add_argument(
        "--force", action="store_true", help="run those that are fresh too"
    )
    options = parser.parse_args(arguments)

    def do() -> int:
        known = scripts()
        wanted: list[str] = []
        for asked in options.names or known:
            group = [n for n in known if f"{n}/".startswith(f"{asked}/")]
            if not group:
                raise BadInput(
                    f"no script is called {asked!r}: did you mean "
                    f"{nearest(asked, known)!r}?"
                )
            wanted += [n for n in group if n not in BY_HAND]
        status = 0
        for name in wanted:
            if options.force or not is_fresh_record(known[name]):
                print(name, flush=True)
                try:
                    measure(name)
                except Failed as error:
                    print(f"evidence: {error}", file=sys.stderr)
                    status = 1
        return status

    return outcome("evidence", do)


if __name__ == "__main__":
    sys.exit(main())
