"""May this event use the GPU, and with which commit? The workflow's first job
asks, on a hosted machine, and the one with the GPU runs only if it may.

It does on main; and for a pull request whose label `gpu` was set by somebody
who may write, after somebody who may write approved the very commit that the
label found. What is pushed later was not reviewed: it does not run.

GitHub describes the event in the file $GITHUB_EVENT_PATH; `gh` answers what
the event does not say. `key=value` lines for $GITHUB_OUTPUT go to standard
output, empty where it may not; why, to standard error. Where anything is not
as it should be the exit status is 1, and nothing may run.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

LABEL = "gpu"
Event = dict[str, Any]


class Refused(Exception):
    """Why it may not."""


def api(path: str) -> Any:
    """What GitHub answers: pages of a list are one list. Ends the program
    where it does not answer."""
    done = subprocess.run(
        ["gh", "api", "--paginate", "--slurp", path],
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"gpu: {path}: {done.stderr.strip()[:200]}")
    pages = json.loads(done.stdout)
    if isinstance(pages[0], list):
        return [entry for page in pages for entry in page]
    return pages[0]


def may_write(repository: str, user: str) -> bool:
    """Who maintains has "write" here too, who only triages has "read"."""
    found = api(f"repos/{repository}/collaborators/{user}/permission")
    return found["permission"] in ("admin", "write")


def reviewed(repository: str, number: int, commit: str) -> bool:
    """Is the last word of somebody who may write an approval of `commit`,
    and of nobody who may write a request for changes?"""
    last: dict[str, Event] = {}
    for review in api(f"repos/{repository}/pulls/{number}/reviews"):
        # A comment does not take an approval back.
        if review["user"] and review["state"] != "COMMENTED":
            last[review["user"]["login"]] = review
    said = [
        (review["state"], review["commit_id"])
        for user, review in last.items()
        if may_write(repository, user)
    ]
    wanted = "CHANGES_REQUESTED" not in [state for state, _ in said]
    return wanted and ("APPROVED", commit) in said


def allowed(event: Event, name: str, ref: str, commit: str) -> str:
    """The commit that may be run. Raises Refused."""
    repository = event["repository"]
    main = repository["default_branch"]
    if repository["fork"]:
        raise Refused(f"{repository['full_name']} is a fork")
    if name in ("push", "workflow_dispatch"):
        if ref != f"refs/heads/{main}":
            raise Refused(f"{ref} is not {main}")
        return commit
    if name != "pull_request_target":
        raise Refused(f"nothing runs on {name}")
    if event["action"] != "labeled" or event["label"]["name"] != LABEL:
        raise Refused(f"the label {LABEL!r} was not set")
    full, number = repository["full_name"], event["number"]
    sender, labelled = event["sender"]["login"], event["pull_request"]
    if not may_write(full, sender):
        raise Refused(f"{sender}, who set the label, may not write")
    found: str = labelled["head"]["sha"]
    now = api(f"repos/{full}/pulls/{number}")
    if now["state"] != "open" or now["base"]["ref"] != main:
        raise Refused(f"#{number} is not open, or not for {main}")
    if now["head"]["sha"] != found:
        raise Refused(f"#{number} has other commits than when it was labelled")
    if not reviewed(full, number, found):
        raise Refused(f"nobody who may write has approved {found}")
    return found


def runner(said: str) -> Any:
    """The variable GPU_RUNNER as runs-on has it: a label, or group:NAME."""
    if said.startswith("group:"):
        return {"group": said.removeprefix("group:")}
    return said


def main() -> int:
    """Say it; return the exit status."""
    name, said = os.environ["GITHUB_EVENT_NAME"], os.environ["GPU_RUNNER"]
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text())
    commit = ""
    try:
        if not said:
            raise Refused("the variable GPU_RUNNER names no runner")
        commit = allowed(
            event, name, os.environ["GITHUB_REF"], os.environ["GITHUB_SHA"]
        )
        print(f"gpu: may run {commit}", file=sys.stderr)
    except Refused as why:
        print(f"gpu: not run: {why}", file=sys.stderr)
    print(f"commit={commit}")
    print(f"runner={json.dumps(runner(said))}")
    # What was measured with an unmerged commit is no result of the project.
    results = bool(commit) and name != "pull_request_target"
    print(f"results={json.dumps(results)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
