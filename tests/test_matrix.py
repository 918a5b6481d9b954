"""What the workflows run over: .ci/matrix.py."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lab.frameworks import ROOT, every, frameworks, reference
from tests.scripts import CI, commit, git, script


def matrix(*asked: str) -> Any:
    done = subprocess.run(
        [sys.executable, ROOT / ".ci" / "matrix.py", *asked],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout if asked[0] == "on" else json.loads(done.stdout)


def test_matrices_are_the_manifests() -> None:
    """As everything else reads them."""
    assert matrix("names") == sorted(f.name for f in frameworks())
    assert sorted(matrix("canary")) == sorted(
        i.title for i in every() if i.framework.era == "today"
    )
    there = {path.stem for path in (ROOT / "environments/gpu").glob("*.txt")}
    assert set(matrix("gpu")) == {i.backend.gpu for i in every()} - {""}
    assert set(matrix("gpu")) == there
    for name in there:
        assert sorted(matrix("on", name).split()) == sorted(
            i.title for i in every() if i.backend.gpu == name
        )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with what matrix.py reads, and its first commit."""
    shutil.copytree(CI, tmp_path / ".ci")
    for f in frameworks():
        folder = tmp_path / "snippets" / f.name
        folder.mkdir(parents=True)
        shutil.copy2(f.folder / "framework.toml", folder)
    git("init", "--quiet", root=tmp_path)
    commit(tmp_path, "One")
    return tmp_path


def touched(clone: Path, *paths: str) -> list[str]:
    """What is proved where one more commit changes `paths`."""
    for path in paths:
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        with open(clone / path, "a") as file:
            file.write("# changed\n")
    commit(clone, "Two")
    done = script("matrix.py", "touched", "HEAD^1", root=clone)
    assert (done.returncode, done.stderr) == (0, "")
    found: list[str] = json.loads(done.stdout)
    return found


def test_what_is_touched_is_proved(clone: Path) -> None:
    first, second, *_ = sorted(f.name for f in frameworks() if not f.reference)
    assert touched(clone, "README.md", "snippets/README.md", "é.md") == []
    assert touched(clone, f"snippets/{first}/new.py") == [first]
    # Names that only begin alike are others.
    assert touched(clone, f"snippets/{first}x/convnet.py") == []
    shutil.rmtree(clone / "snippets" / f"{first}x")
    for path in "framework.toml", "layers/é.py":
        both = [f"snippets/{name}/{path}" for name in (second, first)]
        assert touched(clone, *both) == [first, second]
    # A folder that has gone has no tests.
    shutil.rmtree(clone / "snippets" / first)
    assert touched(clone) == []


@pytest.mark.parametrize(
    "path",
    [
        "lab/inside/train.py",
        "lab/float64.py",
        f"snippets/{reference().framework.name}/convnet.py",
    ],
)
def test_what_all_share_proves_all(clone: Path, path: str) -> None:
    assert touched(clone, path) == sorted(f.name for f in frameworks())


def test_a_base_that_is_not_there(clone: Path) -> None:
    done = script("matrix.py", "touched", "HEAD^1", root=clone)
    assert (done.returncode, done.stdout) == (1, "")
    assert "matrix: git: status 128" in done.stderr
