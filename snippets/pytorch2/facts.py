"""What the command reports and the tests check about PyTorch."""

import torch


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    return [p.detach().cpu().numpy() for p in model.parameters()]


def device():
    if torch.cuda.is_available():
        return "gpu: " + torch.cuda.get_device_name()
    return "cpu"
