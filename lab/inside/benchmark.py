"""Cases of one variant, measured: `python -m benchmarks` asks for them."""

import importlib
import math
import os
import resource
import time
import traceback
from typing import Any, Callable, Dict, List

import numpy as np
import pyperf

from lab.inside.common import (
    Answer,
    Request,
    edited,
    in_layout,
    peak_memory,
    version,
    weights_in,
)
from lab.inside.epochs import CLOCK, Epochs

# A value of a prediction lasts so many seconds at least.
LEAST = 0.3
Case = Dict[str, Any]
Metadata = Dict[str, Any]


class Snippet:
    """The variant's module, its model with the initial weights, its digits,
    and how long they took."""

    def __init__(self, request: Request) -> None:
        clock = CLOCK()
        path = os.path.join(request["folder"], request["module"] + ".py")
        if request["edits"]:
            self.module = edited(path, "edited", request["edits"])
        else:
            self.module = importlib.import_module(request["module"])
        self.metadata = {"import_seconds": CLOCK() - clock}
        self.model = self.module.build_model(seed=0, **request["options"])
        self.metadata["start_seconds"] = time.time() - request["started"]
        self.digits = np.load(request["digits"])
        self.layout = request["image_layout"]
        weights = importlib.import_module("weights")
        weights.load_weights(self.model, weights_in(self.digits, "initial"))

    def images(self, count: int) -> np.ndarray:
        images = self.digits["train_images"][:count]
        return in_layout(images, self.layout)

    def epochs(self, count: int, batch_size: int, epochs: int) -> Epochs:
        """train() on the first `count` digits, held at each epoch's end."""
        images = self.images(count)
        labels = self.digits["train_labels"][:count]
        return Epochs(
            lambda: self.module.train(
                self.model,
                images,
                labels,
                epochs=epochs,
                batch_size=batch_size,
                seed=0,
            )
        )

    def predict(self, images: np.ndarray) -> Any:
        return self.module.predict(self.model, images)


class Peer:
    """What a Snippet is, for what only predicts: benchmarks/peers/."""

    def __init__(self, request: Request) -> None:
        clock = CLOCK()
        name = "benchmarks.peers." + request["peer"]["module"]
        self.module = importlib.import_module(name)
        self.metadata = {"import_seconds": CLOCK() - clock}
        self.predict = self.module.load("trained.onnx", request["threads"])
        self.metadata["start_seconds"] = time.time() - request["started"]
        self.digits = np.load(request["digits"])

    def images(self, count: int) -> np.ndarray:
        return in_layout(self.digits["train_images"][:count], "NCHW")


def opened(request: Request) -> Any:
    return Peer(request) if request["peer"] else Snippet(request)


def start(request: Request, case: Case, opened_: Any) -> Metadata:
    """How long the start took, for the first case of a process alone."""
    return dict(opened_.metadata) if case is request["cases"][0] else {}


class Clock:
    """Takes the time of a function of `loops`, for pyperf, and what else a
    value is asked: {"seconds", "processor", "faults"}, all in order."""

    def __init__(self, function: Callable[[int], Any]) -> None:
        self.function = function
        self.values: List[Dict[str, float]] = []

    def __call__(self, loops: int) -> float:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        processor, clock = time.process_time(), CLOCK()
        self.function(loops)
        seconds = CLOCK() - clock
        processor = time.process_time() - processor
        after = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        self.values.append(
            {
                "seconds": seconds,
                "processor": processor,
                "faults": after - before,
            }
        )
        return seconds

    def metadata(self, values: int) -> Metadata:
        """How many cores were busy: processor time over wall time, of the
        last `values` values and of the first; and the memory so far."""
        last = self.values[-values:]
        seconds, processor = (
            sum(value[key] for value in last)
            for key in ("seconds", "processor")
        )
        first = self.values[0]
        return {
            "processor_over_wall": processor / seconds,
            "first_processor_over_wall": first["processor"] / first["seconds"],
            "peak_bytes": peak_memory(),
        }


def check(request: Request, runner: pyperf.Runner, case: Case) -> Metadata:
    """The losses of the first steps on one fixed batch of 128 digits: all the
    digits are one batch, so each epoch is one step."""
    snippet = Snippet(request)
    losses = snippet.module.train(
        snippet.model,
        snippet.images(128),
        snippet.digits["train_labels"][:128],
        epochs=case["steps"],
        batch_size=128,
        seed=0,
    )
    return {"losses": [float(loss) for loss in losses]}


