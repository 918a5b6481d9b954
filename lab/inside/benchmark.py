"""One case of one variant, measured: `python -m benchmarks` asks for it."""

import importlib
import os
import resource
import time
from typing import Any, Dict, List

import numpy as np
import pyperf

from lab.inside.common import (
    Answer,
    Request,
    edited,
    in_layout,
    version,
    weights_in,
)
from lab.inside.epochs import CLOCK, Epochs


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
                self.model, images, labels,
                epochs=epochs, batch_size=batch_size, seed=0,
            )
        )  # fmt: skip

    def test_accuracy(self) -> float:
        images = in_layout(self.digits["test_images"], self.layout)
        labels = self.digits["test_labels"]
        return float(self.module.evaluate(self.model, images, labels))


def page_faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def check(request: Request, runner: pyperf.Runner) -> Dict[str, Any]:
    """The losses of the first steps on one fixed batch of 128 digits: all the
    digits are one batch, so each epoch is one step."""
    snippet = Snippet(request)
    losses = snippet.module.train(
        snippet.model,
        snippet.images(128),
        snippet.digits["train_labels"][:128],
        epochs=request["steps"],
        batch_size=128,
        seed=0,
    )
    return {"losses": [float(loss) for loss in losses]}


def train(request: Request, runner: pyperf.Runner) -> Dict[str, Any]:
    """Seconds a step. The warm-up is the first epoch: it compiles."""
    snippet = Snippet(request)
    batch, count = request["batch"], request["count"]
    epochs = snippet.epochs(count, batch, 1 + request["values"])
    steps = count // batch
    faults: List[float] = []

    def seconds(loops: int) -> float:
        before = page_faults()
        taken = epochs.seconds(loops)
        faults.append((page_faults() - before) / steps)
        return taken

    epochs.run(
        lambda: runner.bench_time_func(
            request["case"], seconds,
            inner_loops=steps, metadata=snippet.metadata,
        )
    )  # fmt: skip
    return {"metadata": {"page_faults_a_step": faults[-1]}}


def predict(request: Request, runner: pyperf.Runner) -> Dict[str, Any]:
    """Seconds a call of predict(), which returns NumPy's numbers."""
    snippet = Snippet(request)
    images = snippet.images(request["batch"])
    runner.bench_func(
        request["case"], snippet.module.predict, snippet.model, images,
        metadata=snippet.metadata,
    )  # fmt: skip
    return {}


def to_99(request: Request, runner: pyperf.Runner) -> Dict[str, Any]:
    """Seconds of training until 99 % of the test digits are right, looked at
    between epochs; the first epoch's compiling is in it."""
    snippet = Snippet(request)
    most = request["most_epochs"]
    reached: Dict[str, Any] = {}
    epochs = snippet.epochs(60000, 128, most)

    def seconds(loops: int) -> float:
        taken = 0.0
        for epoch in range(1, most + 1):
            taken += epochs.seconds(1)
            accuracy = epochs.call(snippet.test_accuracy)
            if accuracy >= 0.99:
                reached.update(epochs=epoch, test_accuracy=accuracy)
                return taken
        raise RuntimeError(
            "99 %% of the test digits: not reached in %d epochs" % most
        )

    epochs.run(
        lambda: runner.bench_time_func(
            request["case"], seconds, metadata=snippet.metadata
        )
    )
    return {"metadata": reached}


def peak(request: Request, runner: pyperf.Runner) -> Dict[str, Any]:
    """What the machine can do: peaks/ says how."""
    name = os.path.basename(request["folder"])
    module = importlib.import_module("lab.inside.peaks." + name)
    for name, function, metadata, *times in module.cases():
        runner.bench_func(
            name, function, inner_loops=sum(times) or 1, metadata=metadata
        )
    return {}


def layers(request: Request, runner: pyperf.Runner) -> Dict[str, Any]:
    """The network layer by layer: layers.py says how."""
    snippet = Snippet(request)
    module = importlib.import_module("lab.inside.layers")
    for name, function, calls, metadata in module.cases(snippet):
        runner.bench_func(name, function, inner_loops=calls, metadata=metadata)
    return {}


def harness(request: Request, runner: pyperf.Runner) -> Dict[str, Any]:
    """What Epochs costs: a train() whose steps take 10 ms by this clock."""
    steps = 32

    def epochs_of_10_ms() -> None:
        for _ in range(1 + request["values"]):
            end = CLOCK() + 0.01 * steps
            while CLOCK() < end:
                pass
            print("loss", flush=True)

    epochs = Epochs(epochs_of_10_ms)
    epochs.run(
        lambda: runner.bench_time_func(
            request["case"], epochs.seconds, inner_loops=steps
        )
    )
    return {}


CASES = {
    "check": check,
    "train": train,
    "predict": predict,
    "to_99": to_99,
    "peak": peak,
    "layers": layers,
    "harness": harness,
}


def run(request: Request) -> Answer:
    """One case of one variant; pyperf's worker measures it, and writes its
    runs into pyperf.json."""
    # Before the framework counts the cores.
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))[: request["threads"]]
        os.sched_setaffinity(0, cores)
    runner = pyperf.Runner()
    loops = request["loops"]
    runner.parse_args(
        ["--worker", "--quiet", "--output", "pyperf.json"]
        + ["--warmups", str(request["warmups"])]
        + ["--values", str(request["values"])]
        + (["--loops", str(loops)] if loops else ["--calibrate-loops"])
    )
    result = CASES[request["kind"]](request, runner)
    result["version"] = version(request)
    result["device"] = importlib.import_module("facts").device()
    return result, {}
