"""What Keras' fit does around each step on TensorFlow: Python's calls,
and the CPU's time, of a network so small that its step is next to none."""

import cProfile
import datetime
import os
import pathlib
import pstats
import re
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np
import tensorflow as tf

cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
cpu = re.search(r"model name\s*: (.*)", cpuinfo)[1]
print(f"Keras {keras.__version__}, TensorFlow {tf.__version__}", end=", ")
print(f"{cpu}, {os.cpu_count()} threads, {datetime.date.today()}")
x, y = np.zeros((8192, 1), "float32"), np.zeros(8192, "int64")
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def compiled(**options):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(10)])
    model.compile("sgd", loss, **options)
    return model


def fit(model):
    model.fit(x, y, batch_size=128, verbose=0)


def by_hand(model):
    for start in range(0, 8192, 128):
        batch = slice(start, start + 128)
        model.train_on_batch(x[batch], y[batch])


for name, run, options in (
    ("fit", fit, {"metrics": ["accuracy"]}),
    ("fit, no metric", fit, {}),
    ("train_on_batch, no metric", by_hand, {}),
    ("fit, steps_per_execution=8", fit, {"steps_per_execution": 8}),
    ("fit, steps_per_execution=32", fit, {"steps_per_execution": 32}),
):
    model, times = compiled(**options), []
    run(model)
    for _ in range(7):
        start = time.process_time()
        run(model)
        times.append(time.process_time() - start)
    profiler = cProfile.Profile()
    profiler.runcall(run, model)
    calls = pstats.Stats(profiler).total_calls / 64
    print(f"{name:28} {min(times) / 64 * 1e3:5.2f} ms of CPU a step,", end=" ")
    print(f"{calls:6.0f} calls in Python")
