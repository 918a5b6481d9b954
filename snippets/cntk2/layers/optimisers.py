"""Optimisers in CNTK 2.7."""

import cntk as C


# --8<-- [start:sgd]
# unit_gain=True, the default, multiplies the gradient by 1 − momentum.
def sgd(parameters, rate, momentum, nesterov=False):
    make = C.nesterov if nesterov else C.momentum_sgd
    return make(parameters, C.learning_parameter_schedule(rate),
                C.momentum_schedule(momentum), unit_gain=False)
# --8<-- [end:sgd]


# --8<-- [start:adam]
# eps is added before the bias is taken out.
def adam(parameters, rate, beta1, beta2=0.999, eps=1e-8):
    return C.adam(
        parameters, C.learning_parameter_schedule(rate),
        C.momentum_schedule(beta1), variance_momentum=C.momentum_schedule(
            beta2), epsilon=eps)
# --8<-- [end:adam]


# --8<-- [start:clip_by_value]
# Of the batch's mean gradient; with minibatch_size=1 in the schedule, of its
# sum, and the threshold times the samples.
def clip_by_value(parameters, rate, most):
    return C.sgd(
        parameters, C.learning_parameter_schedule(rate),
        gradient_clipping_threshold_per_sample=most,
        gradient_clipping_with_truncation=True)
# --8<-- [end:clip_by_value]


# --8<-- [start:clip_by_norm]
# Each weight by its own norm.
def clip_by_norm(parameters, rate, most):
    return C.sgd(
        parameters, C.learning_parameter_schedule(rate),
        gradient_clipping_threshold_per_sample=most,
        gradient_clipping_with_truncation=False)
# --8<-- [end:clip_by_norm]
