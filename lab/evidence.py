"""`python -m lab.evidence`: run again the scripts of evidence/ whose records
are absent or stale.

The record of a script is the .txt beside it, with what it printed, or a file
that the script writes. evidence/sources.json holds the sources of each record:
every file of the project that the script read, and the packages that it
imports, directly or through a framework. The record is a source too, so that a
record edited by hand is stale.
"""

import argparse
import functools
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from lab.errors import BadInput, Failed
from lab.files import now, write_json, write_text
from lab.frameworks import ROOT, every, frameworks, nearest
from lab.freshness import (
    LAYERS,
    LOCKS,
    Sources,
    State,
    digest_digits,
    digest_environment,
    digest_file,
    digest_value,
    mark_changed,
    read_imported_versions,
    read_lock,
    read_tables,
)
from lab.outcome import outcome
from lab.processes import (
    NO_2018,
    build_environment,
    interpreter,
    last_lines,
)

FOLDER = ROOT / "evidence"
SOURCES = FOLDER / "sources.json"
TRACE = ROOT / "lab" / "trace"
# Records that are not named like their script.
ELSEWHERE = {
    "digit/redraw": FOLDER / "digit" / "redrawn.json",
    "digit/train": ROOT / "data" / "mnist.safetensors",
    "training/record": ROOT / "docs" / "assets" / "training" / "replay.json",
}
# If a script read this module, the digits it loads are a source instead.
DIGITS = "lab/mnist.py"
# Modules of lab/ that compute numbers; the others are no sources.
COMPUTE = {DIGITS, *(f"lab/{name}.py" for name in (*LAYERS, "parity"))}
# Keys of a manifest that only the pages read.
SHOWN = set(
    "label order colour mark project licence licence_name status".split()
)
# Scripts that take arguments, and how to run them.
ARGUMENTS = {"paint/chromium": "python -m evidence.paint.chromium SITE"}


def list_records() -> dict[str, Path]:
    """{script: its record}; a script is named by its path without .py."""
    found = {}
    for path in sorted(FOLDER.glob("*/*.py")):
        name = path.relative_to(FOLDER).with_suffix("").as_posix()
        records = [path.with_suffix(end) for end in (".txt", ".json")]
        there = [record for record in records if record.exists()]
        found[name] = ELSEWHERE.get(name) or (there or records)[0]
    return found


def find_script(record: Path) -> str:
    """The script that makes a record. Raises BadInput if there is none."""
    for name, path in list_records().items():
        if path == record:
            return name
    raise BadInput(f"{record}: no script of evidence/ makes it")


def is_2018(name: str) -> bool:
    """Does the script run with the frameworks of 2018?"""
    return name.endswith("_2018") or name.startswith("slips/")


def find_lock(name: str) -> Path:
    """The lock of the packages that a script imports."""
    return LOCKS / ("2018.txt" if is_2018(name) else "today.txt")


def digest_read_file(path: Path) -> str:
    """The digest of a file that a script read: of a manifest, without what
    only the pages show. "absent" if it is gone."""
    if not path.is_file():
        return "absent"
    if path.name == "framework.toml":
        return digest_value(
            {k: v for k, v in read_tables(path).items() if k not in SHOWN}
        )
    return digest_file(path)


def collect_sources(
    name: str, read: Iterable[str], packages: Iterable[str]
) -> Sources:
    """The digests of the files that a script read and of its record, and the
    locked versions of `packages` and of what those files import."""
    lock = find_lock(name)
    locked = read_lock(lock)
    found = digest_environment()
    if DIGITS in read:
        found |= digest_digits("mnist-5k")
    for key in {*read, f"evidence/{name}.py"} - {DIGITS}:
        path = ROOT / key
        found[key] = digest_read_file(path)
        if path.suffix == ".py" and path.is_file():
            found |= read_imported_versions(path, lock)
    for package in packages:
        version = locked.get(package, "absent")
        found[f"{lock.as_posix()}#{package}"] = version
    record = list_records()[name]
    found["record"] = digest_file(record) if record.exists() else "absent"
    return found


@functools.cache
def parse_sources(changed: int) -> dict[str, Any]:
    """evidence/sources.json since `changed`. See read_sources()."""
    try:
        found: Any = json.loads(SOURCES.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"{SOURCES}: not whole: {error}") from None
    if not isinstance(found, dict):
        raise BadInput(f"{SOURCES}: not an object: restore it")
    # An entry that is none is stale.
    return {
        name: entry
        for name, entry in found.items()
        if isinstance(entry, dict)
        and isinstance(entry.get("sources"), dict)
        and isinstance(entry.get("date"), str)
    }


