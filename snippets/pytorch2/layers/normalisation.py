"""Normalisation in PyTorch. Images N×C×H×W."""

from torch import nn
from torch.nn.utils import parametrizations


# --8<-- [start:batch_norm]
# momentum is the share that a step takes, and the running variance is
# divided by n − 1.
def batch_norm(channels, keep=0.9, eps=1e-5):
    return nn.BatchNorm2d(channels, eps, momentum=1 - keep)
# --8<-- [end:batch_norm]


# --8<-- [start:batch_norm_frozen]
# After eval() too: train(False) of the whole model, or of this layer alone.
def batch_norm_frozen(channels, eps=1e-5):
    return nn.BatchNorm2d(channels, eps).eval()
# --8<-- [end:batch_norm_frozen]


# --8<-- [start:layer_norm]
def layer_norm(channels, eps=1e-5):
    return nn.LayerNorm(channels, eps)
# --8<-- [end:layer_norm]


# --8<-- [start:group_norm]
def group_norm(channels, groups, eps=1e-5):
    return nn.GroupNorm(groups, channels, eps)
# --8<-- [end:group_norm]


# --8<-- [start:instance_norm]
# Without affine=True it has neither scale nor offset.
def instance_norm(channels, eps=1e-5):
    return nn.InstanceNorm2d(channels, eps, affine=True)
# --8<-- [end:instance_norm]


# --8<-- [start:rms_norm]
# eps=None is the smallest step above 1 of the input's type, 1.2e-7.
def rms_norm(channels, eps=1.1920929e-07):
    return nn.RMSNorm(channels, eps)
# --8<-- [end:rms_norm]


# --8<-- [start:weight_norm]
def weight_norm(inputs, outputs):
    return parametrizations.weight_norm(nn.Linear(inputs, outputs))
# --8<-- [end:weight_norm]


# --8<-- [start:spectral_norm]
def spectral_norm(inputs, outputs, steps=1, eps=1e-12):
    return parametrizations.spectral_norm(
        nn.Linear(inputs, outputs), n_power_iterations=steps, eps=eps
    )
# --8<-- [end:spectral_norm]
