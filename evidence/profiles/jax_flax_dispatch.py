"""What a call costs in JAX: a model of Flax through nnx.jit, or jax.jit."""

import datetime
import os
import re
import sys
import time
from importlib.metadata import version
from pathlib import Path

import jax
import numpy as np
from flax import nnx

sys.path.insert(0, str(Path(__file__).parents[2] / "snippets" / "jax_flax"))
import fast

cpu = re.search("model name.*: (.*)", Path("/proc/cpuinfo").read_text())[1]
print(f"jax {jax.__version__}, flax {version('flax')}, {cpu}, "
      f"{os.cpu_count()} threads, {datetime.date.today()}")
model = fast.build_model()
model.eval()
image = np.zeros((1, 28, 28, 1), "float32")


def logits(model, x):
    return model(x)


def merged(graph, state, x):
    return nnx.merge(graph, state)(x)


split = jax.jit(merged, static_argnums=0)
halves = nnx.split(model)
with_nnx, with_jax = nnx.jit(logits), jax.jit(logits)
calls = {
    "without jit": lambda: model(image),
    "nnx.jit": lambda: with_nnx(model, image),
    "nnx.split in each call, jax.jit": lambda: split(*nnx.split(model), image),
    "nnx.split once, jax.jit": lambda: split(*halves, image),
    "jax.jit of the module": lambda: with_jax(model, image),
}
took = {title: [] for title in calls}
for _ in range(300):
    for title, call in calls.items():
        start = time.process_time()
        call().block_until_ready()
        took[title].append(time.process_time() - start)
print("processor time of a call with one image, beside the last")
last = np.quantile(took["jax.jit of the module"], 0.2)
for title in calls:
    quick = np.quantile(took[title], 0.2)
    print(f"  {title:32} {1e6 * quick:6.0f} µs {quick / last:6.1f}")
