"""`python -m snippets parity`: is it the same network, number for number?

Every framework loads data/initial.safetensors and meets one batch, the
first 128 digits of mnist-5k: its logits, loss and gradients, and its weights
after 1, 10 and 100 steps of its own training function on that batch. Then it
loads data/trained.safetensors and meets the 1,000 test digits. All of it
is compared with snippets/numpy_float64, which computes in float64.
"""

import sys

import numpy as np
from rich.table import Table
from safetensors.numpy import load_file

from snippets import mnist
from snippets.running import ROOT, check_json, each, report, runs

WEIGHTS = ROOT / "weights"
REFERENCE = "numpy_float64"
STEPS = [1, 10, 100]
# A few times the largest difference seen on the machines of docs/
# same-numbers.md, which says why 100 steps need so much more than 10.
TOLERANCES = {
    "logits": 1e-6,
    "loss": 1e-6,
    "gradient": 5e-7,
    "weights": {1: 5e-8, 10: 2e-6, 100: 5e-2},
    "trained_probabilities": 2e-5,
}
# Half of float32's rounding, relative: what a nearest float32 may be off.
HALF_ROUNDING = 2.0**-24


def inputs(digits):
    """The arrays that worker.py's task `parity` wants: `digits`, and both
    sets of weights as initial/… and trained/…."""
    arrays = digits._asdict()
    for kind in "initial", "trained":
        for name, array in load_file(WEIGHTS / f"{kind}.safetensors").items():
            arrays[f"{kind}/{name}"] = array
    return arrays


def moved(arrays, seed=0):
    """`arrays` in float64, each initial weight moved at random by up to half
    of float32's rounding."""
    random = np.random.RandomState(seed)
    return {
        name: array * (1 + HALF_ROUNDING * random.uniform(-1, 1, array.shape))
        if name.startswith("initial/")
        else array
        for name, array in arrays.items()
    }


def distance(arrays, reference, prefix):
    """The largest |difference| over the arrays whose name is `prefix` or
    begins with `prefix`/; and the largest of each array's difference in
    units of float32's spacing at that array's largest value."""
    absolute = units = 0.0
    for name, wanted in reference.items():
        if name == prefix or name.startswith(prefix + "/"):
            difference = float(np.max(np.abs(arrays[name] - wanted)))
            spacing = float(np.spacing(np.float32(np.max(np.abs(wanted)))))
            # Not max(): it would lose a NaN.
            absolute = np.maximum(absolute, difference)
            units = np.maximum(units, difference / spacing)
    return float(absolute), float(units)


def compared(result, reference):
    """The numbers of one row: `result` and `reference` are what worker.py's
    task `parity` returned."""
    arrays, wanted = result["arrays"], reference["arrays"]
    row = {"version": result["version"], "device": result["device"]}
    units = {}
    for kind in "logits", "loss", "gradient", "trained_probabilities":
        row[f"max_abs_{kind}"], units[kind] = distance(arrays, wanted, kind)
    steps = {n: distance(arrays, wanted, f"weights/{n}") for n in STEPS}
    row["max_abs_weights"] = {n: steps[n][0] for n in STEPS}
    units["weights"] = {n: steps[n][1] for n in STEPS}
    row["rounding_units"] = units
    row["trained_accuracy"] = result["trained_accuracy"]
    answers, right = (
        a["trained_probabilities"].argmax(axis=1) for a in (arrays, wanted)
    )
    row["other_answers"] = int((answers != right).sum())
    row["error"] = fault(row, arrays, wanted)
    return row


def fault(row, arrays, wanted):
    """Why a row is not the same network; None where it is."""
    faults = []
    for name in wanted:
        if name.startswith("weights/0/") and not np.array_equal(
            arrays[name], wanted[name]
        ):
            faults.append(f"{name.split('/')[2]} came back changed")
    limits = {f"max_abs_{kind}": t for kind, t in TOLERANCES.items()}
    for kind, limit in limits.items():
        pairs = [(kind, row[kind], limit)]
        if isinstance(limit, dict):
            pairs = [
                (f"{kind} after {n} steps", row[kind][n], limit[n])
                for n in STEPS
            ]
        for what, value, most in pairs:
            # Not `>`: a difference that is no number must fail as well.
            if not value <= most:
                faults.append(f"{what} {value:.1e} is above {most:.0e}")
    return "; ".join(faults) or None


def prove(options, console):
    """`python -m snippets parity`; return the exit status."""
    check_json(options.json)
    wanted = runs(options.names, options.era)
    arrays = inputs(mnist.load())
    request = {"task": "parity", "steps": STEPS}
    (first,) = runs([REFERENCE])
    others = [run for run in wanted if run != first]
    jobs = [(run, arrays, request) for run in [first, *others]]
    if options.control:
        jobs.append((first, moved(arrays), request))
    results = each(jobs, options, console, "measured")

    _, reference = next(results)
    if reference["error"]:
        print(f"snippets: {REFERENCE}: {reference['error']}", file=sys.stderr)
        return 1
    more = {
        "tolerances": TOLERANCES,
        "losses": reference["arrays"]["losses"].tolist(),
    }
    rows = [entry(first, reference, reference)] * (first in wanted)
    for run, result in results:
        row = entry(run, result, reference)
        if run == first:
            more["control"] = row
        else:
            rows.append(row)
    rows.sort(key=lambda row: [run["title"] for run in wanted].index(
        "/".join(filter(None, [row["name"], row["backend"]]))
    ))
    console.print(table(rows))
    return report(rows, options, **more)


def entry(run, result, reference):
    """The JSON entry for one run."""
    row = {key: run[key] for key in ("name", "label", "era")}
    row |= {"backend": run["backend"] or None, "version": None}
    if not result["error"]:
        result = compared(result, reference)
    return row | result


def table(rows):
    """The rows as a rich table: the largest differences from float64."""
    grid = Table(title="largest difference from NumPy in float64")
    for name in ["framework", "version", "backend"]:
        grid.add_column(name, overflow="fold")
    for name in ["logits", "loss", "gradient"]:
        grid.add_column(name, justify="right", no_wrap=True)
    for n in STEPS:
        grid.add_column(f"weights, {n}", justify="right", no_wrap=True)
    grid.add_column("trained: accuracy", justify="right", no_wrap=True)
    grid.add_column("other answers", justify="right", no_wrap=True)
    grid.add_column("error", overflow="fold")
    for row in rows:
        cells = [row["name"], row["version"], row["backend"]]
        if "max_abs_logits" in row:
            numbers = [row[f"max_abs_{kind}"] for kind in
                       ("logits", "loss", "gradient")]
            numbers += row["max_abs_weights"].values()
            cells += [f"{number:.1e}" for number in numbers]
            cells += [f"{row['trained_accuracy']:.3f}",
                      str(row["other_answers"])]
        else:
            cells += [None] * 8
        grid.add_row(*(cell or "—" for cell in cells), row["error"] or "")
    return grid
