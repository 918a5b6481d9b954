"""A release is of main, where CI passed; what it is made of is whole."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from lab.frameworks import ROOT
from tests.command_line import Process
from tests.scripts import CI, commit, git, program
from tests.scripts import programs as programs

LOCK = """# Made of requirements.txt.
numpy==2.4.6 ; python_version > '3' \\
    --hash=sha256:{0} \\
    --hash=sha256:{1}
    # via one
tqdm==4.70.1 \\
    --hash=sha256:{1}
""".format("a" * 64, "b" * 64)


@pytest.fixture
def project(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A clone with the script, a lock, a built site; two commits after the
    tag v1, the last of which is v2."""
    monkeypatch.setenv("GITHUB_REPOSITORY", "one/convnet")
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    git("init", "--quiet", "--bare", "--initial-branch=main", origin)
    git("clone", "--quiet", origin, clone)
    lock = clone / "environments" / "locks" / "today.txt"
    lock.parent.mkdir(parents=True)
    lock.write_text(LOCK)
    (clone / "site").mkdir()
    (clone / "site" / "index.html").write_text("<p>One")
    shutil.copytree(CI, clone / ".ci")
    (clone / ".gitignore").write_text("/site/\n/release/\n")
    commit(clone, "The first")
    git("tag", "v1", root=clone)
    for subject in "A kernel is turned", "Generated: its page":
        (clone / "x").write_text(subject)
        commit(clone, subject)
    git("tag", "v2", root=clone)
    git("push", "--quiet", "origin", "HEAD:main", root=clone)
    return clone


def release(root: Path, *arguments: str) -> Process:
    return subprocess.run(
        [sys.executable, ".ci/release.py", *arguments],
        cwd=root, capture_output=True, encoding="utf-8",
    )  # fmt: skip


def runs(*ends: tuple[str, str]) -> None:
    """What GitHub says of CI's runs, the newest first: commit and end."""
    path = Path(os.environ["ANSWERS"])
    name = "repos_one_convnet_actions_workflows_ci.yml_runs.json"
    found = [
        {"head_sha": commit, "status": "completed", "conclusion": end}
        for commit, end in ends
    ]
    answer = {"total_count": len(found), "workflow_runs": found}
    (path / name).write_text(json.dumps(answer))


def test_a_tag_of_main_where_ci_passed(project: Path) -> None:
    commit = git("rev-parse", "v2", root=project)
    runs((commit, "success"), (commit, "failure"))
    done = release(project, "check", "v2")
    assert (done.returncode, done.stderr) == (0, "")


def test_any_other_is_refused(project: Path) -> None:
    commit = git("rev-parse", "v2", root=project)
    for ends, words in [
        ([(commit, "failure"), (commit, "success")], "v2: failure"),
        ([], "no run"),
        ([("0" * 40, "success")], "no run"),
    ]:
        runs(*ends)
        done = release(project, "check", "v2")
        assert done.returncode == 1
        assert words in done.stderr
    git("checkout", "--quiet", "-b", "aside", root=project)
    (project / "x").write_text("aside")
    commit_of(project, "Aside", "v3")
    runs((git("rev-parse", "v3", root=project), "success"))
    done = release(project, "check", "v3")
    assert (done.returncode, done.stderr) == (
        1, "release: v3 is not on main\n",
    )  # fmt: skip
    assert release(project, "check", "v9").returncode == 1
    assert release(project, "check", "--help").returncode == 2


def commit_of(root: Path, subject: str, tag: str) -> None:
    commit(root, subject)
    git("tag", tag, root=root)


