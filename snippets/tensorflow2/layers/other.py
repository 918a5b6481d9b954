"""Embedding, dense, input and precision in TensorFlow."""

import tensorflow as tf


# --8<-- [start:embedding]
# A number beyond the table is an error on a CPU, and zeros on a GPU.
class Embedding(tf.Module):
    def __init__(self, numbers, channels):
        super().__init__()
        self.table = tf.Variable(tf.random.normal([numbers, channels]))

    def __call__(self, numbers):
        return tf.gather(self.table, numbers)


def embedding(numbers, channels):
    return Embedding(numbers, channels)
# --8<-- [end:embedding]


# --8<-- [start:dense]
class Dense(tf.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([inputs, outputs]))
        self.bias = tf.Variable(tf.zeros(outputs))

    def __call__(self, x):
        return x @ self.kernel + self.bias


def dense(inputs, outputs):
    return Dense(inputs, outputs)
# --8<-- [end:dense]


# --8<-- [start:dense_square]
class DenseSquare(tf.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([inputs, outputs]))

    def __call__(self, x):
        return x @ self.kernel


def dense_square(inputs, outputs):
    return DenseSquare(inputs, outputs)
# --8<-- [end:dense_square]


# --8<-- [start:bilinear]
class Bilinear(tf.Module):
    def __init__(self, first, second, outputs):
        super().__init__()
        glorot = tf.compat.v1.initializers.glorot_uniform()
        self.kernel = tf.Variable(glorot([first, second, outputs]))
        self.bias = tf.Variable(tf.zeros(outputs))

    def __call__(self, a, b):
        y = tf.einsum("ni,ijo,nj->no", a, self.kernel, b)
        return y + self.bias


def bilinear(first, second, outputs):
    return Bilinear(first, second, outputs)
# --8<-- [end:bilinear]


# --8<-- [start:imagenet_torch]
def imagenet_torch():
    mean = tf.constant([0.485, 0.456, 0.406])
    deviation = tf.constant([0.229, 0.224, 0.225])
    return lambda pixels: (pixels / 255 - mean) / deviation
# --8<-- [end:imagenet_torch]


# --8<-- [start:imagenet_caffe]
def imagenet_caffe():
    mean = tf.constant([103.939, 116.779, 123.68])
    return lambda pixels: tf.reverse(pixels, [-1]) - mean  # blue first
# --8<-- [end:imagenet_caffe]


# --8<-- [start:imagenet_tf]
def imagenet_tf():
    return lambda pixels: pixels / 127.5 - 1
# --8<-- [end:imagenet_tf]


# --8<-- [start:crop_centre]
# A size above the image's is not refused: zeros are put around it.
def crop_centre(size):
    return lambda x: tf.image.resize_with_crop_or_pad(x, *size)
# --8<-- [end:crop_centre]


# --8<-- [start:matrix_product]
# On an NVIDIA GPU from Ampere on float32 is rounded to TF32, unless one calls
# tf.config.experimental.enable_tensor_float_32_execution(False).
def matrix_product():
    return lambda a, b: a @ b
# --8<-- [end:matrix_product]


# --8<-- [start:bfloat16_product]
def bfloat16_product():
    return lambda a, b: tf.cast(
        tf.cast(a, tf.bfloat16) @ tf.cast(b, tf.bfloat16), tf.float32)
# --8<-- [end:bfloat16_product]
