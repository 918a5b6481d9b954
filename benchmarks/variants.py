"""The variants of variants.toml and the cases that they go through."""

import difflib
import tomllib
from pathlib import Path

from snippets import running

HERE = Path(__file__).parent
FILE = HERE / "variants.toml"

# An epoch is `count` digits, a multiple of the batch. One epoch or call warms
# up; a value is then an epoch's mean step, or the mean of enough calls to last
# 0.1 s (pyperf counts how many in the first process).
CASES = {
    f"train-{batch}": {
        "task": "train", "batch": batch, "count": count,
        "warmups": 1, "values": 2, "loops": 1,
    }
    for batch, count in [(128, 8192), (32, 4096), (1024, 8192)]
} | {
    f"predict-{batch}": {
        "task": "predict", "batch": batch,
        "warmups": 1, "values": 3, "loops": 0,
    }
    for batch in (1, 1024)
}  # fmt: skip
# Only where they are asked for.
MORE_CASES = {
    "to-99": {
        "task": "to_99", "most_epochs": 20,
        "warmups": 0, "values": 1, "loops": 1,
    },
    "peak": {"task": "peak", "warmups": 1, "values": 3, "loops": 1},
    "layers": {"task": "layers", "warmups": 1, "values": 3, "loops": 1},
    "harness": {"task": "harness", "warmups": 1, "values": 2, "loops": 1},
}  # fmt: skip
CHECK = {"task": "check", "steps": 10, "warmups": 0, "values": 1, "loops": 1}


def nearest(name, names, what):
    """Raise BadInput: no `what` is called `name`."""
    near = difflib.get_close_matches(name, names, 1, cutoff=0)[0]
    raise running.BadInput(
        f"no {what} is called {name!r}: did you mean {near!r}?"
    )


def variants(names=()):
    """All variants, or those of `names`, as dicts: what variants.toml says,
    the defaults, and the framework's run as running.runs() has it.

    Raises BadInput for an unknown name, and names the nearest."""
    table = tomllib.loads(FILE.read_text("utf-8"))
    for name in names:
        if name not in table:
            nearest(name, table, "variant")
    found = []
    for name, said in table.items():
        if names and name not in names:
            continue
        variant = {
            "module": "convnet",
            "options": {},
            "environment": {},
            "edits": [],
            "group": "page",
            "step": None,
            "cases": list(CASES),
        } | said
        [run] = running.runs([said["framework"]])
        found.append(variant | {"name": name, "run": run})
    return found


def case(name):
    """The request of a case. Raises BadInput for an unknown name."""
    cases = CASES | MORE_CASES
    if name not in cases:
        nearest(name, cases, "case")
    return cases[name]
