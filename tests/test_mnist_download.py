"""MNIST from a mirror into the user's cache, and what may go wrong."""

import gzip
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import IO

import numpy as np
import pytest

from lab import mnist
from lab.frameworks import ROOT
from tests.helpers import HANG
from tests.mnist_files import (
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    Files,
    fault,
    idx,
    small_mnist,
)
from tests.support.mirror import LIES, Server, serving


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Files:
    return small_mnist(monkeypatch)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty user cache, and no MNIST_DIR."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    path = tmp_path / "home" / "one-convnet"
    monkeypatch.setattr(
        mnist.platformdirs, "user_cache_path", lambda name: path
    )
    return path


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as httpd:
        yield httpd


def test_mirrors_in_turn(
    small: Files,
    cache: Path,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A 403, a page, a broken connection, half a file: the fifth is good."""
    page = b"<!doctype html><p>Sign in to this network.</p>"
    for name, data in small.items():
        half = gzip.compress(data)[: len(data) // 3]
        server.answers |= {
            f"/forbidden/{name}.gz": (403, len(page), page),
            f"/page/{name}.gz": (200, len(page), page),
            f"/broken/{name}.gz": (200, 10**6, half),
            f"/half/{name}.gz": (200, len(half), half),
        }
    bad = ["forbidden", "page", "broken", "half"]
    mirrors = [f"{server.url}/{mirror}/" for mirror in bad]
    monkeypatch.setattr(mnist, "MIRRORS", mirrors)
    message = fault()
    assert f"no mirror serves {TRAIN_IMAGES} (" in message
    assert "/forbidden/: answered 403; " in message
    assert "/page/: its file is a web page, not digits; " in message
    assert "/broken/: ChunkedEncodingError; " in message
    assert "/half/: its file is truncated" in message
    assert "set MNIST_DIR" in message
    assert list(cache.iterdir()) == []

    mirrors.append(server.serve("good", small))
    server.asked.clear()
    digits = mnist.load("mnist")
    assert idx(digits.train_images) == small[TRAIN_IMAGES]
    assert server.asked == [
        f"/{mirror}/{name}.gz" for name in small for mirror in [*bad, "good"]
    ]
    assert sorted(p.name for p in cache.iterdir()) == sorted(
        f"{name}.gz" for name in small
    )

    server.asked.clear()
    again = mnist.load("mnist")
    assert server.asked == []
    assert all(
        np.array_equal(*pair) for pair in zip(digits, again, strict=True)
    )
    said = capsys.readouterr().err.splitlines()
    assert f"downloading {mirrors[-1]}{TEST_LABELS}.gz" in said


def test_a_mirror_that_speaks_no_http(
    small: Files, cache: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A length that is no number, an address that is none."""
    lies = ["odd_length", "elsewhere"]
    mirrors = [server.serve(f"lie-{lie}", small) for lie in lies]
    monkeypatch.setattr(mnist, "MIRRORS", mirrors)
    monkeypatch.setattr(mnist, "DEADLINE", 10)
    odd = "x", "http://127.0.0.1:99999/"
    choose = lambda found: next(one for one in found if one in odd)  # noqa: E731
    monkeypatch.setattr(server.random, "choice", choose)
    message = fault()
    assert "/lie-odd_length/: its answer is not HTTP; " in message
    assert "/lie-elsewhere/: InvalidURL" in message
    assert list(cache.iterdir()) == []


def test_no_mirror_answers(
    cache: Path, small: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        monkeypatch.setattr(mnist, "MIRRORS", [url])
        assert f"{url}: ConnectionError" in fault()
    assert list(cache.iterdir()) == []


def test_a_mirror_that_serves_other_digits(
    small: Files, cache: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = small | {TRAIN_LABELS: small[TRAIN_LABELS][:-1] + b"\x0b"}
    mirror = server.serve("other", other)
    monkeypatch.setattr(mnist, "MIRRORS", [mirror])
    assert "its file is not MNIST's: its SHA-256 differs" in fault()
    assert [p.name for p in cache.iterdir()] == [f"{TRAIN_IMAGES}.gz"]


def test_a_mirror_without_end_and_then_a_good_one(
    small: Files,
    cache: Path,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One sends byte after byte, one far more than there is, one little that
    unpacks to much."""
    server.serve("slow", {TRAIN_IMAGES: small[TRAIN_IMAGES]})
    zeros = bytes(mnist.BESIDES + 2**17)
    for name in small:
        bomb = gzip.compress(small[name] + bytes(2**24))
        answers = {"much": zeros, "bomb": bomb}
        server.answers |= {
            f"/{mirror}/{name}.gz": (200, len(body), body)
            for mirror, body in answers.items()
        }
    mirrors = [f"{server.url}/{m}/" for m in ("slow", "much", "bomb")]
    monkeypatch.setattr(mnist, "MIRRORS", mirrors)
    monkeypatch.setattr(mnist, "DEADLINE", 2)
    message = fault()
    assert "/slow/: not done after 2 s; " in message
    assert "/much/: its file is far too long; " in message
    assert "/bomb/: its file is too long: more than " in message
    assert list(cache.iterdir()) == []
    mirrors.append(server.serve("good", small))
    assert idx(mnist.load("mnist").train_images) == small[TRAIN_IMAGES]


def test_a_damaged_cache_is_mended(
    small: Files,
    cache: Path,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(mnist, "MIRRORS", [server.serve("good", small)])
    mnist.load("mnist")
    path = cache / f"{TEST_LABELS}.gz"
    path.write_bytes(path.read_bytes()[:-9])
    server.asked.clear()
    mnist.load("mnist")
    assert server.asked == [f"/good/{TEST_LABELS}.gz"]
    said = capsys.readouterr().err
    assert f"{path} is truncated" in said
    assert "downloading it again" in said


def test_a_cache_that_cannot_be_written(
    small: Files, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.parent.mkdir()
    cache.write_text("a file where the folder should be")
    monkeypatch.setattr(mnist, "MIRRORS", [])
    assert f"cannot write {cache}" in fault()


def test_interrupted_it_leaves_nothing(
    small: Files, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted:
        def __init__(self, *args: object, **kwargs: object) -> None:
            pass

        def __call__(self, url: str, file: IO[bytes], pooch: None) -> None:
            file.write(b"half")
            raise KeyboardInterrupt

    monkeypatch.setattr(mnist.pooch, "HTTPDownloader", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        mnist.load("mnist")
    assert list(cache.iterdir()) == []


TWO = """
import sys
from pathlib import Path
from lab import mnist

mnist.platformdirs.user_cache_path = lambda name: Path(sys.argv[1])
mnist.MIRRORS = [sys.argv[2]]
mnist.FILES.update(eval(sys.argv[3]))
print("ready", flush=True)
sys.stdin.readline()
print(*(a.sum() for a in mnist.load("mnist")))
"""


def test_two_processes_at_once(
    small: Files, cache: Path, server: Server
) -> None:
    mirror = server.serve("good", small)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pair = [
        subprocess.Popen(
            [sys.executable, "-c", TWO, cache, mirror, repr(mnist.FILES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(2)
    ]
    try:
        for process in pair:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in pair:  # both stand at the start
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate(timeout=HANG)[0] for process in pair]
    finally:
        for process in pair:
            process.kill()
    assert [process.returncode for process in pair] == [0, 0]
    assert said[0] == said[1] != ""
    assert sorted(p.name for p in cache.iterdir()) == sorted(
        f"{name}.gz" for name in small
    )


# Those that keep a reader busy, until the deadline perhaps.
SLOW = (
    "silent",
    "endless_head",
    "slow_head",
    "endless",
    "slow_body",
    "bomb",
    "bombs",
)
LYING = [
    pytest.param(
        lie, seed, marks=[pytest.mark.slow] if lie in SLOW or seed else []
    )
    for lie in LIES
    for seed in range(1 if lie in SLOW else 4)
]


@pytest.mark.parametrize("lie, seed", LYING)
def test_a_mirror_that_lies_and_then_a_good_one(
    lie: str,
    seed: int,
    small: Files,
    cache: Path,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is downloaded is MNIST, from a mirror that has it, or nothing."""
    monkeypatch.setattr(server, "random", Random(seed))
    monkeypatch.setattr(mnist, "DEADLINE", 1)
    mirrors = [server.serve(f"lie-{lie}", small)]
    monkeypatch.setattr(mnist, "MIRRORS", mirrors)
    names = {f"{name}.gz" for name in small}
    try:
        mnist.load("mnist")
    except mnist.DataError as error:  # not every lie is of account
        assert str(error).isprintable()
    assert {p.name for p in cache.iterdir()} <= names
    mirrors.append(server.serve("good", small))
    digits = mnist.load("mnist")
    for array, data in zip(digits, small.values(), strict=True):
        assert idx(array.astype("uint8")) == data
    assert {p.name for p in cache.iterdir()} == names


# Only where MNIST_DIR names MNIST itself.
REAL = os.environ.get("MNIST_DIR")

if REAL:

    def test_downloaded_from_a_mirror(
        cache: Path, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert REAL
        for path in Path(REAL).glob("*-ubyte*"):
            name = path.name.removesuffix(".gz")
            data = path.read_bytes()
            answer = (200, len(data), data)
            server.answers[f"/forbidden/{name}.gz"] = (403, 0, b"")
            server.answers[f"/good/{name}.gz"] = answer
        mirrors = [f"{server.url}/{m}/" for m in ("forbidden", "good")]
        monkeypatch.setattr(mnist, "MIRRORS", mirrors)
        digits = mnist.load("mnist")
        assert len(digits.train_labels) == 60000
        assert len(server.asked) == 8
