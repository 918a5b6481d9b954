"""A small MNIST, which stands for the real one."""

import gzip
import hashlib

import numpy as np

from lab import mnist

Files = dict[str, bytes]
Table = dict[str, tuple[tuple[int, ...], str]]


def idx(array: np.ndarray) -> bytes:
    """`array` as an IDX file."""
    header = [0x800 + array.ndim, *array.shape]
    return np.array(header, dtype=">i4").tobytes() + array.tobytes()


def zipped(files: Files) -> Files:
    """The files as a mirror has them: {name.gz: bytes}."""
    return {f"{name}.gz": gzip.compress(data) for name, data in files.items()}


def small_mnist() -> tuple[Files, Table]:
    """A small MNIST as {name: IDX bytes}, and what mnist.FILES says of it:
    its shapes and digests."""
    random = np.random.RandomState(0)
    files, table = {}, {}
    for name, (shape, _) in mnist.FILES.items():
        # Whatever stands there by now, 60 and 10 digits.
        count = 60 if name.startswith("train") else 10
        top = 10 if len(shape) == 1 else 256
        size = (count, *shape[1:])
        data = idx(random.randint(top, size=size).astype("uint8"))
        files[name] = data
        table[name] = size, hashlib.sha256(data).hexdigest()
    return files, table
