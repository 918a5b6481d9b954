"""What XLA makes of bfloat16 on a CPU: converts, or a library's product."""

import datetime
import os
import re
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

cpu = re.search("model name.*: (.*)", Path("/proc/cpuinfo").read_text())[1]
print(f"jax {jax.__version__}, {cpu}, {os.cpu_count()} threads, "
      f"{datetime.date.today()}")
rng = np.random.default_rng(0)


def normal(*shape):
    return jnp.asarray(rng.standard_normal(shape), "float32")


def conv(x, w, kind=None):
    return lax.conv_general_dilated(
        x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"),
        preferred_element_type=kind,
    )


def dot(x, w, kind=None):
    return jnp.matmul(x, w, preferred_element_type=kind)


print("conv2's forward pass at a batch of 128, as a convolution and as the")
print("product of its patches; processor time against float32's")
for name, function, x, w in [
    ("convolution", conv, normal(128, 14, 14, 32), normal(3, 3, 32, 64)),
    ("product", dot, normal(25088, 288), normal(288, 64)),
]:
    base = None
    for title, kind, out in [
        ("float32", "float32", None),
        ("bfloat16", "bfloat16", None),
        ("bfloat16, result float32", "bfloat16", jnp.float32),
    ]:
        run = jax.jit(function, static_argnums=2)
        a, b = x.astype(kind), w.astype(kind)
        hlo = run.lower(a, b, out).compile().as_text()
        found = re.search(r"= (\w+)\[\S+ (?:convolution|dot)\(", hlo)[1]
        run(a, b, out).block_until_ready()
        times = []
        for _ in range(30):
            start = time.process_time()
            run(a, b, out).block_until_ready()
            times.append(time.process_time() - start)
        took = np.quantile(times, 0.2)
        base = base or took
        print(f"  {name:11} of {title:24} gives {found:4}"
              f" {len(re.findall(r' convert[(]', hlo))} converts"
              f" {took / base:5.2f}")
