"""`python -m snippets parity`: is it the same network, number for number?

Every framework loads data/initial.safetensors and meets one batch, the
first 128 digits of mnist-5k: its logits, loss and gradients, and its weights
after 1, 10 and 100 steps of its own training function on that batch. Then it
loads data/trained.safetensors and meets the 1,000 test digits. All of it
is compared with the reference, which computes in float64.
"""

import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from safetensors.numpy import load

from lab import mnist
from lab.files import check_json, write_arrays
from lab.frameworks import ROOT, Implementation, implementations, reference
from lab.gpu import elsewhere, in_environment, in_float32
from lab.processes import Job, Result, each, execute, status
from lab.tables import Grid, show
from lab.training import Entry, identity, report, save

DATA = ROOT / "data"
FOLDER = ROOT / "results" / "parity"
ON_GPU = ROOT / "results" / "parity-gpu"
STEPS = [1, 10, 100]
# A few times the largest difference seen on the machines of docs/
# same-numbers.md, which says why 100 steps need so much more than 10.
TOLERANCES: dict[str, Any] = {
    "logits": 1e-6,
    "loss": 1e-6,
    "gradient": 5e-7,
    "weights": {1: 5e-8, 10: 2e-6, 100: 5e-2},
    "trained_probabilities": 2e-5,
}
# Of a GPU, in float32: it adds in another order, and a convolution of 3×3 may
# be Winograd's, whose rounding goes further. Ten times what a CPU may, and
# below what TF32 would be off, which a test makes of the reference.
TOLERANCES_GPU: dict[str, Any] = {
    "logits": 1e-5,
    "loss": 2e-6,
    "gradient": 5e-6,
    "weights": {1: 5e-7, 10: 2e-5, 100: 5e-2},
    "trained_probabilities": 2e-4,
}
# Half of float32's rounding, relative: what a nearest float32 may be off.
HALF_ROUNDING = 2.0**-24


def inputs(digits: mnist.Digits) -> dict[str, np.ndarray]:
    """The arrays that the task `parity` wants: `digits`, and both
    sets of weights as initial/… and trained/…."""
    arrays = digits._asdict()
    for kind in "initial", "trained":
        file = DATA / f"{kind}.safetensors"
        for name, array in load(file.read_bytes()).items():
            arrays[f"{kind}/{name}"] = array
    return arrays


def moved(
    arrays: dict[str, np.ndarray], seed: int = 0
) -> dict[str, np.ndarray]:
    """`arrays` in float64, each initial weight moved at random by up to half
    of float32's rounding."""
    random = np.random.RandomState(seed)
    return {
        name: array * (1 + HALF_ROUNDING * random.uniform(-1, 1, array.shape))
        if name.startswith("initial/")
        else array
        for name, array in arrays.items()
    }


def distance(
    arrays: dict[str, np.ndarray],
    wanted: dict[str, np.ndarray],
    prefix: str,
) -> tuple[float, float]:
    """The largest |difference| over the arrays whose name is `prefix` or
    begins with `prefix`/; and the largest of each array's difference in
    units of float32's spacing at that array's largest value."""
    absolute = units = 0.0
    for name, right in wanted.items():
        if name == prefix or name.startswith(prefix + "/"):
            difference = float(np.max(np.abs(arrays[name] - right)))
            spacing = float(np.spacing(np.float32(np.max(np.abs(right)))))
            # Not max(): it would lose a NaN.
            absolute = np.maximum(absolute, difference)
            units = np.maximum(units, difference / spacing)
    return float(absolute), float(units)


def compared(
    result: Result, right: Result, most: dict[str, Any] = TOLERANCES
) -> Entry:
    """The numbers of one row: `result` and `right` are what the task
    `parity` returned, `most` the tolerances."""
    arrays, wanted = result["arrays"], right["arrays"]
    row: Entry = {"version": result["version"], "device": result["device"]}
    units: dict[str, Any] = {}
    for kind in "logits", "loss", "gradient", "trained_probabilities":
        row[f"max_abs_{kind}"], units[kind] = distance(arrays, wanted, kind)
    steps = {n: distance(arrays, wanted, f"weights/{n}") for n in STEPS}
    row["max_abs_weights"] = {n: steps[n][0] for n in STEPS}
    units["weights"] = {n: steps[n][1] for n in STEPS}
    row["rounding_units"] = units
    row["trained_accuracy"] = result["trained_accuracy"]
    answers, agreed = (
        a["trained_probabilities"].argmax(axis=1) for a in (arrays, wanted)
    )
    row["other_answers"] = int((answers != agreed).sum())
    row["error"] = fault(row, arrays, wanted, most)
    return row