def test_it_is_whole(project: Path) -> None:
    """Notes of the commits since the tag before; every package of the lock
    with its hashes; the site, the same archive each time."""
    digests = set()
    for _ in range(2):
        done = release(project, "build", "v2")
        assert done.returncode == 0, done.stderr
        archive = project / "release" / "site.tar.gz"
        digests.add(hashlib.sha256(archive.read_bytes()).hexdigest())
        os.utime(project / "site" / "index.html")
    assert len(digests) == 1
    with tarfile.open(archive) as found:
        assert "site/index.html" in found.getnames()
    notes = (project / "release" / "notes.md").read_text("utf-8")
    assert notes == "Since v1:\n\n- A kernel is turned\n"
    parts = json.loads((project / "release" / "sbom.cdx.json").read_text())
    assert parts["bomFormat"] == "CycloneDX"
    assert hashes(parts) == {
        "pkg:pypi/numpy@2.4.6": ["a" * 64, "b" * 64],
        "pkg:pypi/tqdm@4.70.1": ["b" * 64],
    }


def hashes(parts: Any) -> dict[str, list[str]]:
    return {
        part["purl"]: sorted(
            h["content"]
            for reference in part["externalReferences"]
            for h in reference["hashes"]
        )
        for part in parts["components"]
    }


def test_every_package_of_the_lock_is_named(project: Path) -> None:
    """Of the project's own."""
    lock = ROOT / "environments" / "locks" / "today.txt"
    shutil.copy(lock, project / "environments" / "locks" / "today.txt")
    done = release(project, "build", "v2")
    assert done.returncode == 0, done.stderr
    parts = json.loads((project / "release" / "sbom.cdx.json").read_text())
    wanted = re.findall(r"^([\w.-]+)==", lock.read_text("utf-8"), re.M)
    assert len(wanted) > 100
    assert {part["name"] for part in parts["components"]} == set(wanted)


# The container of 2018, of which a release says nothing: it is a lock, too.
DOCKER = """#!/bin/sh
echo "docker $*" >> "$SAID"
case "$1" in
  pull) exit "${PULL:-0}" ;;
  image) echo "ghcr.io/one/convnet/2018@sha256:%s" ;;
esac
""" % ("c" * 64)


@pytest.fixture
def container(programs: Path, project: Path) -> Path:
    program(programs / "docker", DOCKER)
    folder = project / "environments" / "2018"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM x")
    (project / "environments" / "locks" / "2018.txt").write_text(LOCK)
    return project


def docker(project: Path, *arguments: str, **more: str) -> list[str]:
    """What .ci/container asked of Docker."""
    said = Path(os.environ["SAID"])
    said.unlink(missing_ok=True)
    done = subprocess.run(
        ["bash", ".ci/container", *arguments], cwd=project,
        env=os.environ | more, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    lines = said.read_text().splitlines() if said.exists() else []
    return [f"exit {done.returncode}", *lines]


def test_the_container_is_built_once(container: Path) -> None:
    """Until it is published it is built; then it comes by its digest, while
    it is of the same files."""
    build = (
        "docker build -f environments/2018/Dockerfile -t one-convnet-2018 ."
    )
    assert docker(container) == ["exit 0", build]
    named = {"GITHUB_REPOSITORY": "One/ConvNet"}
    said = docker(container, "publish", **named)
    assert said[:2] == ["exit 0", build]
    assert said[3].startswith("docker push ghcr.io/one/convnet/2018:")
    kept = container / "measured" / "environments" / "2018" / "image"
    image = kept.read_text().splitlines()[1]
    assert docker(container, "publish", **named) == ["exit 0"]
    assert docker(container) == [
        "exit 0", f"docker pull {image}",
        f"docker tag {image} one-convnet-2018",
    ]  # fmt: skip
    # A fork that may not pull builds it.
    assert docker(container, PULL="1")[2:] == [build]
    lock = container / "environments" / "locks" / "2018.txt"
    lock.write_text(LOCK.replace("2.4.6", "2.4.7"))
    assert docker(container) == ["exit 0", build]


def test_no_container_comes_by_a_tag(container: Path) -> None:
    docker(container, "publish", GITHUB_REPOSITORY="one/convnet")
    file = container / "environments" / "2018" / "image"
    first = file.read_text().splitlines()[0]
    file.write_text(f"{first}\nghcr.io/one/convnet/2018:latest\n")
    assert docker(container) == ["exit 1"]
