"""The canary: what it installs, what it says of a framework that broke."""

import json
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from lab import canary, results
from lab.canary import REQUIREMENTS, unpinned
from lab.errors import BadInput
from lab.frameworks import every
from pages.convnet import newest_versions_table
from tests.command_line import snippets
from tests.scripts import program
from tests.test_guards_gpu import project as project

PINNED = """# The frameworks.
one[cpu]==1.2; sys_platform == "linux"    # why
other-one==3.4
"""


def test_pins_are_lifted(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text(PINNED)
    assert unpinned(["other-one", "one"], path) == [
        "other-one",
        'one[cpu]; sys_platform == "linux"',
    ]
    with pytest.raises(BadInput, match="no line pins 'two'"):
        unpinned(["two"], path)


def test_what_a_framework_imports_is_pinned_somewhere() -> None:
    text = REQUIREMENTS.read_text("utf-8")
    for i in every():
        if i.framework.era != "today":
            continue
        for line in unpinned(i.backend.packages):
            assert "==" not in re.sub(";.*", "", line)
            assert re.search(rf"^{re.escape(line[:3])}", text, re.M)


def test_a_version_is_told_however_pip_writes_the_name() -> None:
    """It lists tensorflow_cpu; requirements.txt has tensorflow-cpu."""
    names = {"tensorflow-cpu", "orbax-checkpoint", "torch", "numpy"}
    here = {
        d.name.lower().replace("_", "-"): d.version
        for d in metadata.distributions()
    }
    wanted = {name: here[name] for name in names if name in here}
    assert canary.packages(Path(sys.executable), sorted(names)) == wanted


def test_another_python_runs_them() -> None:
    """The one that the variable names, which is none here."""
    done = snippets("train", "pytorch2", more={canary.PYTHON: "/bin/false"})
    assert done.returncode == 1
    assert "exit status 1" in done.stdout


def test_newest_first() -> None:
    found = [canary.version(path) for path in canary.pythons()]
    assert found and found == sorted(
        found, key=lambda v: v or (), reverse=True
    )
    assert len({(v or ())[:2] for v in found}) == len(found)
    assert all((v or ()) >= canary.OLDEST for v in found)


def looked_at(project: Path, code: str, python: str = sys.executable) -> Any:
    """What lab.canary's steps are in the copy `project`."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {canary.PYTHON: python},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


STEPS = """
import json, pathlib, tempfile
from argparse import Namespace
from lab import canary
from lab.frameworks import implementations
[one] = implementations(["pytorch2"])
with tempfile.TemporaryDirectory() as folder:
    found = canary.steps(one, pathlib.Path(folder), Namespace(timeout=600.0))
    print(json.dumps(list(found)))
"""


LOOKED_AT = [
    ("contract", "convnet.md"),
    ("gate", "convnet.md"),
    ("parity", "same-numbers.md"),
    ("convert", "port.md"),
    ("layers", "phrasebook.md"),
]


def test_what_does_not_start_is_named(project: Path) -> None:
    """At each step, and the page that shows it: here, a Python that ends."""
    found = looked_at(project, STEPS, "/bin/false")
    assert [(what, page) for what, page, _ in found] == LOOKED_AT
    for _, _, error in found:
        assert "exit status 1" in error


@pytest.mark.slow
@pytest.mark.framework
def test_what_broke_is_named(project: Path) -> None:
    """A name that a new version no longer has."""
    path = project / "snippets" / "pytorch2" / "convnet.py"
    source = path.read_text("utf-8")
    assert "from torch import nn" in source
    path.write_text(source.replace("import nn", "import gone as nn"), "utf-8")
    found = looked_at(project, STEPS)
    assert [(what, page) for what, page, _ in found] == LOOKED_AT
    for _, _, error in found:
        assert "cannot import name 'gone'" in error


def refused(project: Path, *pythons: Path | str) -> dict[str, str]:
    """Why numpy_float64 can be installed on none of `pythons`."""
    (project / "requirements.txt").symlink_to(REQUIREMENTS)
    asked = [word for path in pythons for word in ("--python", str(path))]
    done = subprocess.run(
        [sys.executable, "-m", "lab.canary", "numpy_float64", *asked],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""},
    )
    assert done.returncode == 0, done.stderr
    folder = project / "results"
    [found] = results.canary(folder).values()
    assert found["python"] is None and found["looked_at"] == []
    assert "could not be installed" in newest_versions_table(folder)
    why: dict[str, str] = found["refused"]
    return why


def test_the_next_python_is_tried(project: Path, tmp_path: Path) -> None:
    """Neither makes an environment, and each says why."""
    for number in 13, 12:
        program(
            tmp_path / f"python3.{number}",
            f'#!/bin/sh\n[ "$1" = -c ] && exec echo 3 {number} 0\n'
            f"echo no ensurepip in {number} >&2; exit 1\n",
        )
    pythons = tmp_path / "python3.13", tmp_path / "python3.12"
    assert refused(project, *pythons) == {
        "3.13.0": "no ensurepip in 13",
        "3.12.0": "no ensurepip in 12",
    }


@pytest.mark.slow
def test_what_cannot_be_installed_is_said(project: Path) -> None:
    """By pip, on a Python that makes an environment."""
    [why] = refused(project, sys.executable).values()
    assert "numpy" in why


def test_the_page_says_what_broke(tmp_path: Path) -> None:
    i = next(i for i in every() if i.backend.packages)
    found = {
        "command": "x",
        "date": "2026-11-28T00:00:00+00:00",
        "machine": {"cpu": "x", "cores": 2, "system": "x", "python": "3.11"},
        "name": i.framework.name,
        "label": i.framework.label,
        "era": "today",
        "backend": i.backend.name or None,
        "python": "3.13.0",
        "packages": {"numpy": "9.9"},
        "refused": {},
        "error": None,
        "looked_at": [
            {"what": "gate", "page": "convnet.md", "error": None},
            {"what": "gru", "page": "layers/recurrent.md", "error": "x"},
        ],
    }
    path = tmp_path / "canary" / f"{i.slug}.json"
    path.parent.mkdir()
    path.write_text(json.dumps(found))
    page = newest_versions_table(tmp_path)
    assert "not `gru`, [layers/recurrent](layers/recurrent.md)" in page
    assert "numpy 9.9 | 3.13.0" in page and "2026-11-28" in page
    found["looked_at"][1]["error"] = None  # type: ignore[index]
    path.write_text(json.dumps(found))
    assert "all of 2" in newest_versions_table(tmp_path)
