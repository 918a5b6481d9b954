"""Losses in TensorFlow: tf.nn's, which give one number an example and take the
labels first, and a mean. tf.losses is Keras'."""

import tensorflow as tf


# --8<-- [start:cross_entropy_smoothed]
# By hand: the targets are smoothed, not the loss.
def cross_entropy_smoothed(smoothing):
    def loss(logits, classes):
        k = logits.shape[-1]
        targets = tf.one_hot(classes, k) * (1 - smoothing) + smoothing / k
        return tf.reduce_mean(
            tf.nn.softmax_cross_entropy_with_logits(targets, logits))

    return loss
# --8<-- [end:cross_entropy_smoothed]


# --8<-- [start:cross_entropy_ignored]
# By hand: a class that is none is an error on a CPU, and NaN on a GPU.
def cross_entropy_ignored():
    def loss(logits, classes):
        known = classes >= 0
        return tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(
                tf.boolean_mask(classes, known),
                tf.boolean_mask(logits, known)))

    return loss
# --8<-- [end:cross_entropy_ignored]


# --8<-- [start:cross_entropy_weighted]
# By hand, and so is what the sum is divided by.
def cross_entropy_weighted(weights, by_weight):
    def loss(logits, classes):
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
        weight = tf.gather(weights, classes)
        total = tf.reduce_sum(weight * each)
        return total / (tf.reduce_sum(weight) if by_weight else len(classes))

    return loss
# --8<-- [end:cross_entropy_weighted]


# --8<-- [start:cross_entropy_of_probabilities]
# By hand: tf.nn has it of logits alone. Nothing is clipped.
def cross_entropy_of_probabilities():
    def loss(probabilities, classes):
        total = tf.reduce_sum(probabilities, -1)
        right = tf.gather(probabilities, classes, batch_dims=1)
        return -tf.reduce_mean(tf.math.log(right / total))

    return loss
# --8<-- [end:cross_entropy_of_probabilities]


# --8<-- [start:binary_cross_entropy]
def binary_cross_entropy():
    return lambda logits, targets: tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(targets, logits))
# --8<-- [end:binary_cross_entropy]


# --8<-- [start:binary_cross_entropy_weighted]
def binary_cross_entropy_weighted(positive):
    return lambda logits, targets: tf.reduce_mean(
        tf.nn.weighted_cross_entropy_with_logits(targets, logits, positive))
# --8<-- [end:binary_cross_entropy_weighted]


# --8<-- [start:squared_error]
# N×1 against N is the mean of all N×N pairs, without a word.
def squared_error():
    return lambda predictions, targets: tf.reduce_mean(
        tf.math.squared_difference(predictions, targets))
# --8<-- [end:squared_error]


# --8<-- [start:absolute_error]
def absolute_error():
    return lambda predictions, targets: tf.reduce_mean(
        tf.abs(predictions - targets))
# --8<-- [end:absolute_error]


# --8<-- [start:huber]
def huber(delta):
    def loss(predictions, targets):
        d = tf.abs(predictions - targets)
        return tf.reduce_mean(
            tf.where(d <= delta, d**2 / 2, delta * (d - delta / 2)))

    return loss
# --8<-- [end:huber]


# --8<-- [start:kl_divergence]
def kl_divergence():
    def loss(log_probabilities, targets):
        each = targets * (tf.math.log(targets) - log_probabilities)
        return tf.reduce_mean(tf.reduce_sum(each, -1))

    return loss
# --8<-- [end:kl_divergence]


# --8<-- [start:hinge]
# Targets −1 and 1; those of tf.compat.v1.losses.hinge_loss are 0 and 1.
def hinge():
    return lambda predictions, targets: tf.reduce_mean(
        tf.nn.relu(1 - targets * predictions))
# --8<-- [end:hinge]


# --8<-- [start:cosine_similarity]
# epsilon is the least square of a length, 1e-12 unless told.
def cosine_similarity(eps=1e-6):
    def similarity(a, b):
        a = tf.math.l2_normalize(a, -1, epsilon=eps**2)
        b = tf.math.l2_normalize(b, -1, epsilon=eps**2)
        return tf.reduce_sum(a * b, -1)

    return similarity
# --8<-- [end:cosine_similarity]


# --8<-- [start:l2_penalty]
def l2_penalty(rate):
    return lambda kernel: rate * tf.nn.l2_loss(kernel)  # half of the sum
# --8<-- [end:l2_penalty]
