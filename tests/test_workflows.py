"""actionlint and zizmor pass the workflows, and fail broken ones."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lab.frameworks import ROOT, every

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
BIN = Path(sys.executable).parent
# Without the shellcheck that some machines have: the same rules everywhere.
ACTIONLINT: list[Path | str] = [BIN / "actionlint", "-shellcheck="]
ZIZMOR: list[Path | str] = [
    BIN / "zizmor",
    "--offline",
    "--no-progress",
    "--persona=pedantic",
]


def lint(tool: list[Path | str], paths: list[Path]) -> tuple[int, str]:
    done = subprocess.run([*tool, *paths], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "tool", [ACTIONLINT, ZIZMOR], ids=["actionlint", "zizmor"]
)
def test_workflows_pass(tool: list[Path | str]) -> None:
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
def test_broken_workflows_fail(name: str, tmp_path: Path) -> None:
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


def test_the_gpu_job_never_runs_a_fork_s_code() -> None:
    text = (ROOT / ".github" / "workflows" / "gpu.yml").read_text("utf-8")
    [triggers] = re.findall(r"^on:\n((?:  .*\n)+)", text, re.M)
    assert re.findall(r"^  (\w+):", triggers, re.M) == [
        "workflow_dispatch",
        "push",
    ]
    # By hand from main alone, and where the settings protect it.
    main = "github.ref == 'refs/heads/main'"
    assert f"    if: vars.GPU_RUNNER != '' && {main}\n" in text
    assert "    environment: gpu\n" in text


def test_the_gpu_job_knows_every_environment() -> None:
    """Those of environments/gpu/; and every framework.toml names one of
    them, or none."""
    text = (ROOT / ".github" / "workflows" / "gpu.yml").read_text("utf-8")
    [named] = re.findall(r"environment: \[(.*)\]", text)
    there = {path.stem for path in (ROOT / "environments/gpu").glob("*.txt")}
    assert set(named.split(", ")) == there
    assert {i.backend.gpu for i in every()} - {""} == there


def test_what_npm_installs_is_locked() -> None:
    """By its digest, and nothing of it runs when it is installed."""
    folder = ROOT / "environments" / "explorer"
    lock = json.loads((folder / "package-lock.json").read_text("utf-8"))
    found = {name: p for name, p in lock["packages"].items() if name}
    assert found
    for package in found.values():
        assert package["integrity"].startswith("sha512-")
        assert "resolved" not in package
    for path in WORKFLOWS:
        said = path.read_text("utf-8")
        assert "npx" not in said
        assert all(
            "npm ci" in line and "--ignore-scripts" in line
            for line in said.splitlines()
            if "npm " in line
        )


def pins(path: Path) -> dict[str, str]:
    text = path.read_text("utf-8")
    return dict(re.findall(r"^([\w-]+)(?:\[.*\])?==([\w.]+)", text, re.M))


def test_gpu_pins_are_those_of_the_cpu() -> None:
    cpu = pins(ROOT / "requirements.txt")
    for path in (ROOT / "environments" / "gpu").glob("*.txt"):
        assert pins(path).items() <= cpu.items()


def test_the_gpu_environments_hold_what_the_command_imports() -> None:
    """Nothing that lab imports, but for what 2018 or a file's screen needs,
    is missing there."""
    needed: set[str] = set()
    for path in (ROOT / "lab").glob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Import):
                needed |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                needed.add((node.module or "").split(".")[0])
    needed -= {*sys.stdlib_module_names, "lab"}
    for path in (ROOT / "environments" / "gpu").glob("*.txt"):
        assert needed - {"onnx"} <= set(pins(path)), path
