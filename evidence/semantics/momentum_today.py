"""Nesterov momentum on 100 given gradients: where the rate stands."""

import keras
import numpy as np
import optax
import torch

gradients = np.random.RandomState(0).rand(100)


def run_keras(decay):
    w = keras.Variable(0.0)
    rate = keras.optimizers.schedules.InverseTimeDecay(0.05, 1, decay)
    sgd = keras.optimizers.SGD(rate, momentum=0.9, nesterov=True)
    for g in gradients:
        sgd.apply([keras.ops.convert_to_tensor(g, "float32")], [w])
    return float(w)


def run_torch(decay, scheduler_first=False):
    w = torch.nn.Parameter(torch.zeros(()))
    sgd = torch.optim.SGD([w], lr=0.05, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        sgd, lambda step: 1 / (1 + decay * step)
    )
    for g in gradients:
        if scheduler_first:
            schedule.step()  # warns
        w.grad = torch.tensor(g, dtype=torch.float32)
        sgd.step()
        if not scheduler_first:
            schedule.step()
    return float(w)


def run_optax(decay):
    w = np.float32(0)
    sgd = optax.sgd(
        lambda step: 0.05 / (1 + decay * step), momentum=0.9, nesterov=True
    )
    state = sgd.init(w)
    for g in gradients:
        update, state = sgd.update(np.float32(g), state)
        w = optax.apply_updates(w, update)
    return float(w)


print("                                   decay 0   decay 0.01")
for name, run in [
    ("keras.optimizers.SGD", run_keras),
    ("torch.optim.SGD", run_torch),
    ("… its scheduler stepped before it", lambda d: run_torch(d, True)),
    ("optax.sgd", run_optax),
]:
    print(f"{name:33} {run(0):8.3f}   {run(0.01):10.3f}")
