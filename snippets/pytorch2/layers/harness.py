"""How the tests run a layer, an optimiser, a schedule of PyTorch's."""

import numpy as np
import torch
from torch import nn


def layer(layer, steps, cotangents, weights, states, training,
          differentiable):
    """Run `layer` with `weights` and `states`, by their names here, on the
    inputs of each step.

    Returns the last outputs, the gradients of their weighed sum by each
    differentiable input and by each weight, and the states afterwards."""
    module = isinstance(layer, nn.Module)
    own = {}
    if module:
        own = dict(layer.named_parameters()) | dict(layer.named_buffers())
        with torch.no_grad():
            for name, array in {**weights, **states}.items():
                own[name].copy_(torch.as_tensor(array))
        layer.train(training)
    for arrays in steps:
        inputs = [tensor(a) for a in arrays]
        for place in differentiable:
            inputs[place].requires_grad_()
        outputs = flat(layer(*inputs))
    total = sum((y * tensor(c)).sum() for y, c in zip(outputs, cotangents))
    if total.requires_grad:
        total.backward()
    return (
        [y.detach().numpy() for y in outputs],
        {place: inputs[place].grad.numpy() for place in differentiable},
        {name: own[name].grad.numpy() for name in weights},
        {name: own[name].detach().numpy() for name in states},
    )


def tensor(array):
    kind = "float32" if array.dtype == "float64" else array.dtype
    return torch.as_tensor(np.ascontiguousarray(array, kind))


def flat(outputs):
    """y, (y, (h, c)) or (y, h) as a list."""
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    return [y for part in outputs for y in flat(part)]


def optimise(make, weights, gradients, states=None, done=0):
    """A step of the optimiser that `make` returns for each of `gradients`;
    where it goes on, from its `states` after so many that are `done`.
    Returns the weights, and what is remembered of each: "<name>/<weight>"."""
    own = {name: nn.Parameter(tensor(a)) for name, a in weights.items()}
    made = make([*own.values()])
    if not isinstance(made, tuple):
        made = made, made.step
    optimizer, step, *averages = made
    for said, array in (states or {}).items():
        slot, name = said.split("/")
        state = optimizer.state[own[name]]
        state["step"], state[slot] = torch.tensor(float(done)), tensor(array)
    for now in gradients:
        for name, gradient in now.items():
            own[name].grad = tensor(gradient)
        step()
    remembered = {
        f"{said}/{name}": value.detach().numpy()
        for name, weight in own.items()
        for said, value in optimizer.state[weight].items()
        if isinstance(value, torch.Tensor)
    }
    for average in averages:
        for name, value in zip(own, average.module.parameters()):
            remembered[f"average/{name}"] = value.detach().numpy()
    return {n: w.detach().numpy() for n, w in own.items()}, remembered


def rates(make, count):
    """The rate of each of `count` steps."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimizer)
    found = []
    for _ in range(count):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def draw(make, shape):
    """Numbers that an initialiser draws for a kernel (…, in, out), here
    (out, in, …)."""
    torch.manual_seed(0)
    *window, inputs, outputs = shape
    kernel = torch.empty(outputs, inputs, *window)
    make()(kernel)
    return kernel.numpy()


def noise(layer, ones):
    """What `layer` makes of an image of ones in training."""
    torch.manual_seed(0)
    return layer(torch.as_tensor(ones)).detach().numpy()
