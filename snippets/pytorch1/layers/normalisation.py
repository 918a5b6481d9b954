"""Normalisation in PyTorch 1.0. Images N×C×H×W."""

import torch.nn as nn


# --8<-- [start:batch_norm]
# momentum is the share that a step takes, and the running variance is
# divided by n − 1.
def batch_norm(channels, keep=0.9, eps=1e-5):
    return nn.BatchNorm2d(channels, eps, momentum=1 - keep)
# --8<-- [end:batch_norm]


# --8<-- [start:batch_norm_frozen]
def batch_norm_frozen(channels, eps=1e-5):
    return nn.BatchNorm2d(channels, eps).eval()
# --8<-- [end:batch_norm_frozen]
