"""pyperf's runs in a result file: looked up, added, counted."""

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pyperf

from benchmarks import results

Entry = dict[str, Any]
# What pyperf records of a machine that nobody else needs to know.
PRIVATE = re.compile(r"hostname|boot_time|uptime|python_(c|exe).*|command.*")


def benchmark_of(entry: Entry, name: str) -> pyperf.Benchmark | None:
    """The pyperf benchmark `name` of a result file, or None."""
    if entry["pyperf"]:
        suite = pyperf.BenchmarkSuite.loads(json.dumps(entry["pyperf"]))
        if name in suite.get_benchmark_names():
            return suite.get_benchmark(name)
    return None


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
                    metadata=metadata | more | own.get(
                        benchmark.get_name(), {}
                    ),
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


def done(entry: Entry) -> set[int]:
    """The rounds that have values of every case that did not fail."""
    failed = {error["case"] for error in entry["errors"]}
    names = [name for name in entry["cases"] if name not in failed]
    every = set(range(1, entry["rounds"] + 1))
    return every.intersection(*(rounds_done(entry, name) for name in names))


def rounds_done(entry: Entry, name: str) -> set[int]:
    """The rounds that have values of a case."""
    # Some cases measure several things in one process.
    several = {
        "peak": "matmul-float32",
        "layers": "layer-nhwc-conv1-1-forward",
    }
    name = several.get(name, name)
    benchmark = benchmark_of(entry, name)
    return set(results.rounds(benchmark)) if benchmark else set()
