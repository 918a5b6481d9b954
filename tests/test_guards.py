"""Drills: each guard of the workflows stops what it is there to stop. What
git and the frameworks do here is real."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.scripts import CI
from tests.scripts import programs as programs

FIRST, LATER = "1" * 40, "2" * 40
Event = dict[str, Any]


# May an event use the GPU?


def labelled() -> Event:
    """The event as GitHub sends it, shortened: the label of a pull request
    from a fork, that is as it should be."""
    return {
        "action": "labeled",
        "number": 7,
        "label": {"id": 1, "name": "gpu", "color": "ededed"},
        "pull_request": {
            "number": 7, "state": "open", "draft": False,
            "user": {"login": "stranger", "type": "User"},
            "head": {"ref": "main", "sha": FIRST, "repo": {
                "full_name": "stranger/convnet", "fork": True}},
            "base": {"ref": "main", "sha": "0" * 40, "repo": {
                "full_name": "one/convnet", "fork": False}},
            "author_association": "FIRST_TIME_CONTRIBUTOR",
        },
        "repository": {"full_name": "one/convnet", "fork": False,
                       "default_branch": "main", "private": False},
        "sender": {"login": "keeper", "type": "User"},
    }  # fmt: skip


def review(user: str, state: str, commit: str) -> Event:
    return {"user": {"login": user}, "state": state, "commit_id": commit}


def answers() -> dict[str, Any]:
    """What the interface says besides, a page of it a list."""
    api = "repos_one_convnet_"
    return {
        api + "collaborators_keeper_permission": {"permission": "write"},
        api + "collaborators_second_permission": {"permission": "admin"},
        api + "collaborators_stranger_permission": {"permission": "read"},
        # Who triages may set labels, and has "read" here.
        api + "collaborators_triage_permission": {"permission": "read"},
        api + "pulls_7": labelled()["pull_request"],
        api + "pulls_7_reviews": [review("keeper", "APPROVED", FIRST)],
    }


def asked(
    event: Event,
    said: dict[str, Any],
    name: str,
    ref: str = "main",
    runner: str = "gpu",
) -> tuple[int, dict[str, str], str]:
    """What may_use_gpu.py answers: its status, its outputs, why."""
    folder = Path(os.environ["ANSWERS"])
    for path, answer in said.items():
        (folder / f"{path}.json").write_text(json.dumps([answer]))
    (folder / "event.json").write_text(json.dumps(event))
    done = subprocess.run(
        [sys.executable, CI / "may_use_gpu.py"],
        capture_output=True, encoding="utf-8",
        env=os.environ | {
            "GITHUB_EVENT_NAME": name, "GITHUB_REF": f"refs/heads/{ref}",
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_SHA": LATER, "GPU_RUNNER": runner,
        },
    )  # fmt: skip
    lines = [line.partition("=") for line in done.stdout.splitlines()]
    return done.returncode, {k: v for k, _, v in lines}, done.stderr


def test_what_was_reviewed_runs(programs: Path) -> None:
    """At the commit that was approved; and it is no result of the project."""
    status, found, _ = asked(labelled(), answers(), "pull_request_target")
    assert status == 0
    assert found == {"commit": FIRST, "runner": '"gpu"', "results": "false"}


@pytest.mark.parametrize("name", ["push", "workflow_dispatch"])
def test_main_runs(name: str, programs: Path) -> None:
    event = {"repository": labelled()["repository"]}
    status, found, _ = asked(event, {}, name, runner="group:gpus")
    assert status == 0
    assert found == {
        "commit": LATER, "runner": '{"group": "gpus"}', "results": "true",
    }  # fmt: skip


Edit = Callable[[Event, Event], None]


def change(*path: str, to: object) -> Edit:
    """An edit of an event; or of the answers, where they have the path's
    first name."""

    def edit(event: Event, said: Event) -> None:
        *folders, last = path
        found = said if path[0] in said else event
        for folder in folders:
            found = found[folder]
        found[last] = to

    return edit


PULL, REVIEWS = (
    "repos_one_convnet_pulls_7",
    "repos_one_convnet_pulls_7_reviews",
)
# What is otherwise, in the event and in the answers, and the words of why.
REFUSED: dict[str, tuple[Edit, str]] = {
    "a push after the label": (
        change("action", to="synchronize"), "was not set"),
    "another label": (change("label", "name", to="docs"), "was not set"),
    "set by who only triages": (
        change("sender", "login", to="triage"), "may not write"),
    "set by its author": (
        change("sender", "login", to="stranger"), "may not write"),
    "in a fork of the project": (
        change("repository", "fork", to=True), "is a fork"),
    "pushed before anybody looked": (
        change(PULL, "head", "sha", to=LATER), "other commits"),
    "closed": (change(PULL, "state", to="closed"), "not open"),
    "for another branch": (
        change(PULL, "base", "ref", to="old"), "not open, or not for main"),
    "not reviewed": (change(REVIEWS, to=[]), "has approved"),
    "an older commit reviewed": (
        change(REVIEWS, to=[review("keeper", "APPROVED", LATER)]),
        "has approved"),
    "approved by a stranger": (
        change(REVIEWS, to=[review("stranger", "APPROVED", FIRST)]),
        "has approved"),
    "an approval taken back": (
        change(REVIEWS, to=[review("keeper", "APPROVED", FIRST),
                            review("keeper", "DISMISSED", FIRST)]),
        "has approved"),
    "changes wanted by another": (
        change(REVIEWS, to=[review("second", "CHANGES_REQUESTED", FIRST),
                            review("keeper", "APPROVED", FIRST)]),
        "has approved"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_was_not_reviewed_does_not_run(what: str, programs: Path) -> None:
    edit, words = REFUSED[what]
    event, said = labelled(), answers()
    edit(event, said)
    status, found, why = asked(event, said, "pull_request_target")
    assert (status, found["commit"], found["results"]) == (0, "", "false")
    assert words in why


@pytest.mark.parametrize(
    "name, ref, runner, words",
    [
        ("pull_request", "main", "gpu", "nothing runs on pull_request"),
        ("push", "feature", "gpu", "is not main"),
        ("workflow_dispatch", "feature", "gpu", "is not main"),
        ("push", "main", "", "names no runner"),
    ],
)
def test_elsewhere_it_does_not_run(
    name: str, ref: str, runner: str, words: str, programs: Path
) -> None:
    """A fork's own event, a branch, no runner."""
    status, found, why = asked(labelled(), answers(), name, ref, runner)
    assert (status, found["commit"]) == (0, "")
    assert words in why


def test_no_answer_is_no_permission(programs: Path) -> None:
    said = answers()
    del said[REVIEWS]
    status, found, why = asked(labelled(), said, "pull_request_target")
    assert (status, found) == (1, {})
    assert "HTTP 404" in why
