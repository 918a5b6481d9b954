"""What was measured becomes a pull request, and nothing else does."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import Process
from tests.scripts import CI, commit, git, program, script, step
from tests.scripts import programs as programs


@pytest.fixture
def repository(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A clone of a project with one result, whose scripts are ours."""
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    git("init", "--quiet", "--bare", "--initial-branch=main", origin)
    git("clone", "--quiet", origin, clone)
    shutil.copytree(CI, clone / ".ci")
    (clone / ".gitignore").write_text("/.venv/\n/measured/\n")
    for name in (
        "results/canary/a.json",
        "docs/generated/a.md",
        "README.md",
        "docs/assets/a.svg",
        "docs/phrasebook.json",
    ):
        path = clone / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("old\n")
    commit(clone, "One")
    git("push", "--quiet", "origin", "HEAD:main", root=clone)
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    return clone


def collect(repository: Path) -> Process:
    """The step of the workflow, with a Python that writes a page of the
    result."""
    python = repository / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    program(
        python,
        '#!/bin/sh\n[ "$*" = "-m pages" ] || exit 1\n'
        "cp results/canary/a.json docs/generated/a.md\n",
    )
    return subprocess.run(
        ["bash", "-e", "-c", step("offer", "collect", "Collect")],
        cwd=repository,
        capture_output=True,
        encoding="utf-8",
    )


def test_results_are_offered(repository: Path, tmp_path: Path) -> None:
    """Measured, kept, collected, offered, each by its script or step."""
    result = repository / "results" / "canary" / "a.json"
    result.write_text("new\n")
    assert script("keep", root=repository).returncode == 0
    git("checkout", "--quiet", ".", root=repository)
    (repository / "measured" / "train-x.json").write_text("no result")
    done = collect(repository)
    assert done.returncode == 0, done.stderr
    git("reset", "--quiet", "--hard", root=repository)
    patch = tmp_path / "results.patch"
    done = script(
        "offer", patch, "results/canary", "Data: new", root=repository
    )
    assert done.returncode == 0, done.stderr
    pushed = git(
        "--git-dir",
        tmp_path / "origin.git",
        "show",
        "--name-only",
        "--format=%an %s",
        "results/canary",
    ).split("\n")
    assert pushed == [
        "github-actions[bot] Data: new",
        "",
        "docs/generated/a.md",
        "results/canary/a.json",
    ]
    said = (tmp_path / "said").read_text()
    assert "gh pr create --head results/canary --title Data: new" in said


def test_nothing_new_is_not_offered(repository: Path, tmp_path: Path) -> None:
    patch = tmp_path / "patch"
    patch.touch()
    done = script("offer", patch, "results/canary", "x", root=repository)
    assert (done.returncode, done.stdout) == (
        0,
        "offer: nothing has changed\n",
    )
    assert not (tmp_path / "said").exists()


def link(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("/etc/passwd")


# What a patch must not bring, whoever made it.
BAD: dict[str, Callable[[Path], object]] = {
    "a workflow": lambda r: program(r / ".github/workflows/x.yml", "on: push"),
    "a script": lambda r: program(r / ".ci/offer", "exit 0"),
    "a program": lambda r: program(r / "results/canary/a.json", "x"),
    "a link": lambda r: link(r / "results/canary/b.json"),
    "a page by hand": lambda r: (r / "docs/index.md").write_text("x"),
    "a script of the site's": lambda r: (r / "docs/assets/x.js").write_text(
        ""
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_anything_else_is_not_offered(
    what: str, repository: Path, tmp_path: Path
) -> None:
    (repository / ".github" / "workflows").mkdir(parents=True)
    BAD[what](repository)
    git("add", "--all", root=repository)
    patch = tmp_path / "patch"
    patch.write_text(
        git("diff", "--cached", "--binary", root=repository) + "\n"
    )
    git("reset", "--quiet", "--hard", root=repository)
    done = script("offer", patch, "results/x", "x", root=repository)
    assert done.returncode == 1
    assert "offer: refused: " in done.stderr
    assert git("branch", "--list", root=tmp_path / "origin.git") == "* main"
    assert not (tmp_path / "said").exists()


@pytest.mark.parametrize(
    "name",
    ["results/gates/a.json", "results/canary/a.sh", "environments/2018/setup"],
)
def test_only_results_are_collected(
    name: str, repository: Path, tmp_path: Path
) -> None:
    path = repository / "measured" / name
    path.parent.mkdir(parents=True)
    path.write_text("x")
    assert collect(repository).returncode == 0
    git("reset", "--quiet", "--hard", root=repository)
    patch = tmp_path / "results.patch"
    done = script("offer", patch, "results/x", "x", root=repository)
    assert done.returncode == 1
    assert f"offer: refused: {name}, mode 100644" in done.stderr
