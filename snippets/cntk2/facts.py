"""What the command reports and the tests check about CNTK 2.7."""

import cntk as C
import numpy as np


def count_parameters(model):
    return sum(int(np.prod(p.shape)) for p in model.parameters)


def device():
    gpu = C.device.use_default_device().type() == 1
    return "gpu" if gpu else "cpu"
