"""Embedding, dense, input and precision in Keras."""

import keras
from keras import ops


# --8<-- [start:embedding]
# mask_zero=True: 0 is padding, and what comes behind is told so.
def embedding(numbers, channels):
    return keras.layers.Embedding(numbers, channels)
# --8<-- [end:embedding]


# --8<-- [start:dense]
def dense(outputs):
    return keras.layers.Dense(outputs)
# --8<-- [end:dense]


# --8<-- [start:dense_square]
def dense_square(outputs):
    return keras.layers.Dense(outputs, use_bias=False)
# --8<-- [end:dense_square]


# --8<-- [start:bilinear]
# By hand: layers.EinsumDense takes one input.
class Bilinear(keras.layers.Layer):
    def __init__(self, first, second, outputs):
        super().__init__()
        self.kernel = self.add_weight(shape=(first, second, outputs))
        self.bias = self.add_weight(shape=(outputs,), initializer="zeros")

    def call(self, a, b):
        return ops.einsum("ni,ijo,nj->no", a, self.kernel, b) + self.bias


def bilinear(first, second, outputs):
    return Bilinear(first, second, outputs)
# --8<-- [end:bilinear]


# --8<-- [start:imagenet_torch]
# keras.applications.imagenet_utils.preprocess_input(mode="torch"), which on
# PyTorch, and of NumPy's arrays, changes the pixels that it is given.
def imagenet_torch():
    mean = ops.array([0.485, 0.456, 0.406])
    deviation = ops.array([0.229, 0.224, 0.225])
    return lambda pixels: (pixels / 255 - mean) / deviation
# --8<-- [end:imagenet_torch]


# --8<-- [start:imagenet_caffe]
# mode="caffe", blue first, unless told: VGG's and ResNet's.
def imagenet_caffe():
    return keras.applications.imagenet_utils.preprocess_input
# --8<-- [end:imagenet_caffe]


# --8<-- [start:imagenet_tf]
def imagenet_tf():
    return keras.layers.Rescaling(1 / 127.5, offset=-1)
# --8<-- [end:imagenet_tf]


# --8<-- [start:crop_centre]
# A size above the image's is not refused: the image is resized.
def crop_centre(size):
    return keras.layers.CenterCrop(*size)
# --8<-- [end:crop_centre]


# --8<-- [start:matrix_product]
# On an NVIDIA GPU from Ampere on TensorFlow and JAX round float32 to TF32,
# unless they are told not to; PyTorch does not. Keras has no switch for it.
def matrix_product():
    return ops.matmul
# --8<-- [end:matrix_product]


# --8<-- [start:bfloat16_product]
# The sum is rounded too; not where JAX compiles both casts together for a CPU.
def bfloat16_product():
    return lambda a, b: ops.cast(
        ops.matmul(ops.cast(a, "bfloat16"), ops.cast(b, "bfloat16")),
        "float32",
    )
# --8<-- [end:bfloat16_product]
