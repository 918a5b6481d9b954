"""How often does an epoch run on one core of two? The listing's training step
over its input pipeline, over the same without autotuning, and over batches
gathered without tf.data, in turn; oneDNN asked for.

    TF_ENABLE_ONEDNN_OPTS=1 python evidence/profiles/tensorflow2_one_core.py
"""

import runpy
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

ROOT = Path(__file__).parents[2]
EPOCHS, COUNT, BATCH = 60, 2048, 128
convnet = runpy.run_path(str(ROOT / "snippets" / "tensorflow2" / "convnet.py"))
random = np.random.default_rng(0)
images = random.random((COUNT, 28, 28, 1), dtype="float32")
labels = random.integers(0, 10, COUNT)
model = convnet["build_model"]()
velocity = [tf.Variable(0 * w) for w in model.trainable_variables]
step = tf.Variable(0.0)


def pipeline(autotune):
    options = tf.data.Options()
    options.autotune.enabled = autotune
    data = tf.data.Dataset.from_tensor_slices((images, labels))
    data = data.shuffle(COUNT, seed=0).batch(BATCH).prefetch(2)
    return data.with_options(options)


class Gathered:
    x, y = tf.constant(images), tf.constant(labels)

    def __iter__(self):
        order = tf.random.shuffle(tf.range(COUNT))
        for start in range(0, COUNT, BATCH):
            batch = order[start : start + BATCH]
            yield tf.gather(self.x, batch), tf.gather(self.y, batch)


kinds = {
    "tf.data": pipeline(True),
    "tf.data without autotuning": pipeline(False),
    "gathered": Gathered(),
}
found = {name: [] for name in kinds}
for epoch in range(EPOCHS + 1):
    for name, data in kinds.items():
        wall, processor = time.perf_counter(), time.process_time()
        for x, y in data:
            loss = convnet["train_step"](model, velocity, step, x, y)
        float(loss)
        wall = time.perf_counter() - wall
        processor = time.process_time() - processor
        if epoch:  # the first one traces
            found[name].append((1000 * wall * BATCH / COUNT, processor / wall))
print(f"TensorFlow {tf.__version__}, {EPOCHS} epochs each")
print("                             on one core   ms a step  else")
for name, epochs in found.items():
    one = [ms for ms, cores in epochs if cores <= 1.1]
    more = [ms for ms, cores in epochs if cores > 1.1]
    slow, fast = (
        f"{np.median(ms):9.1f}" if ms else "        –" for ms in (one, more)
    )
    print(f"{name:27} {len(one):4} of {EPOCHS}", slow, fast)
