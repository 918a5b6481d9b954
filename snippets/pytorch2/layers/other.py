"""Embedding, dense, input and precision in PyTorch."""

import torch
from torch import nn


# --8<-- [start:embedding]
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
def bilinear(first, second, outputs):
    return nn.Bilinear(first, second, outputs)
# --8<-- [end:bilinear]


# --8<-- [start:imagenet_torch]
def imagenet_torch():
    mean = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
    deviation = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
    return lambda pixels: (pixels / 255 - mean) / deviation
# --8<-- [end:imagenet_torch]


# --8<-- [start:imagenet_caffe]
def imagenet_caffe():
    mean = torch.tensor([103.939, 116.779, 123.68])[:, None, None]
    return lambda pixels: pixels.flip(1) - mean  # blue first
# --8<-- [end:imagenet_caffe]


# --8<-- [start:imagenet_tf]
def imagenet_tf():
    return lambda pixels: pixels / 127.5 - 1
# --8<-- [end:imagenet_tf]


# --8<-- [start:crop_centre]
def crop_centre(size):
    def crop(x):
        top, left = (
            (n - m) // 2 for n, m in zip(x.shape[2:], size)
        )
        return x[..., top:top + size[0], left:left + size[1]]

    return crop
# --8<-- [end:crop_centre]


# --8<-- [start:matrix_product]
# On an NVIDIA GPU float32 stays float32, where nobody sets
# torch.backends.cuda.matmul.fp32_precision; a convolution takes TF32.
def matrix_product():
    return lambda a, b: a @ b
# --8<-- [end:matrix_product]


# --8<-- [start:bfloat16_product]
def bfloat16_product():
    return lambda a, b: (a.bfloat16() @ b.bfloat16()).float()
# --8<-- [end:bfloat16_product]
