"""actionlint and zizmor pass the workflows, and fail broken ones."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.frameworks import ROOT, every

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
BIN = Path(sys.executable).parent
SHELLCHECK: list[Path | str] = [BIN / "shellcheck"]
ACTIONLINT: list[Path | str] = [
    BIN / "actionlint",
    f"-shellcheck={BIN / 'shellcheck'}",
]
ZIZMOR: list[Path | str] = [
    BIN / "zizmor",
    "--offline",
    "--no-progress",
    "--persona=auditor",
]


def lint(tool: list[Path | str], paths: list[Path]) -> tuple[int, str]:
    done = subprocess.run([*tool, *paths], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "tool", [ACTIONLINT, ZIZMOR], ids=["actionlint", "zizmor"]
)
def test_workflows_pass(tool: list[Path | str]) -> None:
    assert {path.stem for path in WORKFLOWS} == {
        "canary", "ci", "container", "gpu", "offer", "pages", "prove",
        "release",
    }  # fmt: skip
    # actionlint knows workflows alone.
    paths = [*WORKFLOWS, *(ACTIONS if tool is ZIZMOR else [])]
    status, said = lint(tool, paths)
    assert status == 0, said


def test_scripts_pass() -> None:
    scripts = [
        path
        for path in sorted((ROOT / ".ci").iterdir())
        if path.read_text("utf-8").startswith("#!/usr/bin/env bash")
    ]
    assert len(scripts) > 1
    status, said = lint(SHELLCHECK, scripts)
    assert status == 0, said


def test_one_rule_is_set_aside() -> None:
    """The event that the label needs, argued where it stands."""
    found = [
        line
        for path in [*WORKFLOWS, *ACTIONS]
        for line in path.read_text("utf-8").splitlines()
        if "zizmor:" in line
    ]
    assert found == [
        "on: # zizmor: ignore[dangerous-triggers] see the comment below"
    ]


BREAKS = {
    "an action by its tag": (
        ZIZMOR,
        "unpinned-uses",
        r"(actions/checkout)@\w+",
        r"\1@v7",
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
    broken, count = re.subn(find, replace, text, count=1)
    assert count == 1
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "ci.yml").write_text(broken, "utf-8")
    status, said = lint(tool, [folder / "ci.yml"])
    assert status != 0
    assert rule in said


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(workflow, job, what it is)."""
    for path in WORKFLOWS:
        found = yaml.safe_load(path.read_text("utf-8"))
        for name, job in found["jobs"].items():
            yield path.stem, name, job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each step of each job, and of the action that they share."""
    for workflow, name, job in jobs():
        for step in job.get("steps", []):
            yield f"{workflow}/{name}", step
    for path in ACTIONS:
        for step in yaml.safe_load(path.read_text("utf-8"))["runs"]["steps"]:
            yield path.parent.name, step


def test_nothing_is_taken_by_a_name_that_can_be_moved() -> None:
    """An action by its commit, and one name for one commit; no image."""
    named: dict[str, str] = {}
    for path in [*WORKFLOWS, *ACTIONS]:
        for line in re.findall(r"uses: (.*)", path.read_text("utf-8")):
            if line.startswith("$/.github/"):
                assert (ROOT / line.removeprefix("$/")).exists()
                continue
            match = re.fullmatch(r"([\w/-]+)@([0-9a-f]{40}) # (v[\d.]+)", line)
            assert match, line
            name, commit, version = match.groups()
            assert named.setdefault(name, commit + version) == commit + version
    assert not [j for _, _, j in jobs() if {"container", "services"} & set(j)]


def test_a_step_that_fails_stops_what_follows() -> None:
    """No condition looks past a failure; those that there are, are these."""
    text = "".join(p.read_text("utf-8") for p in [*WORKFLOWS, *ACTIONS])
    for past in "continue-on-error", "always()", "failure()", "cancelled()":
        assert past not in text
    assert "|| true" not in text
    said = [*(j for _, _, j in jobs()), *(step for _, step in steps())]
    assert {entry["if"] for entry in said if "if" in entry} == {
        "github.event_name == 'pull_request'",
        "github.event_name == 'pull_request'"
        " && needs.names.outputs.touched != '[]'",
        "github.ref_name == github.event.repository.default_branch",
        "inputs.container == 'true'",
        "needs.allowed.outputs.commit != ''",
        "needs.allowed.outputs.results == 'true'",
    }


def test_who_may_write_runs_nothing_of_the_project() -> None:
    """But git and gh; and what pushes the container, which builds it."""
    for workflow, name, job in jobs():
        writes = {k for k, v in job["permissions"].items() if v == "write"}
        if writes and "steps" in job:
            run = [step["run"] for step in job["steps"] if "run" in step]
            assert (workflow, name, writes, [r.split()[:3] for r in run]) in [
                ("offer", "offer", {"contents", "pull-requests"},
                 [["bash", ".ci/offer", '"$RUNNER_TEMP/results.patch"']]),
                ("container", "publish", {"packages"},
                 [["bash", ".ci/container", "publish"]]),
                ("release", "publish",
                 {"attestations", "contents", "id-token"},
                 [["gh", "release", "create"]]),
                ("pages", "deploy", {"pages", "id-token"}, []),
            ]  # fmt: skip
    offer = (ROOT / ".ci" / "offer").read_text("utf-8")
    lines = re.sub(r"#.*|'[^']*'|\"[^\"]*\"", "", offer)
    assert not re.search(r"\b(python|pip|make|npm|docker)\b", lines)


def test_the_gpu_runs_what_is_allowed() -> None:
    """The label is the only event of a pull request; nobody may write there,
    and nothing is kept in a cache."""
    found = yaml.safe_load((FOLDER / "gpu.yml").read_text("utf-8"))
    events = found[True]  # "on", to YAML
    assert set(events) == {"push", "workflow_dispatch", "pull_request_target"}
    assert events["pull_request_target"] == {"types": ["labeled"]}
    assert events["push"]["branches"] == ["main"]
    assert found["cache-mode"] == "none"
    measure = found["jobs"]["measure"]
    assert measure["needs"] == "allowed"
    assert measure["environment"] == "gpu"
    assert measure["permissions"] == {"contents": "read"}
    first = measure["steps"][0]
    assert first["with"]["ref"] == "${{ needs.allowed.outputs.commit }}"
    assert first["with"]["persist-credentials"] is False
    # In every other job the project's own main is checked out.
    refs = [s["with"] for _, s in steps() if "ref" in s.get("with", {})]
    assert refs == [first["with"]]
    assert "secrets." not in "".join(p.read_text() for p in WORKFLOWS)


def test_results_do_not_measure_themselves_again() -> None:
    """A pull request with results changes none of what starts the job."""
    found = yaml.safe_load((FOLDER / "gpu.yml").read_text("utf-8"))
    for path in found[True]["push"]["paths"]:
        assert not path.startswith(("results", "docs", "README"))


def test_no_workflow_has_a_list() -> None:
    """Of frameworks: it reads the manifests."""
    for _, _, job in jobs():
        for values in job.get("strategy", {}).get("matrix", {}).values():
            assert re.fullmatch(r"\$\{\{ fromJSON\(needs\..*\) \}\}", values)


def test_pull_requests_prove_what_they_touch() -> None:
    """Against the first parent of what is checked out, which is there."""
    found = yaml.safe_load((FOLDER / "ci.yml").read_text("utf-8"))["jobs"]
    [checkout, _, compare] = found["names"]["steps"]
    assert checkout["with"]["fetch-depth"] == 2
    assert ".ci/matrix.py touched HEAD^1" in compare["run"]
    *_, last = found["prove"]["steps"]
    assert '--prove -k "$NAME"' in last["run"]


def test_a_release_is_proved() -> None:
    found = yaml.safe_load((FOLDER / "release.yml").read_text("utf-8"))["jobs"]
    assert found["prove"]["uses"] == "$/.github/workflows/prove.yml"
    assert "prove" in found["publish"]["needs"]
    weekly = yaml.safe_load((FOLDER / "prove.yml").read_text("utf-8"))
    events = weekly[True]  # "on", to YAML
    assert set(events) == {"schedule", "workflow_call", "workflow_dispatch"}
    *_, last = weekly["jobs"]["prove"]["steps"]
    assert last["run"] == "make prove"


def test_every_framework_names_the_packages_that_it_needs() -> None:
    """The canary lifts the pins of those of today; and a result records the
    versions of all."""
    assert [i.title for i in every() if not i.backend.packages] == []


def test_what_a_step_calls_is_there() -> None:
    """A script of .ci/, make, or a command of the project: each runs here."""
    for where, step in steps():
        for path in re.findall(r"\.ci/[\w.]+", step.get("run", "")):
            assert (ROOT / path).is_file(), where
        for module in re.findall(r"-m ([\w.]+)", step.get("run", "")):
            assert module in ("venv", "snippets", "pytest"), where
        for target in re.findall(r"\bmake ([\w./]+)", step.get("run", "")):
            assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), where
