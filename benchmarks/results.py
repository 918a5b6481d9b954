"""Result files: results/benchmarks/<machine>/<date>/<variant>.json."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import pyperf

from lab import results
from lab.errors import BadInput

FOLDER = results.FOLDER / "benchmarks"
VERSION = results.schema("benchmarks")["properties"]["schema"]["const"]
# How far the losses of the check may be from float64's, as a share of them.
TOLERANCE = {"float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2}


def load(path: Path) -> dict[str, Any]:
    """The result file `path` as a dict, its pyperf benchmarks by name under
    "measured".

    Raises BadInput, in one line, for a file that is truncated, of another
    version of the schema, or not as results/schemas/ has it."""
    return opened(results.read("benchmarks", path), path)


def opened(found: dict[str, Any], path: Path) -> dict[str, Any]:
    """A result, its pyperf benchmarks by name under "measured". Raises
    BadInput, which names `path`, where pyperf cannot read them."""
    try:
        known = measured(found)
        for benchmark in known.values():
            for n, seconds in rounds(benchmark).items():
                if type(n) is not int or n < 1 or not seconds > 0:
                    raise ValueError(f"round {n} took {seconds} s")
    except Exception as error:  # whatever pyperf trips over
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise BadInput(f"{path}: pyperf: {said[:150]}") from None
    return found | {"measured": known}


def measured(found: dict[str, Any]) -> dict[str, pyperf.Benchmark]:
    """The pyperf benchmarks of a result, by name."""
    if not found["pyperf"]:
        return {}
    suite = pyperf.BenchmarkSuite.loads(json.dumps(found["pyperf"]))
    return {b.get_name(): b for b in suite.get_benchmarks()}


def folder(path: Path) -> dict[str, dict[str, Any]]:
    """All result files of a folder, by variant. Raises BadInput, as load()
    does, and for a folder that has none."""
    paths = sorted(Path(path).glob("*.json"))
    if not paths:
        raise BadInput(f"{path}: no results there")
    return {path.stem: load(path) for path in paths}


def rounds(benchmark: pyperf.Benchmark) -> dict[int, float]:
    """{round: median seconds} of a pyperf benchmark, processes that only
    counted loops left out."""
    values = {}
    for run in benchmark.get_runs():
        if run.values:
            values[run.get_metadata()["round"]] = median(run.values)
    return values


def farthest(losses: Sequence[float], oracle: Sequence[float]) -> float:
    """The largest difference between two lists of losses, as a share of the
    second's. Infinite where a loss is no number."""
    shares = [
        abs(loss - right) / abs(right) for loss, right in zip(losses, oracle)
    ]
    return math.inf if any(map(math.isnan, shares)) else max(shares)
