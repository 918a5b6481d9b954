"""actionlint and zizmor pass the workflows, and fail broken ones."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
BIN = Path(sys.executable).parent
# Without the shellcheck that some machines have: the same rules everywhere.
ACTIONLINT = [BIN / "actionlint", "-shellcheck="]
ZIZMOR = [BIN / "zizmor", "--offline", "--no-progress", "--persona=pedantic"]


def lint(tool, paths):
    done = subprocess.run(
        [*tool, *paths], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("tool", [ACTIONLINT, ZIZMOR], ids=lambda t: t[0].name)
def test_workflows_pass(tool):
    assert {path.name for path in WORKFLOWS} == {
        "ci.yml", "gpu.yml", "pages.yml",
    }  # fmt: skip
    status, said = lint(tool, WORKFLOWS)
    assert status == 0, said


BREAKS = {
    "an action by its tag": (
        ZIZMOR,
        "unpinned-uses",
        r"(actions/checkout)@\w+",
        r"\1@v6",
    ),
    "a title that runs as shell, to zizmor": (
        ZIZMOR,
        "template-injection",
        r"bash \.ci/run",
        "echo ${{ github.event.pull_request.title }}",
    ),
    "a title that runs as shell, to actionlint": (
        ACTIONLINT,
        "potentially untrusted",
        r"bash \.ci/run",
        "echo ${{ github.event.pull_request.title }}",
    ),
    "a token left in .git/config": (
        ZIZMOR,
        "artipacked",
        "persist-credentials: false",
        "fetch-depth: 1",
    ),
    "all permissions": (
        ZIZMOR,
        "excessive-permissions",
        r"permissions: \{\}",
        "permissions: write-all",
    ),
    "a misspelt key": (
        ACTIONLINT,
        "unexpected key",
        "timeout-minutes",
        "timeout-minute",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_broken_workflows_fail(name, tmp_path):
    tool, rule, find, replace = BREAKS[name]
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    broken, count = re.subn(find, replace, text)
    assert count == 1
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "ci.yml").write_text(broken, "utf-8")
    status, said = lint(tool, [folder / "ci.yml"])
    assert status != 0
    assert rule in said


def test_the_gpu_job_never_runs_a_fork_s_code():
    text = (ROOT / ".github" / "workflows" / "gpu.yml").read_text("utf-8")
    triggers = re.search(r"^on:\n((?:  .*\n)+)", text, re.M)[1]
    assert re.findall(r"^  (\w+):", triggers, re.M) == [
        "workflow_dispatch",
        "push",
    ]
    assert "if: vars.GPU_RUNNER != ''" in text


def test_the_gpu_job_trains_every_framework_of_today():
    """A new framework's folder must be named there too."""
    text = (ROOT / ".github" / "workflows" / "gpu.yml").read_text("utf-8")
    named = " ".join(re.findall(r"frameworks: (.*)", text)).split()
    today = []
    for path in (ROOT / "snippets").glob("*/framework.toml"):
        framework = tomllib.loads(path.read_text("utf-8"))
        # NumPy has no GPU.
        if framework["era"] == "today" and path.parent.name != "numpy_float64":
            today += [
                "/".join(filter(None, [path.parent.name, run["backend"]]))
                for run in framework["runs"]
            ]
    assert sorted(named) == sorted(today)


def test_gpu_pins_are_those_of_the_cpu():
    def pins(name):
        text = (ROOT / name).read_text("utf-8")
        return dict(re.findall(r"^([\w-]+)(?:\[.*\])?==([\w.]+)", text, re.M))

    cpu = pins("requirements.txt")
    for name in ["requirements-gpu.txt", "requirements-gpu-tensorflow.txt"]:
        assert pins(name).items() <= cpu.items()
