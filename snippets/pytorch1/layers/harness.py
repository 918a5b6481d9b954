"""How the tests run a layer or an optimiser of PyTorch 1.0's."""

import numpy as np
import torch
import torch.nn as nn


def layer(layer, steps, cotangents, weights, states, training,
          differentiable):
    """Run `layer` with `weights` and `states`, by their names here, on the
    inputs of each step.

    Returns the last outputs, the gradients of their weighed sum by each
    differentiable input and by each weight, and the states afterwards."""
    own = {}
    if isinstance(layer, nn.Module):
        own = dict(layer.named_parameters())
        own.update(layer.named_buffers())
        for name, array in {**weights, **states}.items():
            own[name].data.copy_(tensor(array))
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
    return torch.from_numpy(np.array(array, kind))


def flat(outputs):
    """y, (y, (h, c)) or (y, h) as a list."""
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    return [y for part in outputs for y in flat(part)]


def optimise(make, weights, gradients):
    """A step of the optimiser that `make` returns for each of `gradients`.
    Returns the weights, and what is remembered of each: "<name>/<weight>"."""
    own = {name: nn.Parameter(tensor(a)) for name, a in weights.items()}
    made = make(list(own.values()))
    if not isinstance(made, tuple):
        made = made, made.step
    optimizer, step = made
    for now in gradients:
        for name, gradient in now.items():
            own[name].grad = tensor(gradient)
        step()
    remembered = {
        "%s/%s" % (said, name): value.numpy()
        for name, weight in own.items()
        for said, value in optimizer.state[weight].items()
        if isinstance(value, torch.Tensor)
    }
    return {n: w.detach().numpy() for n, w in own.items()}, remembered
