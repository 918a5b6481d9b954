"""TensorFlow's convolution in NCHW on the CPU, with and without oneDNN."""

import os
import subprocess
import sys

if len(sys.argv) == 1:
    for onednn in "1", "0":
        print(f"TF_ENABLE_ONEDNN_OPTS={onednn}", flush=True)
        subprocess.check_call([sys.executable, __file__, onednn])
    sys.exit()
os.environ["TF_ENABLE_ONEDNN_OPTS"] = sys.argv[1]
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

random = np.random.default_rng(0)
x = random.standard_normal((2, 32, 14, 14)).astype("float32")
kernel = tf.Variable(0.1 * random.standard_normal((3, 3, 32, 64), "float32"))


def conv(x, layout):
    return tf.nn.conv2d(x, kernel, 1, "SAME", data_format=layout)


def pool(x, layout):
    return tf.nn.max_pool2d(x, 2, 2, "VALID", data_format=layout)


def slope(x, layout):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(conv(x, layout) ** 2)
    return tape.gradient(loss, kernel)


for name, call in ("conv2d", conv), ("its gradient", slope), ("pool", pool):
    wanted = call(x.transpose(0, 2, 3, 1), "NHWC").numpy()
    try:
        found = call(x, "NCHW").numpy()
    except tf.errors.OpError as error:
        print(f"  {name}: {type(error).__name__}")
    else:
        if call is not slope:
            found = found.transpose(0, 2, 3, 1)
        difference = abs(found - wanted).max()
        print(f"  {name}: differs from NHWC by {difference:.3f}")
