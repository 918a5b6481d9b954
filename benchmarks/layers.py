"""This network, layer by layer, in PyTorch: what a roofline needs."""

from collections import Counter

import torch
from torch import nn

SHORT = {nn.Conv2d: "conv", nn.ReLU: "relu", nn.MaxPool2d: "pool",
         nn.Linear: "dense"}
# Calls for one measured value: together a few milliseconds or more.
CALLS = {1: 500, 128: 20, 1024: 4}


def repeated(function, calls):
    def function_again():
        for _ in range(calls):
            function()

    return function_again


def flop(layer, y):
    """Operations of one forward pass, 2 for each multiply-add; one for each
    comparison of a ReLU, three for each window of a pool."""
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        return 2 * y.numel() * layer.weight[0].numel()
    return y.numel() * (3 if isinstance(layer, nn.MaxPool2d) else 1)


def bytes_of(*tensors):
    """Each number once: what no cache can save, as float32."""
    return sum(4 * tensor.numel() for tensor in tensors)


def cases(snippet):
    """Yield (name, function, calls, metadata) for each layer of `snippet`'s
    model, forward and backward, at each batch size."""
    for batch, calls in CALLS.items():
        x = torch.as_tensor(snippet.images(batch))
        x = x.to(memory_format=torch.channels_last)
        count = Counter()
        for layer in snippet.model:
            with torch.no_grad():
                y = layer(x)
            short = SHORT.get(type(layer))
            if short:
                count[short] += 1
                number = "" if short == "dense" else count[short]
                weights = [w.detach() for w in layer.parameters()]
                for way, function, times, moved in ways(
                    layer, x, y, weights, first=short == "conv"
                    and count[short] == 1,
                ):
                    yield (
                        f"layer-{short}{number}-{batch}-{way}",
                        repeated(function, calls),
                        calls,
                        {"flop": times * flop(layer, y), "bytes": moved},
                    )
            x = y


def ways(layer, x, y, weights, first):
    """Forward, and backward to the layer's weights and, but for the first
    layer, its input: with weights each costs what forward costs."""

    def forward():
        with torch.no_grad():
            layer(x)

    yield "forward", forward, 1, bytes_of(x, *weights, y)
    wanted = list(layer.parameters())
    x = x.detach().clone()
    if not first:
        wanted.append(x.requires_grad_())
    out = layer(x)
    gradient = torch.ones_like(out)

    def backward():
        torch.autograd.grad(out, wanted, gradient, retain_graph=True)

    passes = bool(weights) + (not first)
    yield (
        "backward", backward, passes,
        bytes_of(x, *weights, gradient, *wanted),
    )  # fmt: skip
