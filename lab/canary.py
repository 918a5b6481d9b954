"""`python -m lab.canary`: does each framework of today still work where
nothing is pinned?

For each, on each of its backends: a new environment on the newest Python for
which all that it needs is published, in the newest versions; in it what
`check` and `layers` look at. results/canary/ keeps what came of it.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from lab import check
from lab.command import add_timeout
from lab.errors import BadInput
from lab.files import scratch_folder
from lab.frameworks import ROOT, Implementation, implementations
from lab.outcome import outcome
from lab.own import listed
from lab.processes import PYTHON, last_lines
from lab.rows import rows
from lab.tables import show
from lab.training import Entry, identity, save

FOLDER = ROOT / "results" / "canary"
REQUIREMENTS = ROOT / "requirements.txt"
OLDEST = 3, 11
# Where a reader meets what a step looks at.
PAGES = {
    "contract": "convnet.md",
    "gate": "convnet.md",
    "parity": "same-numbers.md",
    "convert": "port.md",
}
LINE = re.compile(
    r"(?P<name>[\w.-]+)(?P<extra>\[[\w,-]+\])?==(?P<pin>[\w.+]+)"
    r"\s*(?P<marker>;[^#]*)?(#.*)?"
)


def unpinned(names: Sequence[str], path: Path = REQUIREMENTS) -> list[str]:
    """The lines of `names` in requirements.txt, their pins lifted: "mlx[cpu];
    sys_platform == …". Raises BadInput for a name that is not there."""
    found: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        if match := LINE.fullmatch(line.strip()):
            extra, marker = match["extra"] or "", match["marker"] or ""
            found[match["name"]] = match["name"] + extra + marker.rstrip()
    for name in names:
        if name not in found:
            raise BadInput(f"{path}: no line pins {name!r}")
    return [found[name] for name in names]


