"""Resizing in NumPy: what the frameworks' is compared with. N×H×W×C."""

import numpy as np


def sampled(x, size, weights):
    """Rows, then columns, as `weights(n, wanted)` mixes them: wanted × n."""
    for axis, wanted in enumerate(size, 1):
        matrix = weights(x.shape[axis], wanted)
        x = np.moveaxis(np.tensordot(matrix, x, [[1], [axis]]), 0, axis)
    return x


def places(n, wanted, corners="half_pixel"):
    """Where in the input the pixels of the output lie: pixel i is a square
    from i to i + 1 ("half_pixel"); the outermost centres meet
    ("align_corners"); or i stands for its left edge ("asymmetric").
    https://onnx.ai/onnx/operators/onnx__Resize.html"""
    i = np.arange(wanted)
    if corners == "align_corners":
        return i * (n - 1) / max(wanted - 1, 1)
    if corners == "asymmetric":
        return i * n / wanted
    return (i + 0.5) * n / wanted - 0.5


def mixed(n, wanted, corners, kernel, reach, antialias=False, edge="clamp"):
    """The weights of a kernel that is 0 beyond `reach` pixels. Beyond the
    edge lies the edge's pixel ("clamp"), or nothing, and what is left is
    weighed anew ("renormalised"). With antialias it is as wide as a pixel of
    a smaller output."""
    at = places(n, wanted, corners)[:, None]
    wide = max(n / wanted, 1) if antialias else 1
    pixels = np.arange(np.floor(-reach * wide) - 1, n + reach * wide + 2)
    weights = kernel((pixels - at) / wide)
    matrix = np.zeros((wanted, n))
    inside = np.clip(pixels, 0, n - 1).astype(int)
    if edge == "renormalised":
        weights = weights * (inside == pixels)
    for column, weight in zip(inside, weights.T):
        matrix[:, column] += weight
    return matrix / matrix.sum(1, keepdims=True)


def triangle(d):
    return np.maximum(1 - abs(d), 0)


def cubic(a):
    """Keys, "Cubic convolution interpolation", 1981, has a = −1/2; PyTorch
    and OpenCV take −3/4."""
    def kernel(d):
        d = abs(d)
        near = (a + 2) * d**3 - (a + 3) * d**2 + 1
        far = a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a
        return np.where(d <= 1, near, np.where(d < 2, far, 0))

    return kernel


# --8<-- [start:resize_nearest]
# floor(i · n / m), or the pixel whose square the centre lies in.
def resize_nearest(x, size, half_pixel):
    for axis, wanted in enumerate(size, 1):
        n = x.shape[axis]
        i = np.arange(wanted) + (0.5 if half_pixel else 0)
        x = x.take(np.floor(i * n / wanted).astype(int), axis)
    return x
# --8<-- [end:resize_nearest]


# --8<-- [start:resize_bilinear]
def resize_bilinear(x, size, corners, antialias=False):
    # An antialiased kernel has nothing to mix beyond the edge.
    edge = "renormalised" if antialias else "clamp"
    return sampled(x, size, lambda n, wanted: mixed(
        n, wanted, corners, triangle, 1, antialias, edge))
# --8<-- [end:resize_bilinear]


# --8<-- [start:resize_corners]
def resize_corners(x, size):
    return resize_bilinear(x, size, "align_corners")
# --8<-- [end:resize_corners]


# --8<-- [start:resize_antialiased]
# Parmar, Zhang, Zhu, arXiv:2104.11222, show what a model loses without it.
def resize_antialiased(x, size, antialias):
    return resize_bilinear(x, size, "half_pixel", antialias)
# --8<-- [end:resize_antialiased]


# --8<-- [start:resize_bicubic]
def resize_bicubic(x, size, a, corners="half_pixel", edge="clamp",
                   antialias=False):
    return sampled(x, size, lambda n, wanted: mixed(
        n, wanted, corners, cubic(a), 2, antialias, edge))
# --8<-- [end:resize_bicubic]


# --8<-- [start:pixel_shuffle]
# Shi et al., arXiv:1609.05158. Channel c·r² + k·r + l of the input becomes
# pixel (k, l) of channel c; depth to space has the block first, k, l, c.
def pixel_shuffle(x, factor, block_first):
    n, h, w, c = x.shape
    r, out = factor, c // factor**2
    if block_first:
        x = x.reshape(n, h, w, r, r, out)
    else:
        x = np.moveaxis(x.reshape(n, h, w, out, r, r), 3, 5)
    x = x.transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(n, h * r, w * r, out)
# --8<-- [end:pixel_shuffle]


# --8<-- [start:pad_reflect]
# The edge itself is not repeated; "symmetric" repeats it.
def pad_reflect(x, padding, symmetric):
    spread = [(0, 0), *map(tuple, padding), (0, 0)]
    return np.pad(x, spread, "symmetric" if symmetric else "reflect")
# --8<-- [end:pad_reflect]