def fault(
    row: Entry,
    arrays: dict[str, np.ndarray],
    wanted: dict[str, np.ndarray],
    most: dict[str, Any] = TOLERANCES,
) -> str | None:
    """Why a row is not the same network; None where it is."""
    faults = []
    for name in wanted:
        if name.startswith("weights/0/") and not np.array_equal(
            arrays[name], wanted[name]
        ):
            faults.append(f"{name.split('/')[2]} came back changed")
    limits = {f"max_abs_{kind}": t for kind, t in most.items()}
    for kind, limit in limits.items():
        pairs = [(kind, row[kind], limit)]
        if isinstance(limit, dict):
            pairs = [
                (f"{kind} after {n} steps", row[kind][n], limit[n])
                for n in STEPS
            ]
        for what, value, bound in pairs:
            # Not `>`: a difference that is no number must fail as well.
            if not value <= bound:
                faults.append(f"{what} {value:.1e} is above {bound:.0e}")
    return "; ".join(faults) or None


def prove(options: Namespace, console: Console) -> int:
    """`python -m snippets parity`; return the exit status."""
    check_json(options.json)
    wanted = implementations(options.names, options.era)
    if options.gpu:
        wanted = [in_float32(i) for i in in_environment(wanted, options.gpu)]
    arrays = inputs(mnist.load())
    request = {"task": "parity", "steps": STEPS}
    first = reference()
    others = [i for i in wanted if i != first]

    def jobs() -> Iterator[Job]:
        for i in [first, *others]:
            yield i, arrays, request
        # What results/parity/ holds, where it is measured as a whole.
        whole = options.save and not options.names and not options.gpu
        if options.control or whole:
            yield first, moved(arrays), request

    results = each(jobs(), options, console, "measured")
    _, right = next(results)
    if right["error"]:
        print(f"snippets: {first.title}: {right['error']}", file=sys.stderr)
        return 1
    losses = right["arrays"]["losses"].tolist()
    judge = on_gpu if options.gpu else entry
    rows = {first.slug: entry(first, right, right)}
    for implementation, result in results:
        slug = "control" if implementation == first else implementation.slug
        rows[slug] = judge(implementation, result, right)
    most = TOLERANCES_GPU if options.gpu else TOLERANCES
    more: dict[str, Any] = {"tolerances": most, "losses": losses}
    if "control" in rows:
        more["control"] = rows["control"]
    shown = [rows[i.slug] for i in wanted]
    if options.save:
        rows[first.slug]["losses"] = losses
        if (options.names or options.gpu) and first not in wanted:
            del rows[first.slug]
    try:
        report(shown, options.json, options.said, **more)
        if options.save:
            # The control's weights are meant to differ.
            whole = {
                slug: row
                for slug, row in rows.items()
                if not row["error"] or slug == "control"
            }
            save(ON_GPU if options.gpu else FOLDER, whole, options.said)
    finally:
        show(console, table(shown))
    return status([row["error"] for row in shown], options)


def fault_of(
    implementation: Implementation, scratch: Path, timeout: float
) -> str | None:
    """Why `implementation` is not the same network; None where it is."""
    path = scratch / "parity.npz"
    write_arrays(path, inputs(mnist.load()))
    request = {"task": "parity", "steps": STEPS, "digits": path.name}
    found = []
    for i in implementation, reference():
        found.append(execute(i, request, timeout, inputs={path.name: path}))
        if error := found[-1]["error"]:
            return str(error)
    result, right = found
    said: str | None = compared(result, right)["error"]
    return said


def entry(
    implementation: Implementation, result: Result, right: Result
) -> Entry:
    """The JSON entry for one implementation."""
    row = identity(implementation) | {"version": None}
    if not result["error"]:
        result = compared(result, right)
    return row | result


def on_gpu(
    implementation: Implementation, result: Result, right: Result
) -> Entry:
    """The JSON entry for one that was to compute on a GPU, in float32."""
    row = identity(implementation) | {
        "version": None,
        "float32": dict(implementation.backend.float32),
    }
    if not result["error"]:
        result = compared(result, right, TOLERANCES_GPU)
        result["error"] = elsewhere(result["device"]) or result["error"]
    return row | result


def table(rows: list[Entry]) -> Grid:
    """The rows as a table: the largest differences from float64."""
    numbers = ["logits", "loss", "gradient"]
    numbers += [f"weights, {n}" for n in STEPS]
    numbers += ["accuracy", "other answers"]
    found = []
    for row in rows:
        cells = [row["name"], row["version"], row["backend"]]
        if "max_abs_logits" in row:
            most = [
                row[f"max_abs_{kind}"]
                for kind in ("logits", "loss", "gradient")
            ]
            most += row["max_abs_weights"].values()
            cells += [f"{number:.1e}" for number in most]
            cells += [
                f"{row['trained_accuracy']:.3f}",
                str(row["other_answers"]),
            ]
        else:
            cells += [None] * 8
        found.append([cell or "—" for cell in cells] + [row["error"] or ""])
    return Grid(
        ["framework", "version", "backend", *numbers, "error"],
        found,
        title="largest difference from NumPy in float64",
        numbers=numbers,
    )
