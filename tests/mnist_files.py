"""A small MNIST, which stands for the real one."""

import gzip
import hashlib

import numpy as np
import pytest

from lab import mnist

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = mnist.FILES
Files = dict[str, bytes]


def idx(array: np.ndarray) -> bytes:
    """`array` as an IDX file."""
    header = [0x800 + array.ndim, *array.shape]
    return np.array(header, dtype=">i4").tobytes() + array.tobytes()


def small_mnist(monkeypatch: pytest.MonkeyPatch) -> Files:
    """A small MNIST as {name: IDX bytes}, whose shapes and digests stand in
    mnist.FILES."""
    random = np.random.RandomState(0)
    files = {}
    for name, (shape, _) in mnist.FILES.items():
        shape = (shape[0] // 1000, *shape[1:])
        top = 10 if len(shape) == 1 else 256
        data = idx(random.randint(top, size=shape).astype("uint8"))
        files[name] = data
        digest = hashlib.sha256(data).hexdigest()
        monkeypatch.setitem(mnist.FILES, name, (shape, digest))
    return files


def zipped(files: Files) -> Files:
    """The files as a mirror has them: {name.gz: bytes}."""
    return {f"{name}.gz": gzip.compress(data) for name, data in files.items()}


def fault(name: str = "mnist") -> str:
    """The one line of the DataError that load raises."""
    with pytest.raises(mnist.DataError) as raised:
        mnist.load(name)
    assert "\n" not in str(raised.value)
    return str(raised.value)
