"""Optimisers in NumPy: what the frameworks' are compared with.

Each is a step: from the weights w, the gradient g, what it remembers (a
dictionary that begins with zeros) and t, 1 in the first step, to the new
weights. `rate` is the rate of that step.
"""

import numpy as np


# --8<-- [start:sgd]
# Polyak, 1964; Nesterov, 1983, as Sutskever et al., "On the importance of
# initialization and momentum in deep learning", 2013, have it. `inside`: the
# rate enters the velocity, as Keras' does.
def sgd(w, g, state, t, rate, momentum=0.0, nesterov=False, decay=0.0,
        inside=False):
    g = g + decay * w
    if inside:
        v = state["velocity"] = momentum * state["velocity"] - rate * g
        return w + (momentum * v - rate * g if nesterov else v)
    v = state["velocity"] = momentum * state["velocity"] + g
    return w - rate * (g + momentum * v if nesterov else v)
# --8<-- [end:sgd]


# --8<-- [start:sgd_nesterov]
def sgd_nesterov(w, g, state, t, rate, momentum, decay, inside=False,
                 nesterov=True):
    return sgd(w, g, state, t, rate, momentum, nesterov, decay, inside)
# --8<-- [end:sgd_nesterov]


# --8<-- [start:sgd_dampened]
# PyTorch's dampening: the first gradient enters whole, the others less.
def sgd_dampened(w, g, state, t, rate, momentum, dampening,
                 first_whole=True):
    share = 1 if first_whole and t == 1 else 1 - dampening
    v = state["velocity"] = momentum * state["velocity"] + share * g
    return w - rate * v
# --8<-- [end:sgd_dampened]


# --8<-- [start:adam]
# Kingma and Ba, arXiv:1412.6980. `inside`: eps is added before the bias of
# the second moment is taken out, their "epsilon hat": Keras, TensorFlow.
def adam(w, g, state, t, rate, beta1, beta2, eps, inside, amsgrad=False,
         decay=0.0, decoupled=0.0, decay_by_rate=True):
    w = w - decoupled * w * (rate if decay_by_rate else 1)
    g = g + decay * w
    m = state["first"] = beta1 * state["first"] + (1 - beta1) * g
    v = state["second"] = beta2 * state["second"] + (1 - beta2) * g**2
    if amsgrad:
        v = state["largest"] = np.maximum(state["largest"], v)
    m = m / (1 - beta1**t)
    if inside:
        root = np.sqrt(1 - beta2**t)
        return w - rate * m * root / (np.sqrt(v) + eps)
    return w - rate * m / (np.sqrt(v / (1 - beta2**t)) + eps)
# --8<-- [end:adam]


# --8<-- [start:adam_l2]
# Decay in the gradient: what Adam(weight_decay=…) of PyTorch's does.
def adam_l2(w, g, state, t, rate, beta1, beta2, eps, inside, decay):
    return adam(w, g, state, t, rate, beta1, beta2, eps, inside, decay=decay)
# --8<-- [end:adam_l2]


# --8<-- [start:adamw]
# Loshchilov and Hutter, arXiv:1711.05101: decay beside the gradient.
def adamw(w, g, state, t, rate, beta1, beta2, eps, inside, decay,
          decay_by_rate=True):
    return adam(w, g, state, t, rate, beta1, beta2, eps, inside,
                decoupled=decay, decay_by_rate=decay_by_rate)
# --8<-- [end:adamw]


# --8<-- [start:amsgrad]
# Reddi, Kale, Kumar, arXiv:1904.09237. The largest second moment, before its
# bias is taken out (`late`: after).
def amsgrad(w, g, state, t, rate, beta1, beta2, eps, inside, late=False):
    if not late:
        return adam(w, g, state, t, rate, beta1, beta2, eps, inside, True)
    m = state["first"] = beta1 * state["first"] + (1 - beta1) * g
    v = state["second"] = beta2 * state["second"] + (1 - beta2) * g**2
    most = np.maximum(state["largest"], v / (1 - beta2**t))
    state["largest"] = most
    return w - rate * m / (1 - beta1**t) / (np.sqrt(most) + eps)
# --8<-- [end:amsgrad]


# --8<-- [start:adamax]
# Kingma and Ba, section 7.1: the largest gradient in the place of the root.
# eps is added to it, or to the gradient that it is compared with (`early`).
def adamax(w, g, state, t, rate, beta1, beta2, eps, early):
    m = state["first"] = beta1 * state["first"] + (1 - beta1) * g
    u = state["largest"] = np.maximum(
        beta2 * state["largest"], abs(g) + (eps if early else 0))
    return w - rate / (1 - beta1**t) * m / (u + (0 if early else eps))
# --8<-- [end:adamax]


