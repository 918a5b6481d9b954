"""What lax.scan around a training step makes of XLA's convolutions."""

import collections
import datetime
import os
import re
import sys
import time
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
labels = jnp.asarray(rng.integers(0, 10, 128))
same = np.tile(np.arange(128), (4, 1))


def library(hlo):
    """Names of the computations that a library runs, YNNPACK here."""
    pattern = r"calls=%([\w.-]+).*__ynn_fusion"
    return set(re.findall(pattern, hlo))


processor = time.process_time
for title, run, batches in [
    ("a call a step", fast.train_step, same[0]),
    ("lax.scan over 4 steps", fast.train_steps, same),
    ("lax.scan over 1 step", fast.train_steps, same[:1]),
]:
    model = fast.build_model()
    model.train()
    state = model, fast.sgd.init(model), jnp.zeros(())
    hlo = run.lower(state, images, labels, batches).compile().as_text()
    state = run(state, images, labels, batches)
    state[2].block_until_ready()
    steps, start = 4 // (batches.size // 128), processor()
    for _ in range(steps):
        state = run(state, images, labels, batches)
    state[2].block_until_ready()
    seconds = (processor() - start) / (steps * batches.size // 128)
    loops = len(re.findall(r" while\(", hlo))
    print(f"\n{title}: {loops} while in its HLO, "
          f"{1000 * seconds:.0f} ms of processor time a step")
    called, lines = library(hlo), collections.Counter()
    for body in re.split(r"\n\n", hlo):
        name = re.match(r"(?:ENTRY )?%?(\S*)", body.strip())[1]
        for shape, dims in re.findall(
            r"= (\S+?)\{\S* convolution\(.*dim_labels=(\S+?),", body
        ):
            by = "YNNPACK" if name in called else "XLA's own loop"
            lines[f"{shape:20} {dims:16} {by}"] += 1
    for line, count in sorted(lines.items()):
        print(f"  {count} × {line}")
