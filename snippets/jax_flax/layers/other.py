"""Embedding, dense, input and precision in JAX with Flax."""

import jax.numpy as jnp
from flax import nnx


# --8<-- [start:embedding]
# A number beyond the table is NaN.
def embedding(numbers, channels):
    return nnx.Embed(numbers, channels, rngs=nnx.Rngs(0))
# --8<-- [end:embedding]


# --8<-- [start:dense]
def dense(inputs, outputs):
    return nnx.Linear(inputs, outputs, rngs=nnx.Rngs(0))
# --8<-- [end:dense]


# --8<-- [start:dense_square]
def dense_square(inputs, outputs):
    return nnx.Linear(inputs, outputs, use_bias=False, rngs=nnx.Rngs(0))
# --8<-- [end:dense_square]


# --8<-- [start:bilinear]
# By hand: nnx.Einsum takes one input.
class Bilinear(nnx.Module):
    def __init__(self, first, second, outputs, *, rngs):
        init = nnx.initializers.lecun_normal()
        shape = first, second, outputs
        self.kernel = nnx.Param(init(rngs.params(), shape))
        self.bias = nnx.Param(jnp.zeros(outputs))

    def __call__(self, a, b):
        y = jnp.einsum("ni,ijo,nj->no", a, self.kernel[...], b)
        return y + self.bias[...]


def bilinear(first, second, outputs):
    return Bilinear(first, second, outputs, rngs=nnx.Rngs(0))
# --8<-- [end:bilinear]


# --8<-- [start:imagenet_torch]
def imagenet_torch():
    mean = jnp.array([0.485, 0.456, 0.406])
    deviation = jnp.array([0.229, 0.224, 0.225])
    return lambda pixels: (pixels / 255 - mean) / deviation
# --8<-- [end:imagenet_torch]


# --8<-- [start:imagenet_caffe]
def imagenet_caffe():
    mean = jnp.array([103.939, 116.779, 123.68])
    return lambda pixels: pixels[..., ::-1] - mean  # blue first
# --8<-- [end:imagenet_caffe]


# --8<-- [start:imagenet_tf]
def imagenet_tf():
    return lambda pixels: pixels / 127.5 - 1
# --8<-- [end:imagenet_tf]


# --8<-- [start:crop_centre]
def crop_centre(size):
    def crop(x):
        top, left = (
            (n - m) // 2 for n, m in zip(x.shape[1:3], size)
        )
        return x[:, top:top + size[0], left:left + size[1]]

    return crop
# --8<-- [end:crop_centre]


# --8<-- [start:matrix_product]
# On an NVIDIA GPU from Ampere on float32 is rounded to TF32, unless
# jax.default_matmul_precision("highest") is set.
def matrix_product():
    return lambda a, b: a @ b
# --8<-- [end:matrix_product]


# --8<-- [start:bfloat16_product]
# The result would be bfloat16 too, unless told.
def bfloat16_product():
    return lambda a, b: jnp.matmul(
        a.astype(jnp.bfloat16), b.astype(jnp.bfloat16),
        preferred_element_type=jnp.float32,
    )
# --8<-- [end:bfloat16_product]
