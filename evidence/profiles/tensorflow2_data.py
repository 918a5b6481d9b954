"""What the batches cost: tf.data, an element at a time, and one gather."""

import datetime
import os
import pathlib
import re
import time

import numpy as np
import tensorflow as tf

cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
cpu = re.search(r"model name\s*: (.*)", cpuinfo)[1]
threads, today = os.cpu_count(), datetime.date.today()
print(f"TensorFlow {tf.__version__}, {cpu}, {threads} threads, {today}")
images = tf.constant(np.zeros((8192, 28, 28, 1), "float32"))
labels = tf.constant(np.zeros(8192, "int64"))
elements = tf.data.Dataset.from_tensor_slices((images, labels))
elements = elements.shuffle(8192).batch(128).prefetch(2)


@tf.function
def gathered():
    order = tf.random.shuffle(tf.range(8192))
    total = 0.0
    for start in tf.range(0, 8192, 128):
        batch = order[start : start + 128]
        x, y = tf.gather(images, batch), tf.gather(labels, batch)
        total += x[0, 0, 0, 0] + tf.cast(y[0], tf.float32)
    return total


def consume(data):
    for _, _ in data:
        pass


for name, epoch in (
    ("tf.data, as in convnet.py", lambda: consume(elements)),
    ("tf.gather, as in fast.py", lambda: float(gathered())),
):
    epoch()
    times = []
    for _ in range(5):
        start = time.process_time()
        epoch()
        times.append(time.process_time() - start)
    print(f"{name}: {min(times) / 64 * 1e3:.2f} ms of CPU a batch of 128")
