"""Optimisers in MLX: the optimiser, and where its own update() is not all,
what is called with the model and its gradients in its place."""

import mlx.core as mx
import mlx.optimizers as optim
from mlx.utils import tree_map


# --8<-- [start:sgd]
def sgd(rate, momentum=0.0, nesterov=False):
    return optim.SGD(rate, momentum, nesterov=nesterov)
# --8<-- [end:sgd]


# --8<-- [start:sgd_nesterov]
# weight_decay is added to the gradient.
def sgd_nesterov(rate, momentum, decay=0.0):
    return optim.SGD(rate, momentum, weight_decay=decay, nesterov=True)
# --8<-- [end:sgd_nesterov]


# --8<-- [start:sgd_dampened]
# The first gradient is dampened as all others: PyTorch's enters whole.
def sgd_dampened(rate, momentum, dampening=0.0):
    return optim.SGD(rate, momentum, dampening=dampening)
# --8<-- [end:sgd_dampened]


# --8<-- [start:adam]
# Without bias_correction=True no bias is taken out of the two moments: the
# first steps are other ones.
def adam(rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return optim.Adam(rate, [beta1, beta2], eps, bias_correction=True)
# --8<-- [end:adam]


# --8<-- [start:adam_l2]
# Adam has no decay: it is added to the gradients before.
def adam_l2(rate, beta1, beta2, eps, decay):
    optimizer = optim.Adam(rate, [beta1, beta2], eps, bias_correction=True)

    def update(model, gradients):
        gradients = tree_map(
            lambda g, w: g + decay * w, gradients, model.parameters()
        )
        optimizer.update(model, gradients)

    return optimizer, update
# --8<-- [end:adam_l2]


# --8<-- [start:adamw]
# w shrinks by rate × decay. Here too bias_correction=False unless told.
def adamw(rate, beta1=0.9, beta2=0.999, eps=1e-8, decay=0.01):
    return optim.AdamW(rate, [beta1, beta2], eps, decay, bias_correction=True)
# --8<-- [end:adamw]


# --8<-- [start:amsgrad]
# By hand: an optimiser of one's own says what it does with one array.
class AMSGrad(optim.Adam):
    def init_single(self, parameter, state):
        super().init_single(parameter, state)
        state["largest"] = mx.zeros_like(parameter)

    def apply_single(self, gradient, parameter, state):
        (b1, b2), t = self.betas, self.step
        m = state["m"] = b1 * state["m"] + (1 - b1) * gradient
        v = state["v"] = b2 * state["v"] + (1 - b2) * gradient.square()
        most = state["largest"] = mx.maximum(state["largest"], v)
        root = mx.sqrt(most / (1 - b2**t)) + self.eps
        return parameter - self.learning_rate * m / (1 - b1**t) / root


def amsgrad(rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return AMSGrad(rate, [beta1, beta2], eps)
# --8<-- [end:amsgrad]


# --8<-- [start:adamax]
# It takes no bias out of the first moment: its rate, a function of the step,
# does.
def adamax(rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return optim.Adamax(
        lambda step: rate / (1 - beta1 ** (step + 1)), [beta1, beta2], eps
    )
# --8<-- [end:adamax]


# --8<-- [start:nadam]
# By hand, with Dozat's schedule of momentum.
class NAdam(optim.Adam):
    schedule = 0.004

    def init_single(self, parameter, state):
        super().init_single(parameter, state)
        state["product"] = mx.array(1.0)

    def apply_single(self, gradient, parameter, state):
        (b1, b2), t, s = self.betas, self.step, self.schedule
        now, after = (b1 * (1 - 0.5 * 0.96 ** (n * s)) for n in (t, t + 1))
        m = state["m"] = b1 * state["m"] + (1 - b1) * gradient
        v = state["v"] = b2 * state["v"] + (1 - b2) * gradient.square()
        product = state["product"] = state["product"] * now
        ahead = after * m / (1 - product * after)
        ahead = ahead + (1 - now) * gradient / (1 - product)
        root = mx.sqrt(v / (1 - b2**t)) + self.eps
        return parameter - self.learning_rate * ahead / root


def nadam(rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return NAdam(rate, [beta1, beta2], eps)
# --8<-- [end:nadam]


# --8<-- [start:rmsprop]
# eps stands behind the root.
def rmsprop(rate, keep=0.99, eps=1e-8):
    return optim.RMSprop(rate, keep, eps)
# --8<-- [end:rmsprop]


# --8<-- [start:rmsprop_centred]
# By hand: optim.RMSprop is not centred and has no momentum.
class CentredRMSprop(optim.RMSprop):
    def __init__(self, rate, keep, eps, momentum):
        super().__init__(rate, keep, eps)
        self.momentum = momentum

    def init_single(self, parameter, state):
        for name in ("v", "m", "velocity"):
            state[name] = mx.zeros_like(parameter)

    def apply_single(self, g, parameter, state):
        keep = self.alpha
        v = state["v"] = keep * state["v"] + (1 - keep) * g.square()
        m = state["m"] = keep * state["m"] + (1 - keep) * g
        step = g / (mx.sqrt(v - m.square()) + self.eps)
        b = state["velocity"] = self.momentum * state["velocity"] + step
        return parameter - self.learning_rate * b


def rmsprop_centred(rate, keep, eps, momentum):
    return CentredRMSprop(rate, keep, eps, momentum)
# --8<-- [end:rmsprop_centred]


# --8<-- [start:adagrad]
# What it remembers begins with zeros.
def adagrad(rate, eps=1e-8):
    return optim.Adagrad(rate, eps)
# --8<-- [end:adagrad]


# --8<-- [start:adadelta]
def adadelta(rate, keep=0.9, eps=1e-6):
    return optim.AdaDelta(rate, keep, eps)
# --8<-- [end:adadelta]


# --8<-- [start:lion]
def lion(rate, beta1=0.9, beta2=0.99, decay=0.0):
    return optim.Lion(rate, [beta1, beta2], decay)
# --8<-- [end:lion]


# --8<-- [start:clip_by_value]
# By hand.
def clip_by_value(rate, most):
    optimizer = optim.SGD(rate)

    def update(model, gradients):
        gradients = tree_map(lambda g: mx.clip(g, -most, most), gradients)
        optimizer.update(model, gradients)

    return optimizer, update
# --8<-- [end:clip_by_value]


# --8<-- [start:clip_by_norm]
# clip_grad_norm takes all that it is given together: one call each.
def clip_by_norm(rate, most):
    optimizer = optim.SGD(rate)

    def update(model, gradients):
        gradients = tree_map(
            lambda g: optim.clip_grad_norm(g, most)[0], gradients
        )
        optimizer.update(model, gradients)

    return optimizer, update
# --8<-- [end:clip_by_norm]


# --8<-- [start:clip_by_global_norm]
# The clipped gradients come back, and the length that they had.
def clip_by_global_norm(rate, most):
    optimizer = optim.SGD(rate)

    def update(model, gradients):
        gradients, length = optim.clip_grad_norm(gradients, most)
        optimizer.update(model, gradients)

    return optimizer, update
# --8<-- [end:clip_by_global_norm]


# --8<-- [start:average]
# By hand. It begins with the weights before the first step.
def average(rate, keep):
    optimizer, averages = optim.SGD(rate), {}

    def update(model, gradients):
        before = averages or model.trainable_parameters()
        optimizer.update(model, gradients)
        after = model.trainable_parameters()
        averages.update(
            tree_map(lambda a, w: keep * a + (1 - keep) * w, before, after)
        )

    return optimizer, update, averages
# --8<-- [end:average]
