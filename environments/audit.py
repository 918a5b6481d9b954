"""`make audit`: fail on known vulnerabilities of what the locks name.

pip-audit looks for them. It passes over those that advisories.toml lists for
the lock's packages, until the day on which somebody must look again.
"""

import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from environments.locks import lock
from lab.errors import BadInput
from lab.outcome import outcome

ADVISORIES = Path(__file__).parent / "advisories.toml"


# --8<-- [start:keys]
class Reviewed(msgspec.Struct, forbid_unknown_fields=True):
    package: str  # "torch==1.0.0"
    ids: list[str]  # PYSEC, GHSA or CVE: any name of each
    what: str  # what whoever abuses it can do
    why: str  # why that does not reach a reader
    reviewed: date
    again: date  # from this day on it is no exception


# --8<-- [end:keys]


class Listed(msgspec.Struct, forbid_unknown_fields=True):
    exception: list[Reviewed]


def read_exceptions(path: Path = ADVISORIES) -> list[Reviewed]:
    """Read the exceptions. Raises BadInput for a missing or unknown key."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Listed).exception
    except msgspec.DecodeError as error:
        raise BadInput(f"{path}: {error}") from None


def audit(path: Path, exceptions: Sequence[Reviewed], today: date) -> bool:
    """Ask about one lock; False if anything is vulnerable or unknown."""
    print(f"make audit: {path.name}", flush=True)
    text = path.read_text("utf-8")
    ignored = [
        f"--ignore-vuln={name}"
        for e in exceptions
        if f"\n{e.package} " in text and today < e.again
        for name in e.ids
    ]
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(path)]
    options = ["--require-hashes", "--disable-pip", "--strict"]
    quiet = ["--desc=off", "--aliases=on", "--progress-spinner=off"]
    return not subprocess.run(command + options + quiet + ignored).returncode


def main() -> int:
    """Ask about every lock; return the exit status."""
    exceptions, today = read_exceptions(), date.today()
    passed = [audit(path, exceptions, today) for path in lock.locks()]
    return int(not all(passed))


if __name__ == "__main__":
    sys.exit(outcome("make audit", main))
