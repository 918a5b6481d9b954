"""Optimisers in JAX: optax', which take a gradient and give what is added to
the weights."""

from typing import NamedTuple

import jax.numpy as jnp
import optax


# --8<-- [start:sgd]
def sgd(rate, momentum=0.0, nesterov=False):
    return optax.sgd(rate, momentum, nesterov)
# --8<-- [end:sgd]


# --8<-- [start:sgd_nesterov]
# sgd has no decay: it is added to the gradient before.
def sgd_nesterov(rate, momentum, decay):
    return optax.chain(
        optax.add_decayed_weights(decay),
        optax.sgd(rate, momentum, nesterov=True),
    )
# --8<-- [end:sgd_nesterov]


# --8<-- [start:sgd_dampened]
# By hand: all gradients but the first are scaled before.
def sgd_dampened(rate, momentum, dampening):
    share = optax.piecewise_constant_schedule(1.0, {1: 1 - dampening})
    return optax.chain(
        optax.scale_by_schedule(share), optax.sgd(rate, momentum)
    )
# --8<-- [end:sgd_dampened]


# --8<-- [start:adam]
# eps stands behind the root, eps_root, which is 0, within it.
def adam(rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return optax.adam(rate, beta1, beta2, eps)
# --8<-- [end:adam]


# --8<-- [start:adam_l2]
# adam has no decay: it is added to the gradient before.
def adam_l2(rate, beta1, beta2, eps, decay):
    return optax.chain(
        optax.add_decayed_weights(decay),
        optax.adam(rate, beta1, beta2, eps),
    )
# --8<-- [end:adam_l2]


# --8<-- [start:adamw]
# w shrinks by rate × decay.
def adamw(rate, beta1=0.9, beta2=0.999, eps=1e-8, decay=1e-4):
    return optax.adamw(rate, beta1, beta2, eps, weight_decay=decay)
# --8<-- [end:adamw]


# --8<-- [start:amsgrad]
# The largest second moment after its bias is taken out.
def amsgrad(rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return optax.amsgrad(rate, beta1, beta2, eps)
# --8<-- [end:amsgrad]


# --8<-- [start:adamax]
# eps is added to the gradient that is compared.
def adamax(rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return optax.adamax(rate, beta1, beta2, eps)
# --8<-- [end:adamax]


# --8<-- [start:nadam]
# Without Dozat's schedule of momentum.
def nadam(rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return optax.nadam(rate, beta1, beta2, eps)
# --8<-- [end:nadam]


# --8<-- [start:rmsprop]
# eps stands within the root, unless eps_in_sqrt=False.
def rmsprop(rate, keep=0.9, eps=1e-8, within=True):
    return optax.rmsprop(rate, keep, eps, eps_in_sqrt=within)
# --8<-- [end:rmsprop]


# --8<-- [start:rmsprop_centred]
# The rate is in what is remembered for the momentum, and the sign too.
def rmsprop_centred(rate, keep=0.9, eps=1e-8, within=True, momentum=0.0):
    return optax.rmsprop(
        rate, keep, eps, eps_in_sqrt=within, centered=True,
        momentum=momentum,
    )
# --8<-- [end:rmsprop_centred]


# --8<-- [start:adagrad]
# eps stands within the root.
def adagrad(rate, start=0.1, eps=1e-7):
    return optax.adagrad(rate, initial_accumulator_value=start, eps=eps)
# --8<-- [end:adagrad]


# --8<-- [start:adadelta]
# Without a rate nothing turns the sign: it climbs.
def adadelta(rate, keep=0.9, eps=1e-6):
    return optax.adadelta(rate, keep, eps)
# --8<-- [end:adadelta]


# --8<-- [start:lion]
def lion(rate, beta1=0.9, beta2=0.99, decay=1e-3):
    return optax.lion(rate, beta1, beta2, weight_decay=decay)
# --8<-- [end:lion]


# --8<-- [start:clip_by_value]
def clip_by_value(rate, most):
    return optax.chain(optax.clip(most), optax.sgd(rate))
# --8<-- [end:clip_by_value]


# --8<-- [start:clip_by_norm]
# By hand: clip_by_global_norm takes all arrays together, and
# clip_by_block_rms asks the root of the mean square.
def clip_by_norm(rate, most):
    def clip(gradient, weight):
        return gradient * jnp.minimum(1, most / jnp.linalg.norm(gradient))

    return optax.chain(
        optax.stateless_with_tree_map(clip), optax.sgd(rate)
    )
# --8<-- [end:clip_by_norm]


# --8<-- [start:clip_by_global_norm]
def clip_by_global_norm(rate, most):
    return optax.chain(optax.clip_by_global_norm(most), optax.sgd(rate))
# --8<-- [end:clip_by_global_norm]


# --8<-- [start:average]
# incremental_update takes the share of the new weights; with what the average
# begins, one says oneself. optax.ema averages gradients.
class Average(NamedTuple):
    average: optax.Params


def average(rate, keep):
    def update(updates, state, params):
        new = optax.apply_updates(params, updates)
        return updates, Average(
            optax.incremental_update(new, state.average, 1 - keep)
        )

    averages = optax.GradientTransformation(Average, update)
    return optax.chain(optax.sgd(rate), averages)
# --8<-- [end:average]
