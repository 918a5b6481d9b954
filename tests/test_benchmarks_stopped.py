"""`python -m benchmarks` that is killed, started twice, or finds no room."""

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import results
from lab.files import alone
from tests.helpers import HANG, ROOT, until
from tests.test_benchmarks import Inside, benchmarks
from tests.test_benchmarks import inside as inside


def begun(
    folder: Path, rounds: int
) -> tuple[list[str], subprocess.Popen[bytes], Path]:
    """A run that has measured something: its arguments, its process, its
    first file."""
    arguments = ["run", "harness", "--rounds", str(rounds)]
    arguments += ["--into", str(folder)]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    path = folder / "harness.json"
    until(path.exists)
    return arguments, process, path


@pytest.mark.slow
def test_killed_it_leaves_whole_files_and_goes_on(tmp_path: Path) -> None:
    arguments, process, path = begun(tmp_path, rounds=3)
    process.send_signal(signal.SIGKILL)
    process.wait(HANG)
    first = results.rounds(results.load(path)["measured"]["harness"])
    assert 0 < len(first) < 3
    assert benchmarks(*arguments).returncode == 0
    after = results.rounds(results.load(path)["measured"]["harness"])
    assert len(after) == 3 and after | first == after
    # The number of rounds was fixed: none goes on until it likes the result.
    arguments[arguments.index("3")] = "5"
    more = benchmarks(*arguments)
    assert more.returncode == 2 and "another rounds" in more.stderr


def test_a_folder_that_another_holds_is_left_alone(
    tmp_path: Path, inside: Inside
) -> None:
    with alone(tmp_path):
        second = inside("run", "harness", "--rounds", 1, "--into", tmp_path)
    assert second.returncode == 2
    assert "another run writes there" in second.stderr
    assert second.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_two_runs_do_not_write_into_one_folder(tmp_path: Path) -> None:
    arguments, process, path = begun(tmp_path, rounds=100)
    second = benchmarks(*arguments)
    process.send_signal(signal.SIGTERM)
    process.wait(HANG)
    assert second.returncode == 2
    assert "another run writes there" in second.stderr
    assert second.stderr.count("\n") == 1
    # The first went on, and what it measured is whole.
    assert results.rounds(results.load(path)["measured"]["harness"])


def test_no_space_left(tmp_path: Path) -> None:
    process = benchmarks(
        "run",
        "harness",
        "--rounds",
        "1",
        "--into",
        tmp_path,
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (10**5, 10**5)
        ),
    )
    assert process.returncode == 1
    [line] = process.stderr.splitlines()
    assert "too large" in line
    assert list(tmp_path.iterdir()) == []
