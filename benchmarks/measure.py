"""`python -m benchmarks run`: variants in rounds, A B C A B C …"""

import contextlib
import json
import os
import platform
import random
import re
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pyperf
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn
from safetensors.numpy import load_file

from benchmarks import results
from benchmarks.variants import CHECK, case, variants
from snippets import mnist, running
from snippets.running import NO_2018, ROOT, BadInput

# What trains nothing, and has no losses to compare.
UNCHECKED = {"peak", "harness"}
# What pyperf records of a machine that nobody else needs to know.
PRIVATE = re.compile(r"hostname|boot_time|uptime|python_(c|exe).*|command.*")


def machine():
    """The machine as the results name it."""
    found = running.machine()
    found["kernel"] = platform.release()
    governor = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    found["governor"] = None
    if governor.exists():
        found["governor"] = governor.read_text().strip()
    found["gpu"] = None
    nothing = OSError, subprocess.CalledProcessError, IndexError
    with contextlib.suppress(*nothing):
        found["gpu"] = subprocess.run(
            ["nvidia-smi", "--query-gpu=name,driver_version",
             "--format=csv,noheader"],
            capture_output=True, encoding="utf-8", check=True,
        ).stdout.splitlines()[0]  # fmt: skip
    return found


def slug(machine, device):
    """amd-epyc-2-cores, or nvidia-h100-80gb-hbm3 for a GPU's results."""
    if device == "cuda":
        text = (machine["gpu"] or "no GPU").split(",")[0]
    else:
        text = f"{machine['cpu']} {machine['cores']} cores"
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def commit():
    """The commit that is measured, with a + where files differ from it."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=+"],
            cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
        )  # fmt: skip
        return found.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def environment(variant, options):
    """What a process of `variant` gets: threads, the device, its own."""
    threads = str(options.threads)
    found = {
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
    }
    if options.device == "cpu":
        found |= {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    return found | variant["run"]["environment"] | variant["environment"]


def digits_of(data):
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
    weights = load_file(ROOT / "weights" / "initial.safetensors")
    return arrays | {f"initial/{n}": array for n, array in weights.items()}


class Measuring:
    """A run of the command: where its files lie, and what each process
    needs."""

    def __init__(self, options, scratch):
        self.options = options
        self.scratch = scratch
        self.machine = machine()
        self.commit = commit()
        self.folder = options.into or (
            results.FOLDER
            / (options.machine or slug(self.machine, options.device))
            / running.now()[:10]
        )
        proven = json.loads((ROOT / "results/parity.json").read_text("utf-8"))
        self.oracle = proven["losses"][: CHECK["steps"]]
        self.digits = {}

    def path(self, variant):
        return self.folder / f"{variant['name']}.json"

    def entry(self, variant):
        """The file of `variant` as it is so far, or a new one."""
        path = self.path(variant)
        keys = "name", "framework", "module", "options", "environment"
        new = {
            "schema": results.VERSION,
            "variant": {key: variant[key] for key in (*keys, "edits")},
            "version": None,
            "device": None,
            "precision": variant["options"].get("precision", "float32"),
            "threads": self.options.threads,
            "machine": self.machine,
            "commit": self.commit,
            "date": running.now(),
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

    def process(self, variant, request):
        """Run one case in a process; return its result, and its benchmarks."""
        data = "mnist" if request["task"] == "to_99" else "mnist-5k"
        if data not in self.digits:
            self.digits[data] = Path(self.scratch) / f"{data}.npz"
            np.savez(self.digits[data], **digits_of(data))
        measured = Path(self.scratch) / "pyperf.json"
        measured.unlink(missing_ok=True)
        wants = {} if request is CHECK else {"pyperf.json": measured}
        its = environment(variant, self.options)
        result = running.execute(
            variant["run"] | {"environment": its},
            request
            | {key: variant[key] for key in ("module", "options", "edits")}
            | {"digits": "digits.npz", "threads": self.options.threads}
            | {"started": time.time()},
            self.options.timeout,
            script="../benchmarks/case.py",
            inputs={"digits.npz": self.digits[data]},
            outputs=wants,
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

    def check(self, variant, entry):
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
        return result["error"]

    def measure(self, variant, entry, name, round_):
        """One case of one round; its runs go into `entry`."""
        request = case(name) | {"case": name}
        before = benchmark_of(entry, name)
        if not request["loops"] and before:
            request["loops"] = before.get_runs()[-1].get_loops()
        more = {"round": round_}
        if self.commit:
            more["commit"] = self.commit
        if not request["loops"]:
            # pyperf counts the loops first, in a process of its own.
            result, suite = self.process(variant, request)
            if result["error"]:
                return result["error"]
            runs = suite[0].get_runs()
            request["loops"] = runs[0].get_metadata()["calibrate_loops"]
        result, suite = self.process(variant, request)
        if not result["error"]:
            entry["version"] = result["version"]
            entry["device"] = result["device"]
            more |= result.get("metadata", {})
            add(entry, suite, more)
        return result["error"]


def benchmark_of(entry, name):
    """The pyperf benchmark `name` of a result file, or None."""
    if entry["pyperf"]:
        suite = pyperf.BenchmarkSuite.loads(json.dumps(entry["pyperf"]))
        if name in suite.get_benchmark_names():
            return suite.get_benchmark(name)
    return None


def add(entry, benchmarks, more):
    """Add the runs of `benchmarks` to the file, with `more` metadata."""
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
                    metadata=metadata | more,
                    collect_metadata=False,
                )
            )
    suite = None
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


def rounds_done(entry, name):
    # Some cases measure several things in one process.
    several = {
        "peak": "matmul-float32",
        "layers": "layer-nhwc-conv1-1-forward",
    }
    name = several.get(name, name)
    benchmark = benchmark_of(entry, name)
    return set(results.rounds(benchmark)) if benchmark else set()


def measure(options, console):
    """`python -m benchmarks run`; return the exit status."""
    wanted = variants(options.names)
    if options.threads is None:
        options.threads = os.cpu_count()
    for name in options.cases or ():
        case(name)
    with tempfile.TemporaryDirectory() as scratch:
        measuring = Measuring(options, scratch)
        measuring.folder.mkdir(parents=True, exist_ok=True)
        entries = {v["name"]: measuring.entry(v) for v in wanted}
        for entry in entries.values():
            entry["errors"] = []
        done = {
            (v["name"], name): rounds_done(entries[v["name"]], name)
            for v, name in shuffled(wanted, options.cases, 1)
        }
        jobs = [
            (round_, variant, name)
            for round_ in range(options.first, options.first + options.rounds)
            for variant, name in shuffled(wanted, options.cases, round_)
            if round_ not in done[variant["name"], name]
        ]
        failed = set()
        with Progress(
            SpinnerColumn(finished_text=" "),
            "{task.completed}/{task.total}",
            "{task.description}",
            TimeElapsedColumn(),
            console=console,
        ) as progress:
            task = progress.add_task("", total=len(jobs))
            for round_, variant, name in jobs:
                title = f"round {round_}: {variant['name']}, {name}"
                progress.update(task, description=title)
                entry = entries[variant["name"]]
                error = None
                if (variant["name"], name) in failed:
                    pass
                elif entry["check"] is None and name not in UNCHECKED:
                    error = measuring.check(variant, entry)
                    if error:
                        failed |= {(variant["name"], n) for *_, n in jobs}
                if not error and (variant["name"], name) not in failed:
                    error = measuring.measure(variant, entry, name, round_)
                if error:
                    failed.add((variant["name"], name))
                    entry["errors"].append(
                        {"case": name, "round": round_, "error": error}
                    )
                    console.print(f"{title}: {error}", markup=False)
                running.write_json(measuring.path(variant), entry)
                progress.advance(task)
    console.print(f"in {measuring.folder}")
    errors = [
        error["error"] for e in entries.values() for error in e["errors"]
    ]
    return int(any(e != NO_2018 or options.names for e in errors))


def shuffled(wanted, cases, round_):
    """The (variant, case) pairs of a round, in an order of its own."""
    pairs = [
        (variant, name)
        for variant in wanted
        for name in variant["cases"]
        if not cases or name in cases
    ]
    # to-99 is no variant's own: it is there only where it is asked for.
    pairs += [
        (variant, name)
        for variant in wanted
        for name in cases or ()
        if name == "to-99"
    ]
    random.Random(round_).shuffle(pairs)
    return pairs
