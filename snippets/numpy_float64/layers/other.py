"""What is left, in NumPy: embedding, dropout's relatives, input, precision."""

import numpy as np


# --8<-- [start:embedding]
# A row for each number. One number may mean padding: PyTorch's padding_idx
# has a row like any other, and no gradient.
def embedding(numbers, table):
    return table[numbers]
# --8<-- [end:embedding]


# --8<-- [start:dense]
def dense(x, kernel, bias):
    return x @ kernel + bias
# --8<-- [end:dense]


# --8<-- [start:dense_square]
# As many outputs as inputs: transposed, the kernel has the same shape.
def dense_square(x, kernel, transposed=False):
    return x @ (kernel.T if transposed else kernel)
# --8<-- [end:dense_square]


# --8<-- [start:bilinear]
# y[o] = Σ a[i] w[i, j, o] b[j] + bias[o].
def bilinear(a, b, kernel, bias):
    return np.einsum("ni,ijo,nj->no", a, kernel, b) + bias
# --8<-- [end:bilinear]


# --8<-- [start:imagenet_torch]
# Red, green, blue from 0 to 1, then each channel's mean and deviation.
def imagenet_torch(pixels):
    mean, deviation = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    return (pixels / 255 - mean) / deviation
# --8<-- [end:imagenet_torch]


# --8<-- [start:imagenet_caffe]
# Blue first, each channel's mean taken away, not scaled.
def imagenet_caffe(pixels):
    return pixels[..., ::-1] - [103.939, 116.779, 123.68]
# --8<-- [end:imagenet_caffe]


# --8<-- [start:imagenet_tf]
# From −1 to 1.
def imagenet_tf(pixels):
    return pixels / 127.5 - 1
# --8<-- [end:imagenet_tf]


# --8<-- [start:crop_centre]
# Of an odd rest, the smaller half is before (`round_up`: the larger).
def crop_centre(x, size, round_up):
    starts = [(n - m + round_up) // 2 for n, m in zip(x.shape[1:3], size)]
    rows, columns = (slice(s, s + m) for s, m in zip(starts, size))
    return x[:, rows, columns]
# --8<-- [end:crop_centre]


# --8<-- [start:matrix_product]
# As the device multiplies float32 where nobody asks for more or less.
def matrix_product(a, b):
    return a @ b
# --8<-- [end:matrix_product]


# --8<-- [start:bfloat16_product]
# Both rounded to bfloat16, to the nearest, ties to even; summed in float32,
# and the sum rounded again (`out`).
def bfloat16_product(a, b, out):
    def rounded(x):
        bits = np.asarray(x, "float32").view("uint32")
        bits = bits + 0x7FFF + (bits >> 16 & 1) & 0xFFFF0000
        return bits.astype("uint32").view("float32").astype("float64")

    y = rounded(a) @ rounded(b)
    return rounded(y) if out else y
# --8<-- [end:bfloat16_product]
