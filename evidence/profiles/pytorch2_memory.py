"""What a training step in PyTorch allocates, and the pages that it faults in.

The allocator plain, told to keep what is freed, or with huge pages: three
processes each, three epochs of 4,096 digits each, least and most of the nine.
"""

import contextlib
import datetime
import importlib.util
import itertools
import json
import os
import pathlib
import re
import resource
import subprocess
import sys

import torch
from torch.profiler import profile

SNIPPETS = pathlib.Path(__file__).parents[2] / "snippets"
KEEP = {"MALLOC_MMAP_THRESHOLD_": "1073741824",
        "MALLOC_TRIM_THRESHOLD_": "8589934592"}
HUGE = {"THP_MEM_ALLOC_ENABLE": "1"}


class Usage(list):  # in the place of standard output: one entry an epoch
    def write(self, text):
        if "loss" in text:
            self.append(resource.getrusage(resource.RUSAGE_SELF))

    flush = bool


def measure(name, batch, steps):
    path = SNIPPETS / f"pytorch2/{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model, images = module.build_model(), torch.rand(4096, 1, 28, 28)
    labels = torch.randint(10, (4096,))
    with contextlib.redirect_stdout(Usage()) as usage:
        module.train(model, images, labels, epochs=4, batch_size=batch)
        with profile(profile_memory=True) as profiled:
            module.train(model, images, labels, epochs=1, batch_size=batch)
    events = profiled.profiler.kineto_results.events()
    sizes = [e.nbytes() for e in events if e.name() == "[memory]"]
    sizes = [size / 2**20 for size in sizes if size > 0]  # not what is freed
    large = sum(size > 32 for size in sizes)
    return sum(sizes) / steps, large / steps, [
        [(b.ru_minflt - a.ru_minflt) / steps,
         (b.ru_stime - a.ru_stime) / steps * 1e3]
        for a, b in itertools.pairwise(usage[:4])
    ]


if len(sys.argv) > 1:
    name, batch = sys.argv[1], int(sys.argv[2])
    print(json.dumps(measure(name, batch, 4096 // batch)))
    sys.exit()
info = pathlib.Path("/proc/cpuinfo").read_text()
cpu = re.search(r"model name\s*: (.*)", info)[1]
libc, threads = os.confstr("CS_GNU_LIBC_VERSION"), torch.get_num_threads()
print(f"PyTorch {torch.__version__}, {cpu}, {threads} threads, {libc},",
      datetime.date.today())
print(f"a step of {'MiB':>16}  over 32 MiB  page faults   ms in the kernel")
for batch in "128", "1024":
    for name in "convnet", "fast":
        for kind, more in ("plain", {}), ("keep", KEEP), ("huge", HUGE):
            command = [sys.executable, __file__, name, batch]
            runs = [json.loads(subprocess.check_output(
                command, env=os.environ | more)) for _ in range(3)]
            faults, ms = zip(*(epoch for run in runs for epoch in run[2]))
            mib, large, _ = runs[0]
            print(f"{batch:>4} {name:7} {kind:5}{mib:9,.0f} {large:9.0f}",
                  f"{min(faults):9,.0f}–{max(faults):<7,.0f}",
                  f"{min(ms):9.1f}–{max(ms):.1f}", flush=True)
