"""What the command reports and the tests check about PyTorch."""

import torch
from convnet import DEVICE
from torch.nn.functional import cross_entropy
from weights import dump_weights


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    return [p.detach().cpu().numpy() for p in model.parameters()]


def device():
    if torch.cuda.is_available():
        return "gpu: " + torch.cuda.get_device_name()
    return "cpu"


def logits_loss_gradients(model, images, labels):
    """Logits (N, 10), the mean loss, and its gradients as dump_weights.

    The model holds its gradients for weights afterwards: each lies as its
    weight does."""
    logits = model(torch.as_tensor(images, device=DEVICE))
    loss = cross_entropy(logits, torch.as_tensor(labels, device=DEVICE))
    loss.backward()
    for parameter in model.parameters():
        parameter.data = parameter.grad
    return logits.detach().cpu().numpy(), loss.item(), dump_weights(model)
