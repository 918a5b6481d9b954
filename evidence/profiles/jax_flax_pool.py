"""Where a training step's time goes in JAX: nnx.max_pool, or reshape and max.

Set MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=8589934592
MALLOC_TRIM_THRESHOLD_=8589934592, or page faults are part of it.
"""

import collections
import datetime
import os
import re
import sys
import tempfile
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "snippets" / "jax_flax"))
import fast

cpu = re.search("model name.*: (.*)", Path("/proc/cpuinfo").read_text())[1]
print(f"jax {jax.__version__}, {cpu}, {os.cpu_count()} threads, "
      f"{datetime.date.today()}")
rng = np.random.default_rng(0)
images = jnp.asarray(rng.random((128, 28, 28, 1), "float32"))
labels, batch = jnp.asarray(rng.integers(0, 10, 128)), np.arange(128)
KINDS = ["convolution", "scatter", "reduce-window", "iota", "transpose"]


def kinds(hlo):
    """What each instruction of the entry computation is, at its heart."""
    bodies = {}
    for body in re.split(r"\n\n", hlo):
        bodies[re.match(r"(?:ENTRY )?%?(\S*)", body.strip())[1]] = body
    found = {}
    for name, rest in re.findall(r"%(\S+) = (.*)", hlo.split("ENTRY")[1]):
        called = re.search(r"calls=%([\w.-]+)", rest)
        text = rest.split(", metadata")[0]
        text += bodies[called[1]] if called else ""
        found[name] = next(
            (k for k in KINDS if re.search(rf" {k}\(", text)), "the rest"
        )
    return found


for title, prepare in ("nnx.max_pool", "eval"), ("reshape and max", "train"):
    model = fast.build_model()
    getattr(model, prepare)()  # MaxPool does as it is told here
    state = model, fast.sgd.init(model), jnp.zeros(())
    compiled = fast.train_step.lower(state, images, labels, batch).compile()
    kind = kinds(compiled.as_text())
    state = fast.train_step(state, images, labels, batch)
    with tempfile.TemporaryDirectory() as folder:
        with jax.profiler.trace(folder):
            for _ in range(40):
                state = fast.train_step(state, images, labels, batch)
                state[2].block_until_ready()
        [path] = Path(folder).rglob("*.xplane.pb")
        planes = jax.profiler.ProfileData.from_file(str(path)).planes
        events = [e for p in planes for line in p.lines for e in line.events]
    each = collections.defaultdict(list)
    for event in events:
        if event.name in kind:
            each[event.name].append(event.duration_ns)
    # A low quantile: what else the machine does is in the others.
    took = {name: np.quantile(each[name], 0.1) for name in each}
    total = sum(took.values())
    print(f"\n{title}: {len(each)} operations, "
          f"{compiled.memory_analysis().temp_size_in_bytes / 2**20:.0f} MiB"
          " of temporaries")
    for k in [*KINDS, "the rest"]:
        names = [name for name in took if kind[name] == k]
        print(f"  {k:14} {len(names):3}  "
              f"{100 * sum(took[n] for n in names) / total:5.1f} %  "
              f"{sum(took[n] for n in names) / 1e6:6.2f} ms")
