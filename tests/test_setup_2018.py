"""environments/2018/setup installs nothing outside the project unasked."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lab.frameworks import ROOT

# What the script asks of the machine; none of it does anything. Without the
# environment that it then fails to make, nothing is downloaded.
STUBS = {
    "uname": "echo Linux x86_64",
    "ldconfig": "true",  # no Open MPI
    "python3.6": '[ "$1" = -c ]',
    "apt-get": 'echo "apt-get $*" >> "$SAID"',
    "sudo": 'echo sudo >> "$SAID"; exec "$@"',
    "id": 'echo "$WHO"',
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copy = tmp_path / "project" / "environments" / "2018"
    shutil.copytree(ROOT / "environments" / "2018", copy)
    (tmp_path / "bin").mkdir()
    for name, body in STUBS.items():
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
    return tmp_path


def setup(project: Path, *options: str, who: str = "0") -> tuple[int, str]:
    """Its status, and what it said on stderr."""
    process = subprocess.run(
        ["bash", project / "project/environments/2018/setup", *options],
        capture_output=True,
        encoding="utf-8",
        env=os.environ
        | {
            "PATH": f"{project / 'bin'}:{os.environ['PATH']}",
            "SAID": str(project / "said"),
            "WHO": who,
        },
    )
    return process.returncode, process.stderr


@pytest.mark.parametrize("who", ["0", "1000"])
@pytest.mark.parametrize("options, status", [([], 1), (["--if-possible"], 0)])
def test_it_names_what_is_missing(
    who: str, options: list[str], status: int, project: Path
) -> None:
    found, said = setup(project, *options, who=who)
    assert found == status
    assert "sudo apt-get install libopenmpi3 openmpi-bin" in said
    assert "--install" in said
    assert not (project / "said").exists()
    assert not (project / "project" / ".venv-2018").exists()


@pytest.mark.parametrize(
    "who, before", [("0", []), ("1000", ["sudo"])], ids=["root", "user"]
)
def test_it_installs_where_it_is_told(
    who: str, before: list[str], project: Path
) -> None:
    setup(project, "--if-possible", "--install", who=who)
    assert (project / "said").read_text().splitlines() == [
        *before,
        "apt-get update",
        *before,
        "apt-get install -y libopenmpi3 openmpi-bin",
    ]


def test_another_option(project: Path) -> None:
    assert setup(project, "--instal") == (
        2,
        "make 2018: no option --instal\n",
    )


def test_ci_alone_tells_it() -> None:
    told = [
        path.name
        for path in [ROOT / "Makefile", ROOT / ".ci" / "run"]
        if "--install" in path.read_text("utf-8")
    ]
    assert told == ["run"]
