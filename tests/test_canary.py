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
from pages.canary import works
from tests.command_line import snippets
from tests.test_guards import project as project

PINNED = """# The frameworks.
one[cpu]==1.2; sys_platform == "linux"    # why
other-one==3.4
"""


def test_pins_are_lifted(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text(PINNED)
    assert unpinned(["other-one", "one"], path) == [
        "other-one", 'one[cpu]; sys_platform == "linux"',
    ]  # fmt: skip
    with pytest.raises(BadInput, match="no line pins 'two'"):
        unpinned(["two"], path)


def test_what_a_framework_imports_is_pinned_somewhere() -> None:
    text = REQUIREMENTS.read_text("utf-8")
    for i in every():
        for line in unpinned(i.backend.packages):
            assert "==" not in re.sub(";.*", "", line)
            assert re.search(rf"^{re.escape(line[:3])}", text, re.M)


def test_a_version_is_told_however_pip_writes_the_name() -> None:
    """It lists tensorflow_cpu; requirements.txt has tensorflow-cpu."""
    names = {"tensorflow-cpu", "orbax-checkpoint", "torch", "numpy"}
    here = {d.name.lower().replace("_", "-"): d.version
            for d in metadata.distributions()}  # fmt: skip
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


def looked_at(project: Path, code: str) -> Any:
    """What lab.canary's steps are in the copy `project`."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True,
        encoding="utf-8", env=os.environ | {canary.PYTHON: sys.executable},
    )  # fmt: skip
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


def test_what_broke_is_named(project: Path) -> None:
    """A name that a new version no longer has."""
    path = project / "snippets" / "pytorch2" / "convnet.py"
    source = path.read_text("utf-8")
    assert "from torch import nn" in source
    path.write_text(source.replace("import nn", "import gone as nn"), "utf-8")
    found = looked_at(project, STEPS)
    assert [(what, page) for what, page, _ in found] == [
        ("contract", "convnet.md"), ("gate", "convnet.md"),
        ("parity", "same-numbers.md"), ("convert", "port.md"),
        ("layers", "phrasebook.md"),
    ]  # fmt: skip
    for _, _, error in found:
        assert "cannot import name 'gone'" in error


def test_what_cannot_be_installed_is_said(project: Path) -> None:
    """On each Python that was tried, and why; the next one is tried."""
    (project / "requirements.txt").symlink_to(REQUIREMENTS)
    done = subprocess.run(
        [sys.executable, "-m", "lab.canary", "numpy_float64",
         "--python", sys.executable],
        cwd=project, capture_output=True, encoding="utf-8",
        env=os.environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    folder = project / "results"
    [found] = results.canary(folder).values()
    assert found["python"] is None and found["looked_at"] == []
    [why] = found["refused"].values()
    assert "numpy" in why
    assert "could not be installed" in works(folder)


def test_the_page_says_what_broke(tmp_path: Path) -> None:
    i = next(i for i in every() if i.backend.packages)
    found = {
        "command": "x", "date": "2026-11-28T00:00:00+00:00",
        "machine": {"cpu": "x", "cores": 2, "system": "x", "python": "3.11"},
        "name": i.framework.name, "label": i.framework.label, "era": "today",
        "backend": i.backend.name or None, "python": "3.13.0",
        "packages": {"numpy": "9.9"}, "refused": {}, "error": None,
        "looked_at": [
            {"what": "gate", "page": "convnet.md", "error": None},
            {"what": "gru", "page": "layers/recurrent.md", "error": "x"},
        ],
    }  # fmt: skip
    path = tmp_path / "canary" / f"{i.slug}.json"
    path.parent.mkdir()
    path.write_text(json.dumps(found))
    page = works(tmp_path)
    assert "not `gru`, [layers/recurrent](layers/recurrent.md)" in page
    assert "numpy 9.9 | 3.13.0" in page and "2026-11-28" in page
    found["looked_at"][1]["error"] = None  # type: ignore[index]
    path.write_text(json.dumps(found))
    assert "all of 2" in works(tmp_path)
