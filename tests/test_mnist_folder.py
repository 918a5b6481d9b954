"""MNIST in a folder that MNIST_DIR names, and every way to spoil it."""

import gzip
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
    message = fault()
    assert f"{folder / TEST_LABELS}.gz cannot be read: No such" in message
    assert "MNIST_DIR" in message


def test_no_folder_never_downloads(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DIR", str(folder / "none"))
    monkeypatch.setattr(mnist, "MIRRORS", None)
    assert "No such file" in fault()


def test_a_folder_in_a_file_s_place(folder: Path) -> None:
    (folder / TEST_LABELS).unlink()
    (folder / TEST_LABELS).mkdir()
    assert f"{folder / TEST_LABELS} cannot be read: Is a dir" in fault()


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
    assert "is too long: 7857 bytes of 7856" in fault()


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
