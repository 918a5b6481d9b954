"""One case of one variant: `case.py REQUEST.json RESULT.json`.

`python -m benchmarks` starts this file in a process of its own, under the
framework's own interpreter, so it is written for Python 3.6 as well. pyperf's
worker measures here, and writes its runs into pyperf.json.
"""

import importlib
import json
import os
import resource
import sys
import threading
import time

import numpy as np
import pyperf

sys.path.insert(
    0, os.path.join(os.path.dirname(os.path.dirname(__file__)), "snippets")
)
from worker import edited, end_with_parent, in_layout, weights_in

HERE = os.path.dirname(os.path.abspath(__file__))
CLOCK = time.perf_counter


class Enough(Exception):
    """Ends train() where it waits for its next epoch."""


class Epochs:
    """`train`, a function, epoch by epoch.

    Every snippet writes one line with the loss when an epoch is over and its
    device has finished. This stands in for standard output and holds `train`
    at that line until the next epoch may begin. The clock, pyperf's, runs in
    a thread of its own: frameworks keep things for the thread that made
    them."""

    def __init__(self, train):
        self.train = train
        self.begin = threading.Semaphore(0)
        self.over = threading.Semaphore(0)
        self.job = self.answer = self.error = None
        self.enough = False
        self.stdout = sys.stdout

    def run(self, clock):
        """Train in this thread while `clock`, a function that calls seconds()
        and call(), runs in another; what either raises is raised."""
        thread = threading.Thread(target=self.measure, args=(clock,))
        thread.start()
        self.main, sys.stdout = threading.current_thread(), self
        try:
            self.wait()
            self.train()
            self.error = RuntimeError("train() has no more epochs")
        except Enough:
            pass
        except Exception as error:
            self.error = error
        finally:
            sys.stdout = self.stdout
            self.over.release()
            thread.join()
        if self.error:
            raise self.error

    def measure(self, clock):
        try:
            clock()
        except BaseException as error:
            self.error = self.error or error
        self.enough = True
        self.begin.release()

    def wait(self):
        """Wait for the next epoch, and do in this thread what is asked."""
        while True:
            self.begin.acquire()
            if self.enough:
                raise Enough
            if not self.job:
                return
            self.answer = self.job()
            self.over.release()

    def write(self, text):
        if threading.current_thread() is not self.main:
            self.stdout.write(text)
        elif "loss" in text:
            self.over.release()
            self.wait()

    def flush(self):
        self.stdout.flush()

    def seconds(self, epochs):
        """Let `epochs` epochs pass; return how long they took."""
        start = CLOCK()
        for _ in range(epochs):
            self.begin.release()
            self.over.acquire()
            if self.error:
                raise self.error
        return CLOCK() - start

    def call(self, function):
        """What `function` returns between two epochs, in train's thread."""
        self.job = function
        self.seconds(1)
        self.job = None
        return self.answer


class Snippet:
    """The variant's module, its model with the initial weights, its digits,
    and how long they took."""

    def __init__(self, request):
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

    def images(self, count):
        images = self.digits["train_images"][:count]
        return in_layout(images, self.layout)

    def epochs(self, count, batch_size, epochs):
        """train() on the first `count` digits, held at each epoch's end."""
        images = self.images(count)
        labels = self.digits["train_labels"][:count]
        return Epochs(
            lambda: self.module.train(
                self.model, images, labels,
                epochs=epochs, batch_size=batch_size, seed=0,
            )
        )  # fmt: skip

    def test_accuracy(self):
        images = in_layout(self.digits["test_images"], self.layout)
        labels = self.digits["test_labels"]
        return float(self.module.evaluate(self.model, images, labels))


def page_faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def check(request, runner):
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


def train(request, runner):
    """Seconds a step. The warm-up is the first epoch: it compiles."""
    snippet = Snippet(request)
    batch, count = request["batch"], request["count"]
    epochs = snippet.epochs(count, batch, 1 + request["values"])
    steps = count // batch
    faults = []

    def seconds(loops):
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


def predict(request, runner):
    """Seconds a call of predict(), which returns NumPy's numbers."""
    snippet = Snippet(request)
    images = snippet.images(request["batch"])
    runner.bench_func(
        request["case"], snippet.module.predict, snippet.model, images,
        metadata=snippet.metadata,
    )  # fmt: skip
    return {}


def to_99(request, runner):
    """Seconds of training until 99 % of the test digits are right, looked at
    between epochs; the first epoch's compiling is in it."""
    snippet = Snippet(request)
    most = request["most_epochs"]
    reached = {}
    epochs = snippet.epochs(60000, 128, most)

    def seconds(loops):
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


def peak(request, runner):
    """What the machine can do: benchmarks/peaks/ says how."""
    sys.path.insert(0, os.path.join(HERE, "peaks"))
    module = importlib.import_module(os.path.basename(request["folder"]))
    for name, function, metadata, *times in module.cases():
        runner.bench_func(
            name, function, inner_loops=sum(times) or 1, metadata=metadata
        )
    return {}


def layers(request, runner):
    """The network layer by layer: benchmarks/layers.py says how."""
    snippet = Snippet(request)
    sys.path.insert(0, HERE)
    module = importlib.import_module("layers")
    for name, function, calls, metadata in module.cases(snippet):
        runner.bench_func(
            name, function, inner_loops=calls, metadata=metadata
        )
    return {}


def harness(request, runner):
    """What Epochs costs: a train() whose steps take 10 ms by this clock."""
    steps = 32

    def epochs_of_10_ms():
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


TASKS = {
    "check": check,
    "train": train,
    "predict": predict,
    "to_99": to_99,
    "peak": peak,
    "layers": layers,
    "harness": harness,
}

if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    with open(sys.argv[1]) as file:
        request = json.load(file)
    # Before the framework counts the cores.
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))[: request["threads"]]
        os.sched_setaffinity(0, cores)
    # Nothing that a framework imports shall be found in this folder.
    sys.path.remove(HERE)
    sys.path.insert(0, request["folder"])
    runner = pyperf.Runner()
    loops = request["loops"]
    runner.parse_args(
        ["--worker", "--quiet", "--output", "pyperf.json"]
        + ["--warmups", str(request["warmups"])]
        + ["--values", str(request["values"])]
        + (["--loops", str(loops)] if loops else ["--calibrate-loops"])
    )
    result = TASKS[request["task"]](request, runner)
    framework = importlib.import_module(request["import_name"])
    result["version"] = framework.__version__
    result["device"] = importlib.import_module("facts").device()
    with open(sys.argv[2], "w") as file:
        json.dump(result, file)