# --8<-- [start:nadam]
# Dozat, "Incorporating Nesterov momentum into Adam", 2016, with his schedule
# of momentum (`schedule` 0.004; 0: none).
def nadam(w, g, state, t, rate, beta1, beta2, eps, schedule):
    def share(t):
        return beta1 * (1 - 0.5 * 0.96 ** (t * schedule)) if schedule else (
            beta1)

    m = state["first"] = beta1 * state["first"] + (1 - beta1) * g
    v = state["second"] = beta2 * state["second"] + (1 - beta2) * g**2
    now, after = share(t), share(t + 1)
    product = state["product"] = state.get("product", 1) * now
    ahead = after * m / (1 - product * after) + (1 - now) * g / (1 - product)
    return w - rate * ahead / (np.sqrt(v / (1 - beta2**t)) + eps)
# --8<-- [end:nadam]


# --8<-- [start:rmsprop]
# Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning",
# 2012; centred: Graves, arXiv:1308.0850. eps within the root, or behind it.
# With momentum the rate is in what is remembered (`inside`), or not. What is
# remembered begins with zeros, or with ones.
def rmsprop(w, g, state, t, rate, keep, eps, within, momentum=0.0,
            centred=False, inside=False, first_ones=False):
    if first_ones and t == 1:
        state["second"] = np.ones_like(w)
    v = state["second"] = keep * state["second"] + (1 - keep) * g**2
    if centred:
        m = state["first"] = keep * state["first"] + (1 - keep) * g
        v = v - m**2
    root = np.sqrt(v + eps) if within else np.sqrt(v) + eps
    step = (rate if inside else 1) * g / root
    b = state["velocity"] = momentum * state["velocity"] + step
    return w - b * (1 if inside else rate)
# --8<-- [end:rmsprop]


# --8<-- [start:rmsprop_centred]
def rmsprop_centred(w, g, state, t, rate, keep, eps, within, momentum,
                    centred=True, inside=False, first_ones=False):
    return rmsprop(w, g, state, t, rate, keep, eps, within, momentum, centred,
                   inside, first_ones)
# --8<-- [end:rmsprop_centred]


# --8<-- [start:adagrad]
# Duchi, Hazan, Singer, 2011. It begins with `start`; eps within the root, or
# behind it.
def adagrad(w, g, state, t, rate, start, eps, within):
    if t == 1:
        state["second"] = np.full_like(w, start)
    v = state["second"] = state["second"] + g**2
    return w - rate * g / (np.sqrt(v + eps) if within else np.sqrt(v) + eps)
# --8<-- [end:adagrad]


# --8<-- [start:adadelta]
# Zeiler, arXiv:1212.5701.
def adadelta(w, g, state, t, rate, keep, eps):
    v = state["second"] = keep * state["second"] + (1 - keep) * g**2
    step = g * np.sqrt(state["moved"] + eps) / np.sqrt(v + eps)
    state["moved"] = keep * state["moved"] + (1 - keep) * step**2
    return w - rate * step
# --8<-- [end:adadelta]


# --8<-- [start:lion]
# Chen et al., arXiv:2302.06675: the sign alone.
def lion(w, g, state, t, rate, beta1, beta2, decay):
    m = state["first"]
    state["first"] = beta2 * m + (1 - beta2) * g
    return w - rate * (np.sign(beta1 * m + (1 - beta1) * g) + decay * w)
# --8<-- [end:lion]


# --8<-- [start:clip_by_value]
# Before a plain step of SGD, as the next two.
def clip_by_value(w, g, state, t, rate, most):
    return w - rate * np.clip(g, -most, most)
# --8<-- [end:clip_by_value]


# --8<-- [start:clip_by_norm]
# Pascanu, Mikolov, Bengio, arXiv:1211.5063. Each array by its own length, to
# which PyTorch adds 1e-6.
def clip_by_norm(w, g, state, t, rate, most, eps=0.0):
    return w - rate * g * min(1, most / (np.sqrt((g**2).sum()) + eps))
# --8<-- [end:clip_by_norm]


# --8<-- [start:clip_by_global_norm]
# All arrays by the length that they have together, which is `length`.
def clip_by_global_norm(w, g, state, t, rate, most, length, eps=0.0):
    return w - rate * g * min(1, most / (length + eps))
# --8<-- [end:clip_by_global_norm]


# --8<-- [start:average]
# An exponential moving average of the weights beside SGD. It begins with the
# weights before the first step ("initial"), with those after it ("first"), or
# with zero.
def average(w, g, state, t, rate, keep, start):
    new = w - rate * g
    if t == 1:
        state["average"] = {"initial": w, "first": new, "zero": 0 * w}[start]
    if t > 1 or start != "first":
        state["average"] = keep * state["average"] + (1 - keep) * new
    return new
# --8<-- [end:average]
