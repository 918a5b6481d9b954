"""Result files: results/benchmarks/<machine>/<date>/<variant>.json."""

import json
import math
from pathlib import Path
from statistics import median

import jsonschema
import pyperf

from snippets.running import BadInput

HERE = Path(__file__).parent
FOLDER = HERE / "results"
SCHEMA = json.loads((HERE / "schema.json").read_text("utf-8"))
VERSION = SCHEMA["properties"]["schema"]["const"]
# How far the losses of the check may be from float64's, as a share of them.
TOLERANCE = {"float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2}


def load(path):
    """The result file `path` as a dict, its pyperf benchmarks by name under
    "measured".

    Raises BadInput, in one line, for a file that is truncated, of another
    version of the schema, or not as schema.json has it."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput(f"{path}: not whole: {error}") from None
    version = found.get("schema") if isinstance(found, dict) else None
    if version != VERSION:
        raise BadInput(
            f"{path}: its schema is {version!r}, not {VERSION}: measure again"
        )
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(SCHEMA).iter_errors(found)
    )
    if error:
        place = "/".join(map(str, error.absolute_path)) or "the whole"
        raise BadInput(f"{path}: {place}: {error.message[:150]}")
    measured = {}
    if found["pyperf"]:
        suite = pyperf.BenchmarkSuite.loads(json.dumps(found["pyperf"]))
        measured = {b.get_name(): b for b in suite.get_benchmarks()}
    return found | {"measured": measured}


def folder(path):
    """All result files of a folder, by variant. Raises BadInput, as load()
    does, and for a folder that has none."""
    paths = sorted(Path(path).glob("*.json"))
    if not paths:
        raise BadInput(f"{path}: no results there")
    return {path.stem: load(path) for path in paths}


def rounds(benchmark):
    """{round: median seconds} of a pyperf benchmark, processes that only
    counted loops left out."""
    values = {}
    for run in benchmark.get_runs():
        if run.values:
            values[run.get_metadata()["round"]] = median(run.values)
    return values


def farthest(losses, oracle):
    """The largest difference between two lists of losses, as a share of the
    second's. Infinite where a loss is no number."""
    shares = [
        abs(loss - right) / abs(right) for loss, right in zip(losses, oracle)
    ]
    return math.inf if any(map(math.isnan, shares)) else max(shares)
