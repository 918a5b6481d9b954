"""The container of 2018: what it may do, a Docker that does not answer, and
how it is published."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lab import processes
from lab.frameworks import frameworks
from tests.scripts import CI, commit, git, program
from tests.scripts import programs as programs

OLD = next(f for f in frameworks() if f.python == "3.6")


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name, and no environment of 2018."""
    monkeypatch.setattr(processes, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "docker"
    path.write_text("#!/bin/sh\nexit 0\n")
    path.chmod(0o755)
    return path


def test_it_may_do_little(docker: Path, tmp_path: Path) -> None:
    command = processes.interpreter(OLD, tmp_path / "scratch")
    assert command
    said = command[: command.index(processes.DOCKER_IMAGE)]
    for option in (
        "--network=none",
        "--cap-drop=ALL",
        "--memory=4g",
        "--security-opt=no-new-privileges",
        f"{tmp_path}:{tmp_path}:ro",
    ):
        assert option in said


@pytest.mark.parametrize("answer", ["exit 1", "exec /bin/sleep 600"])
def test_no_image_and_no_answer_are_no_container(
    answer: str, docker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "DOCKER_ANSWERS", 0.2)
    docker.write_text(f"#!/bin/sh\n{answer}\n")
    assert processes.interpreter(OLD, tmp_path) is None


# A Docker that pulls unless $PULL is 1, and has pushed one image.
DOCKER = """#!/bin/sh
echo "docker $*" >> "$SAID"
case "$1" in
  pull) exit "${PULL:-0}" ;;
  image) echo "ghcr.io/one/convnet/2018@sha256:%s" ;;
esac
""" % ("c" * 64)


@pytest.fixture
def project(tmp_path: Path, programs: Path) -> Path:
    """A repository with what the script reads."""
    program(programs / "docker", DOCKER)
    root = tmp_path / "project"
    shutil.copytree(CI, root / ".ci")
    for name in "2018/Dockerfile", "locks/2018.txt":
        path = root / "environments" / name
        path.parent.mkdir(parents=True)
        path.write_text("one")
    (root / ".gitignore").write_text("/measured/\n")
    git("init", "--quiet", root=root)
    commit(root, "One")
    return root


def container(project: Path, *arguments: str, **more: str) -> list[str]:
    """The exit status of .ci/container, and its calls of Docker."""
    calls = Path(os.environ["SAID"])
    calls.unlink(missing_ok=True)
    done = subprocess.run(
        ["bash", ".ci/container", *arguments],
        cwd=project,
        env=os.environ | more,
        capture_output=True,
        encoding="utf-8",
    )
    lines = calls.read_text().splitlines() if calls.exists() else []
    return [f"exit {done.returncode}", *lines]


def test_the_container_is_built_once(project: Path) -> None:
    """Until it is published it is built; then it comes by its digest, while
    it is of the same files."""
    build = (
        "docker build -f environments/2018/Dockerfile -t one-convnet-2018 ."
    )
    assert container(project) == ["exit 0", build]
    named = {"GITHUB_REPOSITORY": "One/ConvNet"}
    calls = container(project, "publish", **named)
    assert calls[:2] == ["exit 0", build]
    assert calls[3].startswith("docker push ghcr.io/one/convnet/2018:")
    path = project / "measured" / "environments" / "2018" / "image"
    image = path.read_text().splitlines()[1]
    assert container(project, "publish", **named) == ["exit 0"]
    assert container(project) == [
        "exit 0",
        f"docker pull {image}",
        f"docker tag {image} one-convnet-2018",
    ]
    # A fork that may not pull builds it.
    assert container(project, PULL="1")[2:] == [build]
    (project / "environments" / "locks" / "2018.txt").write_text("two")
    assert container(project) == ["exit 0", build]


def test_no_container_comes_by_a_tag(project: Path) -> None:
    container(project, "publish", GITHUB_REPOSITORY="one/convnet")
    file = project / "environments" / "2018" / "image"
    first = file.read_text().splitlines()[0]
    file.write_text(f"{first}\nghcr.io/one/convnet/2018:latest\n")
    assert container(project) == ["exit 1"]
