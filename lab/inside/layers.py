"""This network, layer by layer, in PyTorch: what a roofline needs, and what
each layer costs in either memory order."""

from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import torch
from torch import nn

SHORT = {
    nn.Conv2d: "conv",
    nn.ReLU: "relu",
    nn.MaxPool2d: "pool",
    nn.Flatten: "flatten",
    nn.Linear: "dense",
}
ORDERS = {"nhwc": torch.channels_last, "nchw": torch.contiguous_format}
# Calls for one measured value: together a few milliseconds or more.
CALLS = {1: 200, 128: 8, 1024: 2}


def repeated(function: Callable[[], Any], calls: int) -> Callable[[], None]:
    def function_again() -> None:
        for _ in range(calls):
            function()

    return function_again


def flop(layer: Any, x: torch.Tensor, y: torch.Tensor) -> float:
    """Operations of one forward pass, 2 for each multiply-add, without those
    that meet the padding's zeros; one for each comparison of a ReLU, three
    for each window of a pool, none to flatten."""
    if isinstance(layer, nn.Conv2d):
        # Of a window's rows at the two edges one each lies outside.
        inside = 1 - 2 / (layer.kernel_size[0] * x.shape[2])
        return 2 * y.numel() * layer.weight[0].numel() * inside**2
    if isinstance(layer, nn.Linear):
        return 2 * y.numel() * layer.weight[0].numel()
    return y.numel() * {nn.MaxPool2d: 3, nn.ReLU: 1}.get(type(layer), 0)


def bytes_of(*tensors: torch.Tensor) -> int:
    """Each number once: what no cache can save."""
    return sum(t.element_size() * t.numel() for t in tensors)


def cases(
    snippet: Any,
) -> Iterator[tuple[str, Callable[[], None], int, dict[str, float]]]:
    """Yield (name, function, calls, metadata) for each layer of `snippet`'s
    model, forward and backward, at each batch size; a batch of 128 in both
    orders."""
    for batch, calls in CALLS.items():
        for order in ORDERS if batch == 128 else ["nhwc"]:
            model = deepcopy(snippet.model).to(memory_format=ORDERS[order])
            x = torch.as_tensor(snippet.images(batch))
            x = x.to(memory_format=ORDERS[order])
            count: Counter[str] = Counter()
            for layer in model:
                with torch.no_grad():
                    y = layer(x)
                short = SHORT[type(layer)]
                count[short] += 1
                if short in ("conv", "relu", "pool"):
                    short += str(count[short])
                for way, function, times, moved in ways(
                    layer, x, y, first=short == "conv1"
                ):
                    yield (
                        f"layer-{order}-{short}-{batch}-{way}",
                        repeated(function, calls),
                        calls,
                        {"flop": times * flop(layer, x, y), "bytes": moved},
                    )
                x = y


def ways(
    layer: Any, x: torch.Tensor, y: torch.Tensor, first: bool
) -> Iterator[tuple[str, Callable[[], None], int, int]]:
    """Forward, and backward to the layer's weights and, but for the first
    layer, its input: with weights each costs what forward costs."""
    weights = [w.detach() for w in layer.parameters()]

    def forward() -> None:
        with torch.no_grad():
            layer(x)

    # PyTorch's pool writes where each maximum was, in int64, for the way
    # back, which reads that and not the input.
    places = [y.long()] if isinstance(layer, nn.MaxPool2d) else []
    yield "forward", forward, 1, bytes_of(x, *weights, y, *places)
    wanted = list(layer.parameters())
    x = x.detach().clone()
    if not first:
        wanted.append(x.requires_grad_())
    out = layer(x)
    gradient = torch.ones_like(out)

    def backward() -> None:
        torch.autograd.grad(out, wanted, gradient, retain_graph=True)

    passes = bool(weights) + (not first)
    yield (
        "backward",
        backward,
        passes,
        bytes_of(*(places or [x]), *weights, gradient, *wanted),
    )
