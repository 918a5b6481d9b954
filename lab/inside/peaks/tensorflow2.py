"""What the machine gives TensorFlow: matrix multiplication."""

from collections.abc import Iterator
from typing import Any

import tensorflow as tf


@tf.function
def last_of_product(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    # One number comes back: the product stays where it is.
    return tf.matmul(a, b)[-1, -1]


def cases(bfloat16: bool) -> Iterator[tuple[Any, ...]]:
    """Yield (name, function, metadata): the operations of one call in FLOP
    (2 for each multiply-add)."""
    n = 4096
    for dtype in ["float32", "bfloat16"][: 1 + bfloat16]:
        a, b = tf.cast(tf.random.normal((2, n, n)), dtype)
        yield (
            f"matmul-{dtype}",
            lambda a=a, b=b: last_of_product(a, b).numpy(),
            {"flop": 2 * n**3},
        )
