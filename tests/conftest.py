import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from snippets import mnist, running

ROOT = Path(__file__).parent.parent
RUNS = running.runs()
REQUIRE_ALL = bool(os.environ.get("REQUIRE_ALL"))


def pytest_generate_tests(metafunc):
    """`run` stands for every framework and backend, whichever there are."""
    if "run" in metafunc.fixturenames:
        titles = [run["title"] for run in RUNS]
        metafunc.parametrize("run", RUNS, ids=titles, scope="session")


@pytest.fixture(scope="session")
def present(run, tmp_path_factory):
    """Skip where the environment of `run` is missing, and say so; with
    REQUIRE_ALL=1, as in CI, fail."""
    if running.interpreter(run, tmp_path_factory.getbasetemp()) is None:
        (pytest.fail if REQUIRE_ALL else pytest.skip)(running.NO_2018)


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    np.savez(path, **mnist.load()._asdict())
    return path


@pytest.fixture(scope="session")
def facts(run, present, digits):
    """What tests/contract.py found out about `run`, in its interpreter."""
    first = run["backend"] in ("", run["backends"][0])
    request = {
        "digits": digits.name,
        # Backends share a convnet.py: breaking it once is enough.
        "breaks": run["breaks"] if first else {},
    }
    found = running.execute(
        run,
        request,
        900,
        script="../tests/contract.py",
        inputs={digits.name: digits},
    )
    assert found["error"] is None, found["error"]
    return found


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """`python -m snippets train` of everything, with the defaults: its
    finished process and the JSON that it wrote."""
    path = tmp_path_factory.mktemp("trained") / "results.json"
    process = subprocess.run(
        [sys.executable, "-m", "snippets", "train", "--json", str(path)]
        + ["--require-all"] * REQUIRE_ALL,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    print(process.stdout, process.stderr)
    return process, json.loads(path.read_text())


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The built site, notebooks executed; the build is strict."""
    folder = tmp_path_factory.mktemp("site")
    process = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-s", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env={
            name: value
            for name, value in os.environ.items()
            if name not in ("SITE_URL", "REPO_URL")
        },
    )
    assert process.returncode == 0, process.stderr[-3000:]
    return folder
