"""A training step of MLX on a CPU, with the BLAS of its wheel and another."""

import contextlib
import datetime
import os
import re
import statistics
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import mlx.core as mx
import numpy as np

FOLDER = Path(__file__).parents[2] / "snippets" / "mlx_nn"
BATCH, STEPS, ROUNDS = 128, 3, 3
# Debian's package libopenblas0-pthread.
OPENBLAS = {
    "LD_PRELOAD": "/usr/lib/x86_64-linux-gnu/openblas-pthread/"
    "libopenblas.so.0",
    "OPENBLAS_NUM_THREADS": "1",  # MLX' streams are threads already
}
KEEP = {
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
    "MALLOC_ARENA_MAX": "1",
}
SETTINGS = {
    "the wheel's BLAS": {},
    "OpenBLAS": OPENBLAS,
    "OpenBLAS, and malloc keeps what is freed": OPENBLAS | KEEP,
}


def trainings():
    """Each variant's train(), on a model of its own, by what it is called."""
    variants = tomllib.loads((FOLDER / "variants.toml").read_text("utf-8"))
    files = {"convnet.py": ("convnet", [])} | {
        said["step"]: (said["module"], said.get("edits", []))
        for said in variants.values()
    }
    for title, (file, edits) in files.items():
        source = (FOLDER / f"{file}.py").read_text("utf-8")
        for find, replace in edits:
            assert source.count(find) == 1, find
            source = source.replace(find, replace)
        module = {"__name__": file}
        exec(compile(source, file, "exec"), module)
        yield title, module["train"], module["build_model"]()


def measure():
    random = np.random.RandomState(0)
    count = BATCH * STEPS
    images = random.rand(count, 28, 28, 1).astype("float32")
    labels = random.randint(0, 10, count)
    made = list(trainings())
    found = {title: [] for title, *_ in made}
    for round_ in range(1 + ROUNDS):  # the first one compiles
        for title, train, model in made:
            clocks = time.process_time(), time.perf_counter()
            with contextlib.redirect_stdout(None):
                train(model, images, labels, epochs=1, batch_size=BATCH)
            spent = time.process_time() - clocks[0], (
                time.perf_counter() - clocks[1]
            )
            if round_:
                found[title].append(spent)
    for title, times in found.items():
        processor, clock = (
            1000 * statistics.median(column) / STEPS for column in zip(*times)
        )
        print(f"  {title:60} {processor:6.0f} {clock:6.0f}")


if len(sys.argv) > 1:
    measure()
    sys.exit()
cpu = re.search("model name.*: (.*)", Path("/proc/cpuinfo").read_text())[1]
print(f"mlx {mx.__version__}, {cpu}, {os.cpu_count()} cores, batch {BATCH}, "
      f"median of {ROUNDS} rounds, {datetime.date.today()}")
print(f"{'ms a step':62} {'all its threads':>6} clock".replace(
    "all its threads", "   CPU"))
for title, environment in SETTINGS.items():
    print(title, flush=True)
    subprocess.run([sys.executable, __file__, "measure"], check=True,
                   env=os.environ | environment)
