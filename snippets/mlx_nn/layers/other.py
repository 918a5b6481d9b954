"""Embedding, dense, input and precision in MLX."""

import mlx.core as mx
import mlx.nn as nn


# --8<-- [start:embedding]
# A number beyond the table is no error: it reads what lies there in memory.
def embedding(numbers, channels):
    return nn.Embedding(numbers, channels)
# --8<-- [end:embedding]


# --8<-- [start:dense]
def dense(inputs, outputs):
    return nn.Linear(inputs, outputs)
# --8<-- [end:dense]


# --8<-- [start:dense_square]
def dense_square(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)
# --8<-- [end:dense_square]


# --8<-- [start:bilinear]
# The kernel is out × second × first: PyTorch's is out × first × second.
def bilinear(first, second, outputs):
    return nn.Bilinear(first, second, outputs)
# --8<-- [end:bilinear]


# --8<-- [start:imagenet_torch]
def imagenet_torch():
    mean = mx.array([0.485, 0.456, 0.406])
    deviation = mx.array([0.229, 0.224, 0.225])
    return lambda pixels: (pixels / 255 - mean) / deviation
# --8<-- [end:imagenet_torch]


# --8<-- [start:imagenet_caffe]
def imagenet_caffe():
    mean = mx.array([103.939, 116.779, 123.68])
    return lambda pixels: pixels[..., ::-1] - mean  # blue first
# --8<-- [end:imagenet_caffe]


# --8<-- [start:imagenet_tf]
def imagenet_tf():
    return lambda pixels: pixels / 127.5 - 1
# --8<-- [end:imagenet_tf]


# --8<-- [start:crop_centre]
def crop_centre(size):
    def crop(x):
        top, left = ((n - m) // 2 for n, m in zip(x.shape[1:3], size))
        return x[:, top : top + size[0], left : left + size[1]]

    return crop
# --8<-- [end:crop_centre]


# --8<-- [start:matrix_product]
# On a GPU that has TF32 float32 is rounded to it, unless MLX_ENABLE_TF32=0
# stands in the environment.
def matrix_product():
    return lambda a, b: a @ b
# --8<-- [end:matrix_product]


# --8<-- [start:bfloat16_product]
def bfloat16_product():
    def product(a, b):
        y = a.astype(mx.bfloat16) @ b.astype(mx.bfloat16)
        return y.astype(mx.float32)  # it was bfloat16

    return product
# --8<-- [end:bfloat16_product]
