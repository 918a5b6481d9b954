"""What a training step of JAX, fast, gains from a second core: each of its
convolutions on one core and on two; then the step without YNNPACK for them.

Set MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=8589934592
MALLOC_TRIM_THRESHOLD_=8589934592, or page faults are part of it.
"""

import collections
import datetime
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "snippets" / "jax_flax"))
import fast

FLAG = "--xla_cpu_experimental_ynn_fusion_type=-individual_convolution"
# In pieces of 32: the shape of what a convolution gives; GFLOP a step.
CONVOLUTIONS = {
    "32,28,28,32": ("conv1", 0.0578),
    "1,3,3,32": ("conv1, gradient of the kernel", 0.0578),
    "32,14,14,64": ("conv2", 0.9248),
    "32,14,14,32": ("conv2, gradient of the images", 0.9248),
    "32,3,3,64": ("conv2, gradient of the kernel", 0.9248),
}


def operations(hlo):
    """What each instruction of the entry computation is."""
    bodies = {}
    for body in re.split(r"\n\n", hlo):
        bodies[re.match(r"(?:ENTRY )?%?(\S*)", body.strip())[1]] = body
    found = {}
    for name, rest in re.findall(r"%(\S+) = (.*)", hlo.split("ENTRY")[1]):
        called = re.search(r"calls=%([\w.-]+)", rest)
        text = rest.split(", metadata")[0]
        text += bodies[called[1]] if called else ""
        shape = re.search(r"f32\[([\d,]+)\]\S* convolution\(", text)
        found[name] = CONVOLUTIONS[shape[1]][0] if shape else "the rest"
    return found


def state_and_digits():
    rng = np.random.default_rng(0)
    images = jnp.asarray(rng.random((128, 28, 28, 1), "float32"))
    labels = jnp.asarray(rng.integers(0, 10, 128))
    model = fast.build_model()
    model.train()
    state = model, fast.sgd.init(model), jnp.zeros(())
    return state, images, labels, np.arange(128)


def milliseconds():
    """The median of 100 steps, each waited for."""
    state, *digits = state_and_digits()
    times = []
    for _ in range(110):
        start = time.perf_counter()
        state = fast.train_step(state, *digits)
        state[2].block_until_ready()
        times.append(1000 * (time.perf_counter() - start))
    return np.median(times[10:])


def on_these_cores():
    """Print what each operation takes, and at what rate."""
    cores = len(os.sched_getaffinity(0))
    wall = milliseconds()
    print(f"{cores} core{'s' * (cores > 1)}: {wall:.1f} ms a step of 128")
    if os.environ["XLA_FLAGS"]:
        # These convolutions hand their work to threads and return: a profile
        # of them shows nothing.
        return
    state, *digits = state_and_digits()
    compiled = fast.train_step.lower(state, *digits).compile()
    kind = operations(compiled.as_text())
    state = fast.train_step(state, *digits)
    with tempfile.TemporaryDirectory() as folder:
        with jax.profiler.trace(folder):
            for _ in range(40):
                state = fast.train_step(state, *digits)
                state[2].block_until_ready()
        [path] = Path(folder).rglob("*.xplane.pb")
        planes = jax.profiler.ProfileData.from_file(str(path)).planes
        events = [e for p in planes for line in p.lines for e in line.events]
    each = collections.defaultdict(list)
    for event in events:
        if event.name in kind:
            each[event.name].append(event.duration_ns / 1e6)
    took = collections.Counter()
    for name, times in each.items():
        took[kind[name]] += np.quantile(times, 0.1)
    print("     ms   GFLOP/s")
    for operation, ms in took.most_common():
        gflop = dict(CONVOLUTIONS.values()).get(operation)
        rate = f"{1000 * gflop / ms:9.0f}" if gflop else 9 * " "
        print(f"{ms:7.2f} {rate}  {operation}")


if len(sys.argv) == 1:
    cpu = re.search("model name.*: (.*)", Path("/proc/cpuinfo").read_text())
    print(f"jax {jax.__version__}, {cpu[1]}, {datetime.date.today()}")
    for cores, flags in ("0", ""), ("0,1", ""), ("0,1", FLAG):
        print(f"\nXLA_FLAGS={flags}" if flags else "", flush=True)
        subprocess.check_call(
            ["taskset", "-c", cores, sys.executable, __file__, "here"],
            env=os.environ | {"XLA_FLAGS": flags},
        )
else:
    on_these_cores()