def read_sources() -> dict[str, Any]:
    """{script: {"date", "sources"}}, empty if none were recorded. Raises
    BadInput if evidence/sources.json is broken."""
    if not SOURCES.exists():
        return {}
    return parse_sources(SOURCES.stat().st_mtime_ns)


def find_state(record: Path) -> State:
    """The state of a record of evidence/."""
    if not record.exists():
        return "absent"
    name = find_script(record)
    before = read_sources().get(name, {}).get("sources")
    if not before:
        return "stale"
    read = [key for key in before if "#" not in key and key != "record"]
    if digest_digits("mnist-5k").keys() <= before.keys():
        read.append(DIGITS)
    start = f"{find_lock(name).as_posix()}#"
    packages = [k.removeprefix(start) for k in before if k.startswith(start)]
    same = before == collect_sources(name, read, packages)
    return "fresh" if same else "stale"


def is_fresh(record: Path) -> bool:
    """Would its script record the same if it ran now?"""
    return find_state(record) == "fresh"


def choose_command(name: str, scratch: Path) -> list[str]:
    """The Python that runs a script. Raises Failed if it is not installed."""
    if not is_2018(name):
        return [sys.executable]
    old = next(f for f in frameworks() if f.era == "2018")
    command = interpreter(old, scratch)
    if command is None or len(command) > 1:
        raise Failed(f"{name}: {NO_2018}")
    return command


def measure(name: str) -> None:
    """Run a script, and write its record and its sources. Raises Failed if
    the script does."""
    record = list_records()[name]
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        trace = scratch / "trace"
        errors = scratch / "errors"
        with errors.open("w") as stderr:
            done = subprocess.run(
                [*choose_command(name, scratch), str(FOLDER / f"{name}.py")],
                cwd=scratch,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                encoding="utf-8",
                env=build_environment(scratch)
                | {
                    "PYTHONPATH": f"{TRACE}:{ROOT}",
                    "TRACE_INTO": str(trace),
                    "PYTHONIOENCODING": "utf-8",
                },
            )
        if done.returncode:
            raise Failed(f"{name}: {last_lines(errors, 1)}")
        if record.suffix == ".txt":
            write_text(record, done.stdout)
        read = read_trace(trace) - {record, SOURCES}
        packages = read_packages(trace, find_lock(name))
    keys = {
        key
        for path in read
        if (key := path.relative_to(ROOT).as_posix()) in COMPUTE
        or not key.startswith("lab/")
        or key.startswith("lab/inside/")
    }
    sources = mark_changed(collect_sources(name, keys, packages))
    entry = {"date": now(), "sources": dict(sorted(sources.items()))}
    write_json(SOURCES, dict(sorted((read_sources() | {name: entry}).items())))


def read_trace(trace: Path) -> set[Path]:
    """The project's files that a traced process read, the module for each
    compiled one: a/__pycache__/b.cpython-311.pyc is a/b.py."""
    found = set()
    for line in trace.read_text("utf-8").splitlines():
        if line.startswith("import "):
            continue
        path = ROOT / line
        if path.parent.name == "__pycache__":
            module = path.name.partition(".")[0] + ".py"
            path = path.parent.parent / module
        if path.is_file() and not path.is_relative_to(TRACE):
            found.add(path)
    return found


def read_packages(trace: Path, lock: Path) -> set[str]:
    """The packages of manifests that a traced process imported. Other
    packages that these import do not count: a new version of one that
    only prints would make every record stale."""
    counted = {
        name
        for i in every()
        for name in (*i.backend.packages, *i.backend.libraries)
    }
    distributions = packages_distributions()
    found: set[str] = set()
    for line in trace.read_text("utf-8").splitlines():
        word, _, module = line.partition(" ")
        if word == "import":
            found |= {module, *distributions.get(module, [])}
    names = {re.sub("[-_.]+", "-", name).lower() for name in found}
    return names & counted & read_lock(lock).keys()


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m lab.evidence",
        description="Run again the scripts of evidence/ whose records are "
        "absent or stale.",
    )
    parser.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="a script, say semantics/order_today, or a folder (default: all)",
    )
    parser.add_argument(
        "--force", action="store_true", help="run those that are fresh too"
    )
    options = parser.parse_args(arguments)

    def do() -> int:
        known = list_records()
        wanted: list[str] = []
        for asked in options.names or known:
            group = [n for n in known if f"{n}/".startswith(f"{asked}/")]
            if not group:
                raise BadInput(
                    f"no script is called {asked!r}: did you mean "
                    f"{nearest(asked, known)!r}?"
                )
            wanted += [n for n in group if n not in ARGUMENTS]
            if asked in ARGUMENTS and asked in options.names:
                raise BadInput(f"{asked}: run `{ARGUMENTS[asked]}`")
        status = 0
        for name in wanted:
            if options.force or not is_fresh(known[name]):
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
