"""Losses in JAX: optax leaves one number an example, and the mean is ours."""

import jax
import jax.numpy as jnp
import optax


# --8<-- [start:cross_entropy_smoothed]
# The targets are smoothed, not the loss.
def cross_entropy_smoothed(smoothing):
    def loss(logits, classes):
        targets = jax.nn.one_hot(classes, logits.shape[-1])
        targets = optax.smooth_labels(targets, smoothing)
        return optax.softmax_cross_entropy(logits, targets).mean()

    return loss
# --8<-- [end:cross_entropy_smoothed]


# --8<-- [start:cross_entropy_ignored]
# Nothing is ignored by itself: class −1 is the last one, counted from behind,
# and one beyond the last is NaN. The mean leaves them out.
def cross_entropy_ignored():
    def loss(logits, classes):
        losses = optax.softmax_cross_entropy_with_integer_labels(
            logits, classes
        )
        return losses.mean(where=classes >= 0)

    return loss
# --8<-- [end:cross_entropy_ignored]


# --8<-- [start:cross_entropy_weighted]
# By hand, and so is what the sum is divided by.
def cross_entropy_weighted(weights, by_weight):
    def loss(logits, classes):
        losses = optax.softmax_cross_entropy_with_integer_labels(
            logits, classes
        )
        weight = jnp.array(weights)[classes]
        if by_weight:
            return jnp.average(losses, weights=weight)
        return (weight * losses).mean()

    return loss
# --8<-- [end:cross_entropy_weighted]


# --8<-- [start:cross_entropy_of_probabilities]
# Logarithms of probabilities are logits: softmax divides by their sum.
# Nothing is clipped.
def cross_entropy_of_probabilities():
    def loss(probabilities, classes):
        return optax.softmax_cross_entropy_with_integer_labels(
            jnp.log(probabilities), classes
        ).mean()

    return loss
# --8<-- [end:cross_entropy_of_probabilities]


# --8<-- [start:binary_cross_entropy]
def binary_cross_entropy():
    return lambda logits, targets: optax.sigmoid_binary_cross_entropy(
        logits, targets
    ).mean()
# --8<-- [end:binary_cross_entropy]


# --8<-- [start:binary_cross_entropy_weighted]
# By hand: optax' has no weight.
def binary_cross_entropy_weighted(positive):
    def loss(logits, targets):
        yes = jax.nn.log_sigmoid(logits)
        no = jax.nn.log_sigmoid(-logits)
        return -(positive * targets * yes + (1 - targets) * no).mean()

    return loss
# --8<-- [end:binary_cross_entropy_weighted]


# --8<-- [start:squared_error]
# N×1 against N is an error: shapes must be equal. l2_loss is half of it.
def squared_error():
    return lambda predictions, targets: optax.squared_error(
        predictions, targets
    ).mean()
# --8<-- [end:squared_error]


# --8<-- [start:absolute_error]
# By hand, and N×1 against N is the mean of all N×N pairs.
def absolute_error():
    return lambda predictions, targets: jnp.abs(
        predictions - targets
    ).mean()
# --8<-- [end:absolute_error]


# --8<-- [start:huber]
def huber(delta=1.0):
    return lambda predictions, targets: optax.huber_loss(
        predictions, targets, delta=delta
    ).mean()
# --8<-- [end:huber]


# --8<-- [start:kl_divergence]
# The sum over the classes is optax', the mean over the batch ours.
def kl_divergence():
    return lambda log_probabilities, targets: optax.kl_divergence(
        log_probabilities, targets
    ).mean()
# --8<-- [end:kl_divergence]


# --8<-- [start:hinge]
# Targets −1 and 1.
def hinge():
    return lambda predictions, targets: optax.hinge_loss(
        predictions, targets
    ).mean()
# --8<-- [end:hinge]


# --8<-- [start:cosine_similarity]
# epsilon is the least square of a length, 0 unless told: then two zeros are
# NaN.
def cosine_similarity(eps=0.0):
    return lambda a, b: optax.cosine_similarity(a, b, epsilon=eps**2)
# --8<-- [end:cosine_similarity]


# --8<-- [start:l2_penalty]
# By hand. optax.l2_loss is half the square of each number, and
# add_decayed_weights adds to the gradient, not to the loss.
def l2_penalty(rate, halved):
    return lambda kernel: (
        rate * jnp.square(kernel).sum() / (2 if halved else 1)
    )
# --8<-- [end:l2_penalty]
