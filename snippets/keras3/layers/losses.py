"""Losses in Keras: the targets come first. Their mean is over the batch."""

import keras
from keras import ops


# --8<-- [start:cross_entropy_smoothed]
# Of targets one-hot alone.
def cross_entropy_smoothed(smoothing=0.0):
    loss = keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=smoothing
    )
    return lambda logits, classes: loss(
        ops.one_hot(classes, logits.shape[-1]), logits
    )
# --8<-- [end:cross_entropy_smoothed]


# --8<-- [start:cross_entropy_ignored]
# The mean of the object leaves them out; the function
# keras.losses.sparse_categorical_crossentropy has a zero for each.
def cross_entropy_ignored():
    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, ignore_class=-1
    )
    return lambda logits, classes: loss(classes, logits)
# --8<-- [end:cross_entropy_ignored]


# --8<-- [start:cross_entropy_weighted]
# The mean divides by the number of digits, as class_weight of fit does,
# unless reduction="mean_with_sample_weight".
def cross_entropy_weighted(weights, by_weight=False):
    reduction = "sum_over_batch_size"
    if by_weight:
        reduction = "mean_with_sample_weight"
    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, reduction=reduction
    )
    weights = ops.array(weights)
    return lambda logits, classes: loss(
        classes, logits, sample_weight=ops.take(weights, classes)
    )
# --8<-- [end:cross_entropy_weighted]


# --8<-- [start:cross_entropy_of_probabilities]
# What it takes unless from_logits=True: divided by their sum, and cut at
# 1e-7.
def cross_entropy_of_probabilities():
    loss = keras.losses.SparseCategoricalCrossentropy()
    return lambda probabilities, classes: loss(classes, probabilities)
# --8<-- [end:cross_entropy_of_probabilities]


# --8<-- [start:binary_cross_entropy]
def binary_cross_entropy():
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return lambda logits, targets: loss(targets, logits)
# --8<-- [end:binary_cross_entropy]


# --8<-- [start:binary_cross_entropy_weighted]
# By hand: BinaryCrossentropy has no weight of the positive ones.
def binary_cross_entropy_weighted(positive):
    def loss(logits, targets):
        yes = ops.log_sigmoid(logits)
        no = ops.log_sigmoid(-logits)
        return -ops.mean(positive * targets * yes + (1 - targets) * no)

    return loss
# --8<-- [end:binary_cross_entropy_weighted]


# --8<-- [start:squared_error]
# N×1 against N does not broadcast: N is taken for N×1.
def squared_error():
    loss = keras.losses.MeanSquaredError()
    return lambda predictions, targets: loss(targets, predictions)
# --8<-- [end:squared_error]


# --8<-- [start:absolute_error]
def absolute_error():
    loss = keras.losses.MeanAbsoluteError()
    return lambda predictions, targets: loss(targets, predictions)
# --8<-- [end:absolute_error]


# --8<-- [start:huber]
def huber(delta=1.0):
    loss = keras.losses.Huber(delta)
    return lambda predictions, targets: loss(targets, predictions)
# --8<-- [end:huber]


# --8<-- [start:kl_divergence]
# Of probabilities, not of their logarithms; both are cut at 1e-7.
def kl_divergence():
    loss = keras.losses.KLDivergence()
    return lambda log_probabilities, targets: loss(
        targets, ops.exp(log_probabilities)
    )
# --8<-- [end:kl_divergence]


# --8<-- [start:hinge]
# Targets −1 and 1; where all are 0 or 1, 0 is taken for −1.
def hinge():
    loss = keras.losses.Hinge()
    return lambda predictions, targets: loss(targets, predictions)
# --8<-- [end:hinge]


# --8<-- [start:cosine_similarity]
# A loss: −1 is what is most similar.
def cosine_similarity():
    return lambda a, b: -keras.losses.cosine_similarity(a, b)
# --8<-- [end:cosine_similarity]


# --8<-- [start:l2_penalty]
# What kernel_regularizer takes; no half.
def l2_penalty(rate=0.01):
    return keras.regularizers.L2(rate)
# --8<-- [end:l2_penalty]