def check_peer(
    request: Request, runner: pyperf.Runner, case: Case
) -> Metadata:
    """The loss of each hundred of the test digits, with trained weights."""
    peer = Peer(request)
    images = in_layout(peer.digits["test_images"], "NCHW")
    labels = peer.digits["test_labels"]
    right = peer.predict(images)[np.arange(len(labels)), labels]
    losses = -np.log(right.astype("float64")).reshape(-1, 100).mean(axis=1)
    return {"losses": [float(loss) for loss in losses]}


def train(request: Request, runner: pyperf.Runner, case: Case) -> Metadata:
    """Seconds a step. The warm-up is the first epoch: it compiles."""
    snippet = Snippet(request)
    batch, count = case["batch"], case["count"]
    epochs = snippet.epochs(count, batch, 1 + case["values"])
    steps = count // batch
    clock = Clock(epochs.seconds)
    epochs.run(
        lambda: runner.bench_time_func(
            case["name"],
            clock,
            inner_loops=steps,
            metadata=start(request, case, snippet),
        )
    )
    found = clock.metadata(case["values"])
    found["page_faults_a_step"] = clock.values[-1]["faults"] / steps
    return found


def predict(request: Request, runner: pyperf.Runner, case: Case) -> Metadata:
    """Seconds a call, which returns NumPy's numbers."""
    opened_ = opened(request)
    images = opened_.images(case["batch"])

    def calls(loops: int) -> None:
        for _ in range(loops):
            opened_.predict(images)

    calls(1)  # compiles
    once = Clock(calls)(1)
    runner.args.loops = max(1, math.ceil(LEAST / once))
    clock = Clock(calls)
    runner.bench_time_func(
        case["name"], clock, metadata=start(request, case, opened_)
    )
    return clock.metadata(case["values"])


def peak(request: Request, runner: pyperf.Runner, case: Case) -> Metadata:
    """What the machine can do: peaks/ says how."""
    name = os.path.basename(request["folder"])
    module = importlib.import_module("lab.inside.peaks." + name)
    for name, function, metadata, *times in module.cases(request["bfloat16"]):
        runner.bench_func(
            name, function, inner_loops=sum(times) or 1, metadata=metadata
        )
    return {}


def layers(request: Request, runner: pyperf.Runner, case: Case) -> Metadata:
    """The network layer by layer: layers.py says how."""
    snippet = Snippet(request)
    module = importlib.import_module("lab.inside.layers")
    for name, function, calls, metadata in module.cases(snippet):
        runner.bench_func(name, function, inner_loops=calls, metadata=metadata)
    return {}


def harness(request: Request, runner: pyperf.Runner, case: Case) -> Metadata:
    """What Epochs costs: a train() whose steps take 10 ms by this clock."""
    steps = 32

    def epochs_of_10_ms() -> None:
        for _ in range(1 + case["values"]):
            end = CLOCK() + 0.01 * steps
            while CLOCK() < end:
                pass
            print("loss", flush=True)

    epochs = Epochs(epochs_of_10_ms)
    epochs.run(
        lambda: runner.bench_time_func(
            case["name"], epochs.seconds, inner_loops=steps
        )
    )
    return {}


TASKS = {
    "check": check,
    "check_peer": check_peer,
    "train": train,
    "predict": predict,
    "peak": peak,
    "layers": layers,
    "harness": harness,
}


def run(request: Request) -> Answer:
    """The cases of one variant, one after the other; pyperf's worker measures
    each, and writes its runs into pyperf.json. What fails is in "errors"
    under its case, and the next one goes on."""
    # Before the framework counts the cores.
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))[: request["threads"]]
        os.sched_setaffinity(0, cores)
    runner = pyperf.Runner()
    args = runner.parse_args(
        "--worker --quiet --output pyperf.json "
        "--loops 1 --warmups 1 --values 1".split()
    )
    metadata: Dict[str, Metadata] = {}
    errors: Dict[str, str] = {}
    for case in request["cases"]:
        args.loops, args.warmups = case["loops"], case["warmups"]
        args.values = case["values"]
        try:
            found = TASKS[case["task"]](request, runner, case)
            metadata[case["name"]] = found
        except Exception as error:
            said = traceback.format_exception_only(type(error), error)
            errors[case["name"]] = said[-1].strip()
    device = "cpu"
    if not request["peer"]:
        device = importlib.import_module("facts").device()
    return {
        "metadata": metadata,
        "errors": errors,
        "version": version(request["peer"] or request),
        "device": device,
    }, {}
