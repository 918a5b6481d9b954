"""The container of 2018: what it may do, and a Docker that does not answer."""

from pathlib import Path

import pytest

from lab import processes
from lab.frameworks import frameworks

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
        "--network=none", "--cap-drop=ALL", "--memory=4g",
        "--security-opt=no-new-privileges", f"{tmp_path}:{tmp_path}:ro",
    ):  # fmt: skip
        assert option in said


@pytest.mark.parametrize("answer", ["exit 1", "exec /bin/sleep 600"])
def test_no_image_and_no_answer_are_no_container(
    answer: str, docker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "DOCKER_ANSWERS", 0.2)
    docker.write_text(f"#!/bin/sh\n{answer}\n")
    assert processes.interpreter(OLD, tmp_path) is None
