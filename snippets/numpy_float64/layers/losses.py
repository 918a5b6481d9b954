"""Losses in NumPy: what the frameworks' are compared with."""

import numpy as np


def log_softmax(x):
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def magnitude(x):
    return np.where(x.real < 0, -x, x)


# --8<-- [start:cross_entropy_smoothed]
# Szegedy et al., arXiv:1512.00567: a share of the target is spread evenly over
# all classes, the right one too. Logits N×K, classes N.
def cross_entropy_smoothed(logits, classes, smoothing):
    k = logits.shape[-1]
    target = np.eye(k)[classes] * (1 - smoothing) + smoothing / k
    return -(target * log_softmax(logits)).sum(-1).mean()
# --8<-- [end:cross_entropy_smoothed]


# --8<-- [start:cross_entropy_ignored]
# Positions without an answer, class −1, have no part in sum or count.
def cross_entropy_ignored(logits, classes, count_all=False):
    known = classes >= 0
    right = np.take_along_axis(
        log_softmax(logits), np.maximum(classes, 0)[..., None], -1)[..., 0]
    total = -(right * known).sum()
    return total / (known.size if count_all else known.sum())
# --8<-- [end:cross_entropy_ignored]


# --8<-- [start:cross_entropy_weighted]
# A weight for each class. Divided by the weights of the batch (PyTorch's
# mean), or by the number of its digits (Keras' class_weight).
def cross_entropy_weighted(logits, classes, weights, by_weight):
    weight = np.asarray(weights)[classes]
    right = log_softmax(logits)[np.arange(len(classes)), classes]
    total = -(weight * right).sum()
    return total / (weight.sum() if by_weight else len(classes))
# --8<-- [end:cross_entropy_weighted]


# --8<-- [start:cross_entropy_of_probabilities]
# Probabilities in the place of logits: renormalised, clipped, their logarithm.
def cross_entropy_of_probabilities(probabilities, classes):
    p = probabilities / probabilities.sum(-1, keepdims=True)
    return -np.log(p[np.arange(len(classes)), classes]).mean()
# --8<-- [end:cross_entropy_of_probabilities]


# --8<-- [start:binary_cross_entropy]
# Of logits.
def binary_cross_entropy(logits, targets):
    return (np.log(1 + np.exp(logits)) - targets * logits).mean()
# --8<-- [end:binary_cross_entropy]


# --8<-- [start:binary_cross_entropy_weighted]
# The positive examples count `positive` times.
def binary_cross_entropy_weighted(logits, targets, positive):
    yes, no = np.log(1 + np.exp(-logits)), np.log(1 + np.exp(logits))
    return (positive * targets * yes + (1 - targets) * no).mean()
# --8<-- [end:binary_cross_entropy_weighted]


# --8<-- [start:squared_error]
# N×1 against N broadcasts to N×N: the mean of all pairs, and no error.
def squared_error(predictions, targets, broadcast=False):
    if broadcast:
        targets = targets.reshape(1, -1)
    return ((predictions - targets) ** 2).mean()
# --8<-- [end:squared_error]


# --8<-- [start:absolute_error]
def absolute_error(predictions, targets):
    return magnitude(predictions - targets).mean()
# --8<-- [end:absolute_error]


# --8<-- [start:huber]
# Huber, "Robust estimation of a location parameter", 1964. Divided by delta
# it is PyTorch's smooth L1 (Girshick, arXiv:1504.08083).
def huber(predictions, targets, delta, divided=False):
    d = magnitude(predictions - targets)
    each = np.where(d.real <= delta, d**2 / 2, delta * (d - delta / 2))
    return (each / delta if divided else each).mean()
# --8<-- [end:huber]


# --8<-- [start:kl_divergence]
# Of a model's log-probabilities from a target's probabilities: the sum over
# the classes, the mean over the batch. PyTorch's own "mean" divides by the
# classes too.
def kl_divergence(log_probabilities, targets, over_all=False):
    each = targets * (np.log(targets) - log_probabilities)
    return each.mean() if over_all else each.sum(-1).mean()
# --8<-- [end:kl_divergence]


# --8<-- [start:hinge]
# Targets −1 and 1.
def hinge(predictions, targets):
    margin = 1 - targets * predictions
    return np.where(margin.real > 0, margin, 0).mean()
# --8<-- [end:hinge]


# --8<-- [start:cosine_similarity]
def cosine_similarity(a, b, eps):
    lengths = [
        np.sqrt((v**2).sum(-1, keepdims=True)) for v in (a, b)]
    lengths = [np.where(n.real > eps, n, eps) for n in lengths]
    return (a / lengths[0] * (b / lengths[1])).sum(-1)
# --8<-- [end:cosine_similarity]


# --8<-- [start:l2_penalty]
# λ Σ w², Keras' and TensorFlow's regulariser of convolutions; `halved` it is
# tf.nn.l2_loss' kin, and what `weight_decay` of SGD descends.
def l2_penalty(kernel, rate, halved):
    return rate * (kernel**2).sum() / (2 if halved else 1)
# --8<-- [end:l2_penalty]
