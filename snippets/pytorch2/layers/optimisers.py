"""Optimisers in PyTorch: of parameters, the optimiser, and where its own
step() is not all, what is called in its place."""

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


# --8<-- [start:sgd]
def sgd(parameters, rate=1e-3, momentum=0.0, nesterov=False):
    return torch.optim.SGD(parameters, rate, momentum, nesterov=nesterov)
# --8<-- [end:sgd]


# --8<-- [start:sgd_nesterov]
# weight_decay is added to the gradient.
def sgd_nesterov(parameters, rate, momentum, decay):
    return torch.optim.SGD(
        parameters, rate, momentum, nesterov=True, weight_decay=decay
    )
# --8<-- [end:sgd_nesterov]


# --8<-- [start:sgd_dampened]
def sgd_dampened(parameters, rate, momentum, dampening=0.0):
    return torch.optim.SGD(parameters, rate, momentum, dampening)
# --8<-- [end:sgd_dampened]


# --8<-- [start:adam]
def adam(parameters, rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    return torch.optim.Adam(parameters, rate, (beta1, beta2), eps)
# --8<-- [end:adam]


# --8<-- [start:adam_l2]
# weight_decay of Adam is added to the gradient.
def adam_l2(parameters, rate, beta1, beta2, eps, decay=0.0):
    return torch.optim.Adam(parameters, rate, (beta1, beta2), eps, decay)
# --8<-- [end:adam_l2]


# --8<-- [start:adamw]
# w shrinks by rate × decay.
def adamw(parameters, rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8,
          decay=0.01):
    return torch.optim.AdamW(parameters, rate, (beta1, beta2), eps, decay)
# --8<-- [end:adamw]


# --8<-- [start:amsgrad]
def amsgrad(parameters, rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    return torch.optim.Adam(
        parameters, rate, (beta1, beta2), eps, amsgrad=True
    )
# --8<-- [end:amsgrad]


# --8<-- [start:adamax]
def adamax(parameters, rate=2e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    return torch.optim.Adamax(parameters, rate, (beta1, beta2), eps)
# --8<-- [end:adamax]


# --8<-- [start:nadam]
def nadam(parameters, rate=2e-3, beta1=0.9, beta2=0.999, eps=1e-8,
          schedule=4e-3):
    return torch.optim.NAdam(
        parameters, rate, (beta1, beta2), eps, momentum_decay=schedule
    )
# --8<-- [end:nadam]


# --8<-- [start:rmsprop]
# eps stands behind the root.
def rmsprop(parameters, rate=1e-2, keep=0.99, eps=1e-8):
    return torch.optim.RMSprop(parameters, rate, keep, eps)
# --8<-- [end:rmsprop]


# --8<-- [start:rmsprop_centred]
def rmsprop_centred(parameters, rate, keep, eps, momentum):
    return torch.optim.RMSprop(
        parameters, rate, keep, eps, momentum=momentum, centered=True
    )
# --8<-- [end:rmsprop_centred]


# --8<-- [start:adagrad]
def adagrad(parameters, rate=1e-2, start=0.0, eps=1e-10):
    return torch.optim.Adagrad(
        parameters, rate, initial_accumulator_value=start, eps=eps
    )
# --8<-- [end:adagrad]


# --8<-- [start:adadelta]
def adadelta(parameters, rate=1.0, keep=0.9, eps=1e-6):
    return torch.optim.Adadelta(parameters, rate, keep, eps)
# --8<-- [end:adadelta]


# --8<-- [start:clip_by_value]
def clip_by_value(parameters, rate, most):
    optimizer = torch.optim.SGD(parameters, rate)

    def step():
        nn.utils.clip_grad_value_(parameters, most)
        optimizer.step()

    return optimizer, step
# --8<-- [end:clip_by_value]


# --8<-- [start:clip_by_norm]
# clip_grad_norm_ takes all that it is given together: one call each.
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


# --8<-- [start:average]
# The first update copies the weights.
def average(parameters, rate, keep):
    model = nn.ParameterList(parameters)
    optimizer = torch.optim.SGD(model.parameters(), rate)
    averages = AveragedModel(
        model, multi_avg_fn=get_ema_multi_avg_fn(keep)
    )

    def step():
        optimizer.step()
        averages.update_parameters(model)

    return optimizer, step, averages
# --8<-- [end:average]
