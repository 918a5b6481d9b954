"""A convolution and its gradients in JAX by batch: time an image."""

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


def conv(x, w):
    return lax.conv_general_dilated(
        x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def of_images(x, w, g):
    return jax.vjp(lambda x: conv(x, w), x)[1](g)


def of_kernel(x, w, g):
    return jax.vjp(lambda w: conv(x, w), w)[1](g)


print("conv2, µs an image; what the gradient of the kernel is to XLA")
print("batch   forward   of images   of kernel")
for size in 32, 128, 256, 512, 1024:
    x, w, g = (
        jnp.asarray(rng.standard_normal(shape), "float32")
        for shape in [(size, 14, 14, 32), (3, 3, 32, 64), (size, 14, 14, 64)]
    )
    forward = jax.jit(lambda x, w, g: conv(x, w))
    row = []
    for run in forward, jax.jit(of_images), jax.jit(of_kernel):
        jax.block_until_ready(run(x, w, g))
        times = []
        for _ in range(20 + 10000 // size):
            start = time.perf_counter()
            jax.block_until_ready(run(x, w, g))
            times.append(time.perf_counter() - start)
        row.append(1e6 * np.quantile(times, 0.2) / size)
    hlo = run.lower(x, w, g).compile().as_text()
    found = re.search(r"convolution\(.*?window=\{(.*?)\}", hlo)[1]
    fused = hlo.split("ENTRY")[0]
    shapes = re.findall(r"= (f32\[[\d,]+\]).* parameter", fused)
    print("{:5} {:9.0f} {:11.0f} {:11.0f}".format(size, *row),
          f"  {' * '.join(shapes[:2])}, {found.split()[0]}")
