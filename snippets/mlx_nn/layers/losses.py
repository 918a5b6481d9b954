"""Losses in MLX: mlx.nn.losses. Some leave one number an example unless told,
others return the mean."""

import mlx.core as mx
import mlx.nn as nn


# --8<-- [start:cross_entropy_smoothed]
def cross_entropy_smoothed(smoothing=0.0):
    return lambda logits, classes: nn.losses.cross_entropy(
        logits, classes, label_smoothing=smoothing, reduction="mean"
    )
# --8<-- [end:cross_entropy_smoothed]


# --8<-- [start:cross_entropy_ignored]
# Nothing is ignored by itself: class −1 is the last one, counted from behind.
# A weight of 0 takes it out of the sum, but not out of the mean's count.
def cross_entropy_ignored():
    def loss(logits, classes):
        known = classes >= 0
        losses = nn.losses.cross_entropy(logits, classes, weights=known)
        return losses.sum() / known.sum()

    return loss
# --8<-- [end:cross_entropy_ignored]


# --8<-- [start:cross_entropy_weighted]
# `weights` are those of the examples, not of the classes, and the mean
# divides by the number of them.
def cross_entropy_weighted(weights, by_weight):
    def loss(logits, classes):
        weight = mx.array(weights)[classes]
        total = nn.losses.cross_entropy(
            logits, classes, weights=weight, reduction="sum"
        )
        return total / (weight.sum() if by_weight else len(classes))

    return loss
# --8<-- [end:cross_entropy_weighted]


# --8<-- [start:cross_entropy_of_probabilities]
# Logarithms of probabilities are logits: softmax divides by their sum.
# Nothing is clipped.
def cross_entropy_of_probabilities():
    return lambda probabilities, classes: nn.losses.cross_entropy(
        mx.log(probabilities), classes, reduction="mean"
    )
# --8<-- [end:cross_entropy_of_probabilities]


# --8<-- [start:binary_cross_entropy]
# with_logits=True and the mean, unless told.
def binary_cross_entropy():
    return nn.losses.binary_cross_entropy
# --8<-- [end:binary_cross_entropy]


# --8<-- [start:binary_cross_entropy_weighted]
# `weights` are those of the examples. The mean divides by their number.
def binary_cross_entropy_weighted(positive):
    return lambda logits, targets: nn.losses.binary_cross_entropy(
        logits, targets, weights=mx.where(targets == 1, positive, 1.0)
    )
# --8<-- [end:binary_cross_entropy_weighted]


# --8<-- [start:squared_error]
# N×1 against N is an error: shapes must be equal.
def squared_error():
    return nn.losses.mse_loss
# --8<-- [end:squared_error]


# --8<-- [start:absolute_error]
def absolute_error():
    return nn.losses.l1_loss
# --8<-- [end:absolute_error]


# --8<-- [start:huber]
# N×1 against N is N×N pairs, and no error. smooth_l1_loss is this divided by
# delta, which it calls beta.
def huber(delta=1.0):
    return lambda predictions, targets: nn.losses.huber_loss(
        predictions, targets, delta, reduction="mean"
    )
# --8<-- [end:huber]


# --8<-- [start:kl_divergence]
# The targets are logarithms too. The sum over the classes is its own, the
# mean that over the batch.
def kl_divergence():
    return lambda log_probabilities, targets: nn.losses.kl_div_loss(
        log_probabilities, mx.log(targets), reduction="mean"
    )
# --8<-- [end:kl_divergence]


# --8<-- [start:hinge]
# Targets −1 and 1.
def hinge():
    return lambda predictions, targets: nn.losses.hinge_loss(
        predictions, targets, reduction="mean"
    )
# --8<-- [end:hinge]


# --8<-- [start:cosine_similarity]
# Called a loss, it is the similarity itself: 1 where two are alike. eps is
# the least product of the two lengths.
def cosine_similarity(eps=1e-8):
    return lambda a, b: nn.losses.cosine_similarity_loss(
        a, b, axis=-1, eps=eps
    )
# --8<-- [end:cosine_similarity]


# --8<-- [start:l2_penalty]
# By hand: weight_decay of an optimiser adds to the gradient, not to the loss.
def l2_penalty(rate, halved):
    return lambda kernel: rate * kernel.square().sum() / (2 if halved else 1)
# --8<-- [end:l2_penalty]