def version(python: Path) -> tuple[int, ...] | None:
    """Of an interpreter; None for what does not run."""
    try:
        said = subprocess.run(
            [python, "-c", "import sys; print(*sys.version_info[:3])"],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        return tuple(map(int, said.stdout.split())) or None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def pythons() -> list[Path]:
    """Of each minor version from 3.11 one that is here, on PATH, of pyenv's
    or of a hosted runner's, the newest first."""
    home = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    tools = os.environ.get("RUNNER_TOOL_CACHE", "/nowhere")
    places = [
        *(Path(p) for p in os.environ.get("PATH", "").split(os.pathsep)),
        *Path(home).glob("versions/*/bin"),
        *Path(tools).glob("Python/*/x64/bin"),
    ]
    found: dict[tuple[int, ...], tuple[tuple[int, ...], Path]] = {}
    for place in places:
        for path in sorted(place.glob("python3.*")):
            if re.fullmatch(r"python3\.\d+", path.name):
                is_ = version(path)
                if is_ and is_[:2] >= OLDEST:
                    newest = max((is_, path), found.get(is_[:2], (is_, path)))
                    found[is_[:2]] = newest
    return [path for _, (_, path) in sorted(found.items(), reverse=True)]


def installed(
    implementation: Implementation, python: Path, folder: Path
) -> str | None:
    """Make `folder` an environment of `python` with all that it needs, in
    the newest versions. Returns why there is none."""
    wanted = unpinned(implementation.backend.packages)
    own = folder / "bin" / "python"
    commands: list[list[str | Path]] = [
        [python, "-m", "venv", "--clear", folder],
        [
            own,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--quiet",
            "--only-binary",
            ":all:",
            *wanted,
        ],
    ]
    for command in commands:
        errors = folder.with_suffix(".txt")
        with open(errors, "w") as stderr:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
        if done.returncode:
            return plain(last_lines(errors, 1)) or "no reason given"
    return None


def plain(text: str) -> str:
    """One line of at most 300 characters."""
    return " ".join(text.split())[:300]


def packages(python: Path, names: Sequence[str]) -> dict[str, str]:
    """The versions of those of `names` that are installed."""
    said = subprocess.run(
        [python, "-m", "pip", "list", "--format", "json"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    found = {
        p["name"].lower().replace("_", "-"): p["version"]  # tensorflow_cpu
        for p in json.loads(said)
    }
    return {name: found[name] for name in names if name in found}


def steps(
    implementation: Implementation, scratch: Path, options: Namespace
) -> Iterator[tuple[str, str, str | None]]:
    """(what was looked at, the page that shows it, what is wrong)."""
    found = check.steps(implementation, scratch, options.timeout)
    for what, faults in found:
        yield what, PAGES[what], plain("; ".join(faults)) or None
    if not listed(implementation.framework):
        return
    path = scratch / "layers.json"
    asked = ["layers", implementation.title, "--json", str(path)]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "snippets",
            *asked,
            "--timeout",
            str(options.timeout),
        ],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    if not path.exists():
        yield "layers", "phrasebook.md", plain(done.stderr[-300:])
        return
    [entry] = json.loads(path.read_text("utf-8"))["results"]
    if entry["error"]:
        yield "layers", "phrasebook.md", plain(entry["error"])
    for name, row in entry["rows"].items():
        if not row["none"]:
            error = row["error"] and plain(row["error"])
            yield name, f"layers/{rows()[name][0]}.md", error


def measured(
    implementation: Implementation, options: Namespace, scratch: Path
) -> Entry:
    """The JSON entry of one implementation."""
    backend = implementation.backend
    entry = identity(implementation) | {
        "python": None,
        "packages": {},
        "refused": {},
        "looked_at": [],
        "error": None,
    }
    folder = scratch / "venv"
    own = folder / "bin" / "python"
    for python in options.python or pythons():
        is_ = version(python)
        if is_ is None:
            raise BadInput(f"{python}: runs no Python")
        name = ".".join(map(str, is_))
        if error := installed(implementation, python, folder):
            entry["refused"][name] = error
            continue
        entry["python"] = name
        entry["packages"] = packages(own, backend.packages)
        os.environ[PYTHON] = str(own)
        try:
            entry["looked_at"] = [
                {"what": what, "page": page, "error": error}
                for what, page, error in steps(
                    implementation, scratch, options
                )
            ]
        finally:
            del os.environ[PYTHON]
        return entry
    entry["error"] = "could not be installed on any Python that is here"
    return entry


def said(title: str, entry: Entry) -> str:
    """One line for a terminal."""
    broken = [s["what"] for s in entry["looked_at"] if s["error"]]
    what = ", ".join(f"{k} {v}" for k, v in entry["packages"].items())
    end = entry["error"] or "broken: " + ", ".join(broken)
    if not entry["error"] and not broken:
        end = f"all {len(entry['looked_at'])} work"
    return f"{title}: Python {entry['python'] or '—'}, {what or '—'}: {end}"


def watch(options: Namespace, console: Console) -> int:
    """Look at each, and keep what came of it; return the exit status: 0 for
    what is broken too, for that is what was asked."""
    wanted = [
        i
        for i in implementations(options.names, "today")
        if i.backend.packages or options.names
    ]
    for i in wanted:
        if not i.backend.packages:
            raise BadInput(f"{i.title}: its framework.toml names no packages")
    for i in wanted:
        # Gigabytes, some of them: one at a time.
        with scratch_folder() as scratch:
            entry = measured(i, options, scratch)
        save(FOLDER, {i.slug: entry}, options.said)
        show(console, said(i.title, entry))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m lab.canary",
        description="Does it still work where nothing is pinned?",
    )
    parser.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="a folder of snippets/, or folder/backend (default: all of "
        "today)",
    )
    parser.add_argument(
        "--python",
        type=Path,
        action="append",
        metavar="PATH",
        help="this one alone (default: the newest that is here and for which "
        "there is all that it needs)",
    )
    add_timeout(parser, 1800)
    options = parser.parse_args(arguments)
    options.said = " ".join(["python -m lab.canary", *options.names])
    console = Console(width=None if sys.stdout.isatty() else 160)
    return outcome("canary", lambda: watch(options, console))


if __name__ == "__main__":
    sys.exit(main())
