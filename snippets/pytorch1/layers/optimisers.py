"""Optimisers in PyTorch 1.0: of parameters, the optimiser, and where its own
step() is not all, what is called in its place."""

import torch
import torch.nn as nn


# --8<-- [start:sgd]
def sgd(parameters, rate, momentum=0.0, nesterov=False):
    return torch.optim.SGD(parameters, rate, momentum, nesterov=nesterov)
# --8<-- [end:sgd]


# --8<-- [start:adam]
# eps is added before the bias of the second moment is taken out. Today's
# PyTorch adds it behind.
def adam(parameters, rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    return torch.optim.Adam(parameters, rate, (beta1, beta2), eps)
# --8<-- [end:adam]


# --8<-- [start:rmsprop]
# eps stands behind the root.
def rmsprop(parameters, rate=1e-2, keep=0.99, eps=1e-8):
    return torch.optim.RMSprop(parameters, rate, keep, eps)
# --8<-- [end:rmsprop]


# --8<-- [start:clip_by_value]
def clip_by_value(parameters, rate, most):
    optimizer = torch.optim.SGD(parameters, rate)

    def step():
        nn.utils.clip_grad_value_(parameters, most)
        optimizer.step()

    return optimizer, step
# --8<-- [end:clip_by_value]


# --8<-- [start:clip_by_norm]
def clip_by_norm(parameters, rate, most):
    optimizer = torch.optim.SGD(parameters, rate)

    def step():
        for parameter in parameters:
            nn.utils.clip_grad_norm_(parameter, most)
        optimizer.step()

    return optimizer, step
# --8<-- [end:clip_by_norm]


# --8<-- [start:clip_by_global_norm]
def clip_by_global_norm(parameters, rate, most):
    optimizer = torch.optim.SGD(parameters, rate)

    def step():
        nn.utils.clip_grad_norm_(parameters, most)
        optimizer.step()

    return optimizer, step
# --8<-- [end:clip_by_global_norm]
