"""pyperf's runs in a result file: added, counted."""

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyperf

from benchmarks import results

Entry = dict[str, Any]
# Cases that measure several things in a process: the first of them.
SEVERAL = {"peak": "matmul-float32", "layers": "layer-nhwc-conv1-1-forward"}
# What pyperf records of a machine that nobody else needs to know.
PRIVATE = re.compile(r"hostname|boot_time|uptime|python_(c|exe).*|command.*")


def add(
    entry: Entry,
    benchmarks: list[pyperf.Benchmark],
    more: dict[str, Any],
    own: dict[str, dict[str, Any]],
) -> None:
    """Add the runs of `benchmarks` to the file, with `more` metadata, and
    what each benchmark has of its `own`."""
    runs = []
    for benchmark in benchmarks:
        for run in benchmark.get_runs():
            metadata = {
                key: value
                for key, value in run.get_metadata().items()
                if not PRIVATE.match(key)
            }
            runs.append(
                pyperf.Run(
                    run.values,
                    warmups=run.warmups,
                    metadata=metadata
                    | more
                    | own.get(benchmark.get_name(), {}),
                    collect_metadata=False,
                )
            )
    suite: Any = None
    if entry["pyperf"]:
        suite = pyperf.BenchmarkSuite.loads(json.dumps(entry["pyperf"]))
    for run in runs:
        new = pyperf.Benchmark([run])
        if suite is None:
            suite = pyperf.BenchmarkSuite([new])
        else:
            suite.add_runs(new)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "suite.json"
        suite.dump(str(path))
        entry["pyperf"] = json.loads(path.read_text())


def done(entry: Entry, measured: Mapping[str, pyperf.Benchmark]) -> set[int]:
    """The rounds that have values of every case that did not fail;
    `measured` are the benchmarks of `entry`."""
    failed = {error["case"] for error in entry["errors"]}
    found = set(range(1, entry["rounds"] + 1))
    for case in entry["cases"]:
        name = SEVERAL.get(case, case)
        if case not in failed:
            there = name in measured
            found &= set(results.rounds(measured[name]) if there else ())
    return found
