"""A JAX training step's memory, and its page faults under three allocators."""

import datetime
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "snippets" / "jax_flax"))
import fast

KEEP = {
    "MALLOC_MMAP_THRESHOLD_": "8589934592",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
}
SETTINGS = {
    "glibc as it is": {},
    "MMAP and TRIM thresholds": KEEP,
    "and MALLOC_ARENA_MAX=1": KEEP | {"MALLOC_ARENA_MAX": "1"},
}


def faults(pool, size):
    """Page faults of a step, and the compiled step's memory in MiB."""
    model = fast.build_model()
    getattr(model, {"nnx.max_pool": "eval", "reshape": "train"}[pool])()
    state = model, fast.sgd.init(model), jnp.zeros(())
    data = jnp.zeros((size, 28, 28, 1)), jnp.zeros(size, int), np.arange(size)
    compiled = fast.train_step.lower(state, *data).compile()
    memory = compiled.memory_analysis()
    counts = []
    for _ in range(15):
        state = fast.train_step(state, *data)
        state[2].block_until_ready()
        counts.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
    sizes = [memory.temp_size_in_bytes, memory.argument_size_in_bytes,
             memory.output_size_in_bytes]
    print(int(np.median(np.diff(counts))), *(s / 2**20 for s in sizes))


if len(sys.argv) > 1:
    faults(sys.argv[1], int(sys.argv[2]))
    sys.exit()
cpu = re.search("model name.*: (.*)", Path("/proc/cpuinfo").read_text())[1]
print(f"jax {jax.__version__}, {os.confstr('CS_GNU_LIBC_VERSION')}, {cpu}, "
      f"{os.cpu_count()} threads, {datetime.date.today()}")
for size in "128", "1024":
    for pool in "nnx.max_pool", "reshape":
        for title, environment in SETTINGS.items():
            numbers = subprocess.run(
                [sys.executable, __file__, pool, size], check=True, text=True,
                env=os.environ | environment, stdout=subprocess.PIPE,
            ).stdout.split()
            if not environment:
                print("batch {}, {}: MiB temporary {:.0f}, argument {:.1f}, "
                      "output {:.1f}".format(
                          size, pool, *map(float, numbers[1:])))
            print(f"  page faults a step, {title:26} {int(numbers[0]):8,}")
