"""What the command reports and the tests check about PyTorch 1.0."""

import torch
import torch.nn.functional as F
from weights import dump_weights


def parameters(model):
    """Every weight and bias of `model` as a float32 array."""
    return [p.detach().cpu().numpy() for p in model.parameters()]


def device():
    if torch.cuda.is_available():
        return "gpu: " + torch.cuda.get_device_name(0)
    return "cpu"


def logits_loss_gradients(model, images, labels):
    """Logits (N, 10), the mean loss, and its gradients as dump_weights.

    The model holds its gradients for weights afterwards: each lies as its
    weight does."""
    logits, probabilities = model(torch.from_numpy(images))
    loss = F.cross_entropy(logits, torch.from_numpy(labels))
    loss.backward()
    for parameter in model.parameters():
        parameter.data = parameter.grad
    return logits.detach().numpy(), loss.item(), dump_weights(model)
