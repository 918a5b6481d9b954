"""Losses in PyTorch."""

import torch
from torch import nn
from torch.nn import functional as F


# --8<-- [start:cross_entropy_smoothed]
def cross_entropy_smoothed(smoothing=0.0):
    return nn.CrossEntropyLoss(label_smoothing=smoothing)
# --8<-- [end:cross_entropy_smoothed]


# --8<-- [start:cross_entropy_ignored]
# The classes are the second axis: N×K×T. ignore_index is −100.
def cross_entropy_ignored():
    return lambda logits, classes: F.cross_entropy(
        logits.movedim(-1, 1), classes, ignore_index=-1
    )
# --8<-- [end:cross_entropy_ignored]


# --8<-- [start:cross_entropy_weighted]
# The mean divides by the weights of the batch.
def cross_entropy_weighted(weights, by_weight=True):
    weights = torch.tensor(weights)
    if by_weight:
        return nn.CrossEntropyLoss(weights)
    return lambda logits, classes: F.cross_entropy(
        logits, classes, weights, reduction="sum"
    ) / len(classes)
# --8<-- [end:cross_entropy_weighted]


# --8<-- [start:cross_entropy_of_probabilities]
def cross_entropy_of_probabilities():
    return lambda p, classes: F.nll_loss(
        torch.log(p / p.sum(-1, keepdim=True)), classes
    )
# --8<-- [end:cross_entropy_of_probabilities]


# --8<-- [start:binary_cross_entropy]
def binary_cross_entropy():
    return nn.BCEWithLogitsLoss()
# --8<-- [end:binary_cross_entropy]


# --8<-- [start:binary_cross_entropy_weighted]
def binary_cross_entropy_weighted(positive=1.0):
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor(positive))
# --8<-- [end:binary_cross_entropy_weighted]


# --8<-- [start:squared_error]
# N×1 against N is the mean of all N×N pairs, with a warning.
def squared_error():
    return nn.MSELoss()
# --8<-- [end:squared_error]


# --8<-- [start:absolute_error]
def absolute_error():
    return nn.L1Loss()
# --8<-- [end:absolute_error]


# --8<-- [start:huber]
# SmoothL1Loss is this divided by delta.
def huber(delta=1.0):
    return nn.HuberLoss(delta=delta)
# --8<-- [end:huber]


# --8<-- [start:kl_divergence]
# reduction="mean", which is the default, divides by the classes too.
def kl_divergence():
    return nn.KLDivLoss(reduction="batchmean")
# --8<-- [end:kl_divergence]


# --8<-- [start:hinge]
# nn.HingeEmbeddingLoss is another loss.
def hinge():
    return lambda predictions, targets: F.relu(
        1 - targets * predictions).mean()
# --8<-- [end:hinge]


# --8<-- [start:cosine_similarity]
def cosine_similarity(eps=1e-8):
    return nn.CosineSimilarity(eps=eps)
# --8<-- [end:cosine_similarity]


# --8<-- [start:l2_penalty]
# By hand: weight_decay of an optimiser adds to the gradient, not to the loss.
def l2_penalty(rate, halved):
    return lambda kernel: rate * kernel.square().sum() / (2 if halved else 1)
# --8<-- [end:l2_penalty]
