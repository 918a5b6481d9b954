"""`make audit`: known vulnerabilities of what the locks name.

pip-audit asks for them. Each that it finds must stand in advisories.toml,
looked at by a person, who looks again in time; and what stands there must
still be found. With files that pip-audit wrote, `python -m environments.audit
REPORT.json …` looks at these and asks nobody.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import msgspec

from environments.locks import lock
from lab.errors import BadInput, Failed

ADVISORIES = Path(__file__).parent / "advisories.toml"


# --8<-- [start:keys]
class Known(msgspec.Struct, forbid_unknown_fields=True):
    package: str  # "torch==1.0.0"
    ids: list[str]  # PYSEC, GHSA or CVE: any name of each
    what: str  # what whoever abuses it can do
    why: str  # why that does not reach a reader
    reviewed: date
    again: date  # from this day on it is no exception


# --8<-- [end:keys]


class Listed(msgspec.Struct, forbid_unknown_fields=True):
    exception: list[Known]


class Vulnerability(msgspec.Struct):
    id: str
    aliases: list[str]


class Dependency(msgspec.Struct):
    name: str
    version: str = ""
    vulns: list[Vulnerability] = []
    skip_reason: str = ""


class Report(msgspec.Struct):
    """What `pip-audit --format=json --aliases=on` writes."""

    dependencies: list[Dependency]


def listed(path: Path = ADVISORIES) -> list[Known]:
    """The exceptions. Raises BadInput where a key is missing or unknown."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Listed).exception
    except msgspec.DecodeError as error:
        raise BadInput(f"{path}: {error}") from None


def ask(path: Path) -> Report:
    """What pip-audit says of a lock, by a service on the network. Its status
    does not tell a finding from a failure. Raises Failed for the latter."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        done = subprocess.run(
            [
                *[sys.executable, "-m", "pip_audit", "--format=json"],
                *["--require-hashes", "--disable-pip", "--aliases=on"],
                *["--desc=off", "--progress-spinner=off"],
                *["--requirement", str(path), "--output", str(report)],
            ],
            capture_output=True, encoding="utf-8",
        )  # fmt: skip
        if not report.exists():
            said = done.stderr.strip().splitlines()[-1:] or ["nothing"]
            raise Failed(f"{path.name}: pip-audit has no answer: {said[0]}")
        return read(report)


def read(path: Path) -> Report:
    """A report. Raises BadInput where it is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except (OSError, msgspec.DecodeError) as error:
        raise BadInput(f"{path}: no report of pip-audit's: {error}") from None


def faults(
    reports: Iterable[Report], exceptions: list[Known], today: date
) -> list[str]:
    """What is wrong, a line each; nothing, where all is as listed."""
    wrong: dict[str, None] = {}  # a set, in order
    used: set[tuple[str, str]] = set()
    for dependency in (d for r in reports for d in r.dependencies):
        if dependency.skip_reason:
            wrong[f"{dependency.name}: {dependency.skip_reason}"] = None
        package = f"{dependency.name}=={dependency.version}"
        known = {
            (package, i) for e in exceptions if e.package == package
            for i in e.ids
        }  # fmt: skip
        for found in dependency.vulns:
            names = {(package, i) for i in (found.id, *found.aliases)}
            used |= known & names
            if not known & names:
                also = ", ".join(sorted(found.aliases))
                wrong[f"{package}: {found.id} ({also}) is not listed"] = None
    for e in exceptions:
        if today >= e.again:
            wrong[f"{e.package}: to be reviewed again since {e.again}"] = None
        for i in e.ids:
            if (e.package, i) not in used:
                wrong[f"{e.package}: {i} is listed, and not found"] = None
    return list(wrong)


def main(paths: list[str]) -> int:
    try:
        reports = [read(Path(p)) for p in paths] or [
            ask(path) for path in lock.locks()
        ]
        wrong = faults(reports, listed(), date.today())
    except BadInput as error:
        print(f"make audit: {error}", file=sys.stderr)
        return 2
    except Failed as error:
        wrong = [str(error)]
    for line in wrong:
        print(f"make audit: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
