"""MNIST in a folder that MNIST_DIR names, and every way to spoil it."""

import gzip
import os
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lab import mnist
from tests.mnist_files import (
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    Files,
    fault,
    idx,
    small_mnist,
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Files:
    return small_mnist(monkeypatch)


@pytest.fixture
def folder(
    small: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The small MNIST as $MNIST_DIR, two of its files gzipped."""
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    for name, data in small.items():
        if name.startswith("train"):
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(data))
        else:
            (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.mark.parametrize("as_gzip", [False, True])
def test_a_folder(
    small: Files,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    as_gzip: bool,
) -> None:
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    for name, data in small.items():
        path = tmp_path / (f"{name}.gz" if as_gzip else name)
        path.write_bytes(gzip.compress(data) if as_gzip else data)
    digits = mnist.load("mnist")
    for array, data in zip(digits, small.values(), strict=True):
        assert idx(array.astype("uint8")) == data
    assert [a.dtype for a in digits] == ["uint8", "int64", "uint8", "int64"]


def test_missing(folder: Path) -> None:
    (folder / TEST_LABELS).unlink()
    (folder / "line\nbreak").touch()
    message = fault()
    looked_for = [
        str(folder / TEST_LABELS),
        "t10k-labels.idx1-ubyte",
        ".gz",
        "MNIST/raw/",
        "MNIST_DIR",
    ]
    found = [f"'{TEST_IMAGES}'", f"'{TRAIN_IMAGES}.gz'", r"'line\nbreak'"]
    for words in looked_for + found:
        assert words in message


def test_no_folder_never_downloads(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DIR", str(folder / "none"))
    monkeypatch.setattr(mnist, "MIRRORS", None)
    assert "there is no such folder (No such file" in fault()


def test_a_folder_in_a_file_s_place(folder: Path) -> None:
    (folder / TEST_LABELS).unlink()
    (folder / TEST_LABELS).mkdir()
    assert f"{folder / TEST_LABELS} cannot be read: Is a dir" in fault()


def dotted(folder: Path) -> None:
    for path in list(folder.iterdir()):
        path.rename(folder / path.name.replace("-idx", ".idx"))


def torchvision(folder: Path) -> None:
    inside = folder / "MNIST" / "raw"
    paths = list(folder.iterdir())
    inside.mkdir(parents=True)
    for path in paths:
        path.rename(inside / path.name)


def torchvision_s_own(folder: Path) -> None:
    torchvision(folder)
    (folder / "MNIST" / "raw").rename(folder / "raw")


def unpacked_to_folders(folder: Path) -> None:
    dotted(folder)
    for name in mnist.FILES:
        (folder / name).mkdir()


def gzipped_in_name_alone(folder: Path) -> None:
    for path in list(folder.glob("t10k*")):
        path.rename(f"{path}.gz")


@pytest.mark.parametrize(
    "lay_out",
    [
        dotted,
        torchvision,
        torchvision_s_own,
        unpacked_to_folders,
        gzipped_in_name_alone,
    ],
)
def test_as_people_have_it(
    lay_out: Callable[[Path], None], folder: Path, small: Files
) -> None:
    lay_out(folder)
    for array, data in zip(mnist.load("mnist"), small.values(), strict=True):
        assert idx(array.astype("uint8")) == data


def test_a_home(
    folder: Path, small: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("MNIST_DIR", f"~/{folder.name}")
    assert idx(mnist.load("mnist").test_images) == small[TEST_IMAGES]
    monkeypatch.setenv("MNIST_DIR", "~nobody-here/x")
    assert "~nobody-here/x, and there is no such user" in fault()


def test_images_turned_as_emnist_s_are(folder: Path, small: Files) -> None:
    images = np.frombuffer(small[TEST_IMAGES], "uint8", offset=16)
    turned = images.reshape(-1, 28, 28).transpose(0, 2, 1)
    (folder / TEST_IMAGES).write_bytes(idx(np.ascontiguousarray(turned)))
    assert "is not MNIST's: its SHA-256 differs" in fault()


def test_little_endian(folder: Path, small: Files) -> None:
    data = small[TEST_IMAGES]
    header = np.frombuffer(data, ">u4", count=4).astype("<u4").tobytes()
    (folder / TEST_IMAGES).write_bytes(header + data[16:])
    assert "something else (magic number" in fault()


def fifo(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def huge(path: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(2**40)


def bomb(path: Path) -> None:
    """MNIST's header, and 1 MB of nothing behind it in 1 kB."""
    shape, _ = mnist.FILES[TEST_IMAGES]
    packer = zlib.compressobj(9, wbits=31)
    header = idx(np.empty((0, *shape[1:]), "uint8"))
    packed = packer.compress(header[:4] + shape[0].to_bytes(4) + header[8:])
    packed += packer.compress(bytes(2**20))
    path.write_bytes(packed + packer.flush())


@pytest.mark.parametrize(
    "spoil, words",
    [
        (fifo, "is no regular file"),
        (endless, "is no regular file"),
        (huge, "is too long: 1099511627776 bytes of 7856"),
        (bomb, "is too long: more than 7856 bytes"),
    ],
)
def test_what_has_no_end(
    spoil: Callable[[Path], None],
    words: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder / TEST_IMAGES).unlink()
    spoil(folder / TEST_IMAGES)
    tracemalloc.start()
    said = fault()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert f"{folder / TEST_IMAGES} {words}" in said
    assert most < 2**19


@pytest.mark.parametrize("kept", [0, 3, 100, -9, -8, -1])
def test_truncated_gzip(folder: Path, kept: int) -> None:
    path = folder / f"{TRAIN_IMAGES}.gz"
    path.write_bytes(path.read_bytes()[:kept])
    assert f"{path} is truncated" in fault()


@pytest.mark.parametrize("kept", [0, 3, 15, 16, 5000, -1])
def test_truncated(folder: Path, small: Files, kept: int) -> None:
    (folder / TEST_IMAGES).write_bytes(small[TEST_IMAGES][:kept])
    assert f"{folder / TEST_IMAGES} is truncated" in fault()


def test_too_long(folder: Path, small: Files) -> None:
    (folder / TEST_IMAGES).write_bytes(small[TEST_IMAGES] + b"\0")
    assert "is too long: more than 7856 bytes" in fault()


@pytest.mark.parametrize("place", [1, 20, 5000, -6, -2])
def test_corrupt_gzip(folder: Path, place: int) -> None:
    path = folder / f"{TRAIN_IMAGES}.gz"
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(data)
    assert str(path) in fault()


def test_one_wrong_pixel(folder: Path, small: Files) -> None:
    data = bytearray(small[TEST_IMAGES])
    data[-1] ^= 1
    (folder / TEST_IMAGES).write_bytes(data)
    assert "is not MNIST's: its SHA-256 differs" in fault()


def test_images_and_labels_swapped(folder: Path, small: Files) -> None:
    (folder / TEST_IMAGES).write_bytes(small[TEST_LABELS])
    (folder / TEST_LABELS).write_bytes(small[TEST_IMAGES])
    assert f"{folder / TEST_IMAGES} holds labels, not images" in fault()
    (folder / TEST_IMAGES).write_bytes(small[TEST_IMAGES])
    assert f"{folder / TEST_LABELS} holds images, not labels" in fault()


def test_training_and_test_set_swapped(folder: Path, small: Files) -> None:
    for name in small:
        other = name.replace("train", "t10k")
        if name.startswith("t10k"):
            other = name.replace("t10k", "train")
        (folder / name).write_bytes(small[other])
    assert "holds 10×28×28 images, MNIST's 60×28×28" in fault()


def test_a_count_that_disagrees_with_the_labels(
    folder: Path, small: Files
) -> None:
    labels = np.frombuffer(small[TEST_LABELS], "uint8", offset=8)
    (folder / TEST_LABELS).write_bytes(idx(labels[:-1]))
    message = fault()
    assert f"{folder / TEST_LABELS} holds 9 labels, MNIST's 10" in message


def test_another_image_size(folder: Path) -> None:
    (folder / TEST_IMAGES).write_bytes(idx(np.zeros((10, 32, 32), "uint8")))
    assert "holds 10×32×32 images, MNIST's 10×28×28" in fault()


def test_wrong_magic_number(folder: Path, small: Files) -> None:
    data = (0x0D03).to_bytes(4) + small[TEST_IMAGES][4:]
    (folder / TEST_IMAGES).write_bytes(data)
    assert "something else (magic number 3331), not images" in fault()


def test_a_web_page(folder: Path) -> None:
    (folder / TEST_IMAGES).write_bytes(b"\n<!doctype html>" + b" " * 100)
    assert "is a web page, not digits" in fault()
