"""`python -m benchmarks run`: variants in rounds, A B C A B C …"""

import contextlib
import os
import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pyperf
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn
from safetensors.numpy import load_file

from benchmarks import results
from benchmarks.machine import (
    bfloat16,
    commit,
    identity,
    machine,
    slug,
    stolen,
)
from benchmarks.oracle import first_steps, hundreds
from benchmarks.rounds import cases, missing
from benchmarks.suites import Entry, add
from benchmarks.variants import CHECK, Variant, case, environment, variants
from lab import files, mnist, parity
from lab.errors import BadInput
from lab.freshness import add_sources, find_state
from lab.onnx_file import onnx_model
from lab.processes import NOT_HERE, Result, execute

# What trains nothing, and has no losses to compare.
UNCHECKED = {"peak", "harness"}
# What is asked only of a processor that has the arithmetic: without it, a
# library takes it apart, and nobody would choose what that measures.
NO_BFLOAT16 = "not measured: this processor has no arithmetic in bfloat16"
# What a campaign is of: none goes on under another.
CAMPAIGN = "variant", "cases", "threads", "machine", "commit", "rounds"


def digits() -> dict[str, np.ndarray]:
    """The digits of all cases, the same for all: 8,192 to train on, the small
    set's 4,000 again and again; and the initial weights."""
    found = mnist.load("mnist-5k")
    train = np.arange(8192) % len(found.train_labels)
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

    def __init__(self, options: Namespace, scratch: Path) -> None:
        self.options = options
        self.scratch = scratch
        self.machine = machine()
        self.commit = commit()
        self.bfloat16 = options.device == "cuda" or bfloat16()
        self.folder = options.into or self.campaign()
        files.write_arrays(self.scratch / "digits.npz", digits())
        self.oracles: dict[bool, list[float]] = {}

    def campaign(self) -> Path:
        """The folder of this machine that is of this commit, the newest; or
        today's."""
        name = self.options.machine or slug(self.machine, self.options.device)
        place = results.FOLDER / name
        for folder in sorted(place.glob("*"), reverse=True):
            for path in folder.glob("*.json"):
                if results.load(path)["commit"] == self.commit:
                    return folder
                break
        return place / files.now()[:10]

    def path(self, variant: Variant) -> Path:
        return self.folder / f"{variant.name}.json"

    def entry(self, variant: Variant) -> Entry:
        """The file of `variant` as it is so far; or a new one where there is
        none, or its sources have changed since it was begun."""
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
            "cases": cases(variant, self.options),
            "rounds": self.options.rounds,
            "date": files.now(),
            "check": None,
            "errors": [],
            "pyperf": None,
        }
        if find_state("benchmarks", path) != "fresh":
            return new
        found = results.load(path)
        found.pop("measured")
        for key in CAMPAIGN:
            whole = key != "machine"
            was, now = (
                e[key] if whole else identity(e[key]) for e in (found, new)
            )
            if was != now:
                raise BadInput(
                    f"{path}: was begun with another {key}; --into FOLDER "
                    "keeps the two apart"
                )
        return found

    def oracle(self, peer: bool) -> list[float]:
        """float64's losses: of the first steps; or, with trained weights, of
        each hundred test digits, which a peer must have. Raises BadInput."""
        if peer not in self.oracles:
            steps = CHECK["steps"]
            self.oracles[peer] = hundreds() if peer else first_steps(steps)
        return self.oracles[peer]

    def inputs(self, variant: Variant) -> dict[str, Path]:
        """The files that a process of `variant` gets."""
        found = {"digits.npz": self.scratch / "digits.npz"}
        if variant.peer:
            path = found["trained.onnx"] = self.scratch / "trained.onnx"
            if not path.exists():
                weights = load_file(parity.DATA / "trained.safetensors")
                onnx.save(onnx_model(weights), str(path))
        return found

    def process(
        self, variant: Variant, cases: list[dict[str, Any]]
    ) -> tuple[Result, list[pyperf.Benchmark]]:
        """Run cases in a process; return its result, and its benchmarks."""
        measured = self.scratch / "pyperf.json"
        measured.unlink(missing_ok=True)
        checks = all(c["task"].startswith("check") for c in cases)
        before, started = stolen(), time.time()
        result = execute(
            variant.implementation,
            {
                "task": "benchmark",
                "cases": cases,
                "peer": variant.peer
                and {
                    "module": variant.name,
                    "import_name": variant.peer.import_name,
                },
                "module": variant.module,
                "options": variant.options,
                "edits": variant.edits,
                "digits": "digits.npz",
                "threads": self.options.threads,
                "bfloat16": self.bfloat16,
                "started": started,
            },
            self.options.timeout,
            inputs=self.inputs(variant),
            outputs={} if checks else {"pyperf.json": measured},
            environment=environment(
                variant, self.options.threads, self.options.device
            )
            # What is compiled lies there, as a second run of a user's has it.
            | {"TORCHINDUCTOR_CACHE_DIR": str(self.scratch / "compiled")},
        )
        if result["error"]:
            return result, []
        seconds, after = time.time() - started, stolen()
        result["around"] = {
            f"{key}_of_the_machine": (after[key] - before[key]) / seconds
            for key in before
        }
        gpu = result["device"].startswith("gpu")
        if gpu != (self.options.device == "cuda"):
            result["error"] = (
                f"ran on {result['device']}, not on {self.options.device}"
            )
            return result, []
        suite = []
        if measured.exists():
            suite = pyperf.BenchmarkSuite.load(str(measured)).get_benchmarks()
        return result, suite

    def check(self, variant: Variant, entry: Entry) -> str | None:
        """Do its first losses agree with float64's?"""
        if variant.precision == "bfloat16" and not self.bfloat16:
            return NO_BFLOAT16
        peer = bool(variant.peer)
        asked = CHECK | {"task": "check_peer" if peer else "check"}
        result, _ = self.process(variant, [asked])
        error: str | None = result["error"] or result["errors"].get("check")
        if error:
            return error
        losses = result["metadata"]["check"]["losses"]
        share = results.farthest(losses, self.oracle(peer))
        most = results.TOLERANCE[entry["precision"]]
        entry["version"] = result["version"]
        entry["device"] = result["device"]
        entry["check"] = {
            "losses": losses,
            "farthest": share,
            "tolerance": most,
        }
        if share <= most:
            return None
        return (
            f"its losses are {share:.1e} from float64's, more than "
            f"{most:.0e}: not measured"
        )

    def measure(
        self, variant: Variant, entry: Entry, names: list[str], round_: int
    ) -> dict[str, str]:
        """The cases of one round; their runs go into `entry`. Returns what
        failed: {case: why}."""
        asked = [variant.case(name) for name in names]
        result, suite = self.process(variant, asked)
        if result["error"]:
            return dict.fromkeys(names, str(result["error"]))
        entry["version"] = result["version"]
        entry["device"] = result["device"]
        more = result["around"] | {
            "round": round_,
            "kernel": self.machine["kernel"],
        }
        add(entry, suite, more, result["metadata"])
        return dict(result["errors"])


