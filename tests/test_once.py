"""What the tests keep from run to run never decides a verdict."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT, Once

pytestmark = pytest.mark.pure

# Says OK where a file of the project does; keeps what it read by its digest.
TEST = """
from pathlib import Path
from lab.freshness import digest_of

FILE = Path("input.txt")


def test_input(once):
    def make(folder):
        (folder / "seen").write_text(FILE.read_text())

    folder = once("input", make, digest_of([FILE], syntax=False))
    assert (folder / "seen").read_text() == "good"
"""

# Ten pure tests that fail if a file is bad, and whose fixture fails after the
# test if another file is. Each writes its number when it runs.
PURE = """
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure


@pytest.fixture
def checked():
    yield
    assert Path("docs/after.txt").read_text() == "good"


@pytest.mark.parametrize("number", range(10))
def test_input(number, checked):
    with open("ran", "a") as file:
        file.write(f"{number} ")
    assert Path("docs/input.txt").read_text() == "good"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with these fixtures and one test."""
    for name in "lab", "snippets", "data", "environments", "pages":
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(
        ROOT / "tests",
        tmp_path / "tests",
        ignore=shutil.ignore_patterns("test_*", "browser", "__pycache__"),
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests" / "test_input.py").write_text(TEST)
    (tmp_path / "input.txt").write_text("good")
    return tmp_path


def passes(project: Path) -> bool:
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/test_input.py"],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
        env={k: v for k, v in os.environ.items() if k[:6] != "PYTEST"},
    )
    assert process.returncode in (0, 1), process.stdout + process.stderr
    return process.returncode == 0


def test_a_fault_fails_with_and_without_the_cache(project: Path) -> None:
    assert passes(project)
    kept = project / ".pytest_cache" / "d" / "made" / "input"
    (first,) = (path for path in kept.iterdir() if path.is_dir())
    (project / "input.txt").write_text("bad")
    assert not passes(project)
    assert not passes(project)  # by what it kept
    shutil.rmtree(project / ".pytest_cache")
    assert not passes(project)
    (project / "input.txt").write_text("good")
    assert passes(project)
    # What is of no use any more is gone.
    assert [path.name for path in kept.iterdir() if path.is_dir()] == [
        first.name
    ]


def test_a_pure_test_runs_again_if_the_project_changes(project: Path) -> None:
    """One in ten runs always. What failed, or whose fixture failed, is never
    taken as passed."""
    (project / "tests" / "test_input.py").write_text(PURE)
    (project / "docs").mkdir()
    files = [project / "docs" / name for name in ("input.txt", "after.txt")]
    ran = project / "ran"

    def count_runs() -> int:
        count = len(ran.read_text().split())
        ran.unlink()
        return count

    for path in files:
        path.write_text("good")
    assert passes(project) and count_runs() == 10
    assert passes(project)
    assert not ran.exists() or count_runs() < 10
    for path in files:
        path.write_text("bad")
        for _ in range(2):
            assert not passes(project) and count_runs() == 10
        path.write_text("good")


def test_what_could_not_be_made_is_not_kept(once: Once) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("")
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError):
            once("fails", fail, "key")
