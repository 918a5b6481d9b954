"""actionlint and zizmor pass the workflows, and fail broken ones."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lab.frameworks import ROOT, every

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
BIN = Path(sys.executable).parent
SHELLCHECK = [str(BIN / "shellcheck")]
ACTIONLINT = [str(BIN / "actionlint"), f"-shellcheck={BIN / 'shellcheck'}"]
ZIZMOR = [
    str(BIN / "zizmor"),
    "--offline",
    "--no-progress",
    "--persona=auditor",
]


def lint(tool: list[str], paths: list[Path]) -> tuple[int, str]:
    done = subprocess.run([*tool, *paths], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_workflows_pass() -> None:
    """Without a rule that is set aside."""
    assert WORKFLOWS and ACTIONS
    assert lint(ACTIONLINT, WORKFLOWS) == (0, "")
    status, output = lint(ZIZMOR, [*WORKFLOWS, *ACTIONS])
    assert status == 0, output
    for path in [*WORKFLOWS, *ACTIONS]:
        assert "zizmor:" not in path.read_text("utf-8")


def test_scripts_pass() -> None:
    scripts = [p for p in (ROOT / ".ci").iterdir() if not p.suffix]
    assert scripts
    assert lint(SHELLCHECK, scripts) == (0, "")


TITLE = "echo ${{ github.event.pull_request.title }}"
# A tool, the rule that it names, what it finds, and what stands there instead.
FAULTS = [
    (ZIZMOR, "unpinned-uses", r"(actions/checkout)@\w+", r"\1@v7"),
    (ZIZMOR, "template-injection", r"bash \.ci/run", TITLE),
    (ZIZMOR, "dangerous-triggers", "pull_request:", "pull_request_target:"),
    (ZIZMOR, "artipacked", "persist-credentials: false", "fetch-depth: 1"),
    (
        ZIZMOR,
        "excessive-permissions",
        r"permissions: \{\}",
        "permissions: write-all",
    ),
    (ACTIONLINT, "potentially untrusted", r"bash \.ci/run", TITLE),
    (ACTIONLINT, "unexpected key", "timeout-minutes", "timeout-minute"),
]


@pytest.mark.parametrize(
    "tool, rule, find, replace", FAULTS, ids=[rule for _, rule, *_ in FAULTS]
)
def test_broken_workflows_fail(
    tool: list[str], rule: str, find: str, replace: str, tmp_path: Path
) -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text("utf-8")
    broken, count = re.subn(find, replace, text, count=1)
    assert count == 1
    path = tmp_path / ".github" / "workflows" / "ci.yml"
    path.parent.mkdir(parents=True)
    path.write_text(broken, "utf-8")
    status, output = lint(tool, [path])
    assert status != 0
    assert rule in output


def test_what_a_step_calls_is_there() -> None:
    """The scripts of .ci/ and the targets of the Makefile."""
    text = "".join(p.read_text("utf-8") for p in [*WORKFLOWS, *ACTIONS])
    scripts = set(re.findall(r"(?:bash|python3) (\.ci/[\w.]+)", text))
    assert scripts and all((ROOT / path).is_file() for path in scripts)
    there = re.findall(r"^([\w./]+):", (ROOT / "Makefile").read_text(), re.M)
    assert set(re.findall(r"(?:run:|=false) make (\S+)", text)) <= {*there}


def test_every_framework_names_the_packages_that_it_needs() -> None:
    """The canary lifts the pins of those of today; and a result records the
    versions of all."""
    assert [i.title for i in every() if not i.backend.packages] == []
