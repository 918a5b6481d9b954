"""A small MNIST, which stands for the real one."""

import pytest

from lab import mnist
from tests.support import small
from tests.support.small import Files as Files
from tests.support.small import idx as idx
from tests.support.small import zipped as zipped

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = mnist.FILES


def small_mnist(monkeypatch: pytest.MonkeyPatch) -> Files:
    """A small MNIST as {name: IDX bytes}, whose shapes and digests stand in
    mnist.FILES."""
    files, table = small.small_mnist()
    for name, said in table.items():
        monkeypatch.setitem(mnist.FILES, name, said)
    return files


def fault(name: str = "mnist") -> str:
    """The one line of the DataError that load raises."""
    with pytest.raises(mnist.DataError) as raised:
        mnist.load(name)
    assert "\n" not in str(raised.value)
    return str(raised.value)
