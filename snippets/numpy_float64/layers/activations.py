"""Activations in NumPy: what the frameworks' are compared with.

Complex numbers go through: that is how the gradients are made, and why a
condition asks the real part alone.
"""

import numpy as np
from scipy.special import erf


def positive(x):
    return x.real > 0


def clipped(x, low, high):
    return np.where(x.real < low, low, np.where(x.real > high, high, x))


# --8<-- [start:gelu]
# Hendrycks and Gimpel, arXiv:1606.08415: x times the share of a normal
# distribution that is smaller.
def gelu(x):
    return x * (1 + erf(x / np.sqrt(2))) / 2
# --8<-- [end:gelu]


# --8<-- [start:gelu_tanh]
# The same paper's approximation.
def gelu_tanh(x):
    inner = np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)
    return x * (1 + np.tanh(inner)) / 2
# --8<-- [end:gelu_tanh]


# --8<-- [start:silu]
# "Swish", Ramachandran, Zoph, Le, arXiv:1710.05941, with β = 1.
def silu(x):
    return x / (1 + np.exp(-x))
# --8<-- [end:silu]


# --8<-- [start:leaky_relu]
# Maas, Hannun, Ng, "Rectifier nonlinearities improve neural network acoustic
# models", 2013, with a slope of 0.01.
def leaky_relu(x, slope):
    return np.where(positive(x), x, slope * x)
# --8<-- [end:leaky_relu]


# --8<-- [start:elu]
# Clevert, Unterthiner, Hochreiter, arXiv:1511.07289.
def elu(x, alpha):
    return np.where(positive(x), x, alpha * (np.exp(x) - 1))
# --8<-- [end:elu]


# --8<-- [start:selu]
# Klambauer et al., arXiv:1706.02515. `cut`: the constants to six digits.
def selu(x, cut=False):
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    if cut:
        alpha, scale = 1.67326, 1.0507
    return scale * elu(x, alpha)
# --8<-- [end:selu]


# --8<-- [start:prelu]
# He et al., arXiv:1502.01852: a slope for each channel, learnt.
def prelu(x, slope):
    return np.where(positive(x), x, slope * x)
# --8<-- [end:prelu]


# --8<-- [start:hard_sigmoid]
# x / 6 + 1/2 (Howard et al., "MobileNetV3", arXiv:1905.02244), or x / 5 + 1/2
# (Courbariaux, Bengio, David, arXiv:1511.00363; Keras 2, ONNX).
def hard_sigmoid(x, slope):
    return clipped(x * slope + 0.5, 0, 1)
# --8<-- [end:hard_sigmoid]


# --8<-- [start:hard_swish]
# Howard et al., arXiv:1905.02244.
def hard_swish(x):
    return x * clipped(x / 6 + 0.5, 0, 1)
# --8<-- [end:hard_swish]


# --8<-- [start:softplus]
# Dugas et al., "Incorporating second-order functional knowledge", 2000.
def softplus(x, beta):
    return np.log(1 + np.exp(beta * x)) / beta
# --8<-- [end:softplus]


# --8<-- [start:softmax]
# Bridle, "Probabilistic interpretation of feedforward classification network
# outputs", 1990. Axis 1 is C of N×C×L, and −1 is L.
def softmax(x, axis):
    e = np.exp(x)
    return e / e.sum(axis, keepdims=True)
# --8<-- [end:softmax]


# --8<-- [start:log_softmax]
def log_softmax(x, axis):
    return x - np.log(np.exp(x).sum(axis, keepdims=True))
# --8<-- [end:log_softmax]


# --8<-- [start:glu]
# Dauphin et al., arXiv:1612.08083: the second half opens the first.
def glu(x, swapped=False):
    a, b = np.split(x, 2, axis=-1)
    if swapped:
        a, b = b, a
    return a / (1 + np.exp(-b))
# --8<-- [end:glu]