def measure(options: Namespace, console: Console) -> int:
    """`python -m benchmarks run`; return the exit status."""
    wanted = variants(options.names)
    if options.threads is None:
        options.threads = os.cpu_count()
    for name in options.cases or ():
        case(name)
    with files.scratch_folder() as scratch, contextlib.ExitStack() as held:
        measuring = Measuring(options, scratch)
        held.enter_context(files.alone(measuring.folder))
        entries = {v.name: measuring.entry(v) for v in wanted}
        for entry in entries.values():
            entry["errors"] = []
        jobs = list(missing(wanted, options, entries))
        failed: set[str] = set()
        with Progress(
            SpinnerColumn(finished_text=" "),
            "{task.completed}/{task.total}",
            "{task.description}",
            TimeElapsedColumn(),
            console=console,
        ) as bar:
            task = bar.add_task("", total=len(jobs))
            for round_, variant in jobs:
                title = f"round {round_}: {variant.name}"
                bar.update(task, description=title)
                entry = entries[variant.name]
                if variant.name not in failed:
                    for said in once(measuring, entry, round_, variant):
                        console.print(f"{title}: {said}", markup=False)
                        failed.add(variant.name)
                    result = add_sources("benchmarks", entry)
                    files.write_json(measuring.path(variant), result)
                bar.advance(task)
    console.print(f"in {measuring.folder}")
    errors = [
        error["error"] for e in entries.values() for error in e["errors"]
    ]
    fine = *NOT_HERE, NO_BFLOAT16
    return int(any(e not in fine or options.names for e in errors))


def once(
    measuring: Measuring, entry: Entry, round_: int, variant: Variant
) -> Iterator[str]:
    """Do one job. Its errors go into `entry`, and come back as lines."""
    names = cases(variant, measuring.options)
    errors: dict[str, str] = {}
    if entry["check"] is None and not UNCHECKED.intersection(names):
        error = measuring.check(variant, entry)
        errors = dict.fromkeys(names, error) if error else {}
    errors = errors or measuring.measure(variant, entry, names, round_)
    for name, error in errors.items():
        said = {"case": name, "round": round_, "error": error}
        entry["errors"].append(said)
    for error in dict.fromkeys(errors.values()):
        which = [name for name in errors if errors[name] == error]
        yield f"{', '.join(which)}: {error}"
