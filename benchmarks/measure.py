"""`python -m benchmarks run`: variants in rounds, A B C A B C …"""

import os
import tempfile
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pyperf
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn
from safetensors.numpy import load_file

from benchmarks import results
from benchmarks.machine import commit, machine, slug
from benchmarks.rounds import Job, missing
from benchmarks.suites import Entry, add, benchmark_of
from benchmarks.variants import CHECK, Variant, case, variants
from lab import files, mnist, parity
from lab.errors import BadInput
from lab.frameworks import reference
from lab.processes import NOT_HERE, Result, execute
from lab.results import read

# What trains nothing, and has no losses to compare.
UNCHECKED = {"peak", "harness"}


def environment(variant: Variant, options: Namespace) -> dict[str, str]:
    """What a process of `variant` gets: threads, the device, its own."""
    threads = str(options.threads)
    found = {
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
    }
    if options.device == "cpu":
        found |= {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    own = variant.implementation.backend.environment
    return found | own | variant.environment


def digits_of(data: str) -> dict[str, np.ndarray]:
    """The digits of a case, the same for all: 8,192 to train on, MNIST's
    4,000 of the small set again and again; and the initial weights."""
    train = np.arange(8192 if data == "mnist-5k" else 60000)
    found = mnist.load(data)
    train %= len(found.train_labels)
    arrays = {
        "train_images": found.train_images[train],
        "train_labels": found.train_labels[train],
        "test_images": found.test_images,
        "test_labels": found.test_labels,
    }
    weights = load_file(parity.DATA / "initial.safetensors")
    return arrays | {f"initial/{n}": array for n, array in weights.items()}


class Measuring:
    """A run of the command: where its files lie, and what each process
    needs."""

    def __init__(self, options: Namespace, scratch: str) -> None:
        self.options = options
        self.scratch = scratch
        self.machine = machine()
        self.commit = commit()
        self.folder = options.into or (
            results.FOLDER
            / (options.machine or slug(self.machine, options.device))
            / files.now()[:10]
        )
        self.oracle = oracle()
        self.digits: dict[str, Path] = {}

    def path(self, variant: Variant) -> Path:
        return self.folder / f"{variant.name}.json"

    def entry(self, variant: Variant) -> Entry:
        """The file of `variant` as it is so far, or a new one."""
        path = self.path(variant)
        new = {
            "schema": results.VERSION,
            "variant": variant.record,
            "version": None,
            "device": None,
            "precision": variant.precision,
            "threads": self.options.threads,
            "machine": self.machine,
            "commit": self.commit,
            "date": files.now(),
            "check": None,
            "errors": [],
            "pyperf": None,
        }
        if not path.exists():
            return new
        found = results.load(path)
        found.pop("measured")
        for key in "variant", "threads", "machine":
            if found[key] != new[key]:
                raise BadInput(
                    f"{path}: was measured with another {key}; --into FOLDER "
                    "keeps the two apart"
                )
        return found

    def process(
        self, variant: Variant, request: dict[str, Any]
    ) -> tuple[Result, list[pyperf.Benchmark]]:
        """Run one case in a process; return its result, and its benchmarks."""
        data = "mnist" if request["task"] == "to_99" else "mnist-5k"
        if data not in self.digits:
            self.digits[data] = Path(self.scratch) / f"{data}.npz"
            files.write_arrays(self.digits[data], digits_of(data))
        measured = Path(self.scratch) / "pyperf.json"
        measured.unlink(missing_ok=True)
        wants = {} if request is CHECK else {"pyperf.json": measured}
        asked = {
            "task": "benchmark",
            "kind": request["task"],
            "module": variant.module,
            "options": variant.options,
            "edits": variant.edits,
            "digits": "digits.npz",
            "threads": self.options.threads,
            "started": time.time(),
        }
        result = execute(
            variant.implementation,
            request | asked,
            self.options.timeout,
            inputs={"digits.npz": self.digits[data]},
            outputs=wants,
            environment=environment(variant, self.options),
        )
        gpu = (result.get("device") or "").startswith("gpu")
        if not result["error"] and gpu != (self.options.device == "cuda"):
            result["error"] = (
                f"ran on {result['device']}, not on {self.options.device}"
            )
        suite = []
        if measured.exists() and not result["error"]:
            suite = pyperf.BenchmarkSuite.load(str(measured)).get_benchmarks()
        return result, suite

    def check(self, variant: Variant, entry: Entry) -> str | None:
        """Do its first losses agree with float64's?"""
        result, _ = self.process(variant, CHECK)
        if not result["error"]:
            share = results.farthest(result["losses"], self.oracle)
            most = results.TOLERANCE[entry["precision"]]
            entry["version"] = result["version"]
            entry["device"] = result["device"]
            entry["check"] = {
                "losses": result["losses"],
                "farthest": share,
                "tolerance": most,
            }
            if not share <= most:
                result["error"] = (
                    f"its losses are {share:.1e} from float64's, more than "
                    f"{most:.0e}: not measured"
                )
        error: str | None = result["error"]
        return error

    def measure(
        self, variant: Variant, entry: Entry, name: str, round_: int
    ) -> str | None:
        """One case of one round; its runs go into `entry`."""
        request = case(name) | {"case": name}
        before = benchmark_of(entry, name)
        if not request["loops"] and before:
            request["loops"] = before.get_runs()[-1].get_loops()
        more: dict[str, Any] = {"round": round_}
        if self.commit:
            more["commit"] = self.commit
        if not request["loops"]:
            # pyperf counts the loops first, in a process of its own.
            result, suite = self.process(variant, request)
            if result["error"]:
                return str(result["error"])
            runs = suite[0].get_runs()
            request["loops"] = runs[0].get_metadata()["calibrate_loops"]
        result, suite = self.process(variant, request)
        if not result["error"]:
            entry["version"] = result["version"]
            entry["device"] = result["device"]
            more |= result.get("metadata", {})
            add(entry, suite, more)
        error: str | None = result["error"]
        return error


def oracle() -> list[float]:
    """The reference's losses in the first steps. Raises BadInput."""
    path = parity.FOLDER / f"{reference().slug}.json"
    losses: list[float] | None = read("parity", path).get("losses")
    if not losses:
        raise BadInput(f"{path}: no losses: `make parity` first")
    return losses[: CHECK["steps"]]


def measure(options: Namespace, console: Console) -> int:
    """`python -m benchmarks run`; return the exit status."""
    wanted = variants(options.names)
    if options.threads is None:
        options.threads = os.cpu_count()
    for name in options.cases or ():
        case(name)
    with tempfile.TemporaryDirectory() as scratch:
        measuring = Measuring(options, scratch)
        measuring.folder.mkdir(parents=True, exist_ok=True)
        entries = {v.name: measuring.entry(v) for v in wanted}
        for entry in entries.values():
            entry["errors"] = []
        jobs = list(missing(wanted, options, entries))
        failed: set[tuple[str, str]] = set()
        with Progress(
            SpinnerColumn(finished_text=" "),
            "{task.completed}/{task.total}",
            "{task.description}",
            TimeElapsedColumn(),
            console=console,
        ) as bar:
            task = bar.add_task("", total=len(jobs))
            for round_, variant, name in jobs:
                title = f"round {round_}: {variant.name}, {name}"
                bar.update(task, description=title)
                entry = entries[variant.name]
                error = once(measuring, entry, (round_, variant, name), failed)
                if error:
                    console.print(f"{title}: {error}", markup=False)
                files.write_json(measuring.path(variant), entry)
                bar.advance(task)
    console.print(f"in {measuring.folder}")
    errors = [
        error["error"] for e in entries.values() for error in e["errors"]
    ]
    return int(any(e not in NOT_HERE or options.names for e in errors))


def once(
    measuring: Measuring, entry: Entry, job: Job, failed: set[tuple[str, str]]
) -> str | None:
    """Do one job, unless it or its variant has `failed`; its error goes into
    `entry`, and is returned."""
    round_, variant, name = job
    if (variant.name, name) in failed or (variant.name, "") in failed:
        return None
    error = None
    if entry["check"] is None and name not in UNCHECKED:
        error = measuring.check(variant, entry)
        if error:
            failed.add((variant.name, ""))
    error = error or measuring.measure(variant, entry, name, round_)
    if error:
        failed.add((variant.name, name))
        said = {"case": name, "round": round_, "error": error}
        entry["errors"].append(said)
    return error
