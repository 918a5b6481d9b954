"""Look at a file of weights before a framework opens it.

To some frameworks, opening a file is running it, and others take a file that
lacks half of the weights. So convert.py asks here first. A screen is a
function of the path, a scratch folder for copies that are safer, and the
file's name there; it returns what the framework may be given instead,
{name: path}, or nothing. framework.toml names one of SCREENS.
"""

import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from lab.errors import BadInput
from lab.formats import File

Given = dict[str, Path]

SHAPES = {
    "conv1.kernel": (3, 3, 1, 32),
    "conv1.bias": (32,),
    "conv2.kernel": (3, 3, 32, 64),
    "conv2.bias": (64,),
    "dense.kernel": (3136, 10),
    "dense.bias": (10,),
}
ORDER = {shape: n for n, shape in enumerate(SHAPES.values())}
LARGEST = 31360  # numbers in one tensor
LIMIT = 64 * 2**20  # bytes: the weights are 0.2 MB, training adds its own
ZIP = b"PK\x03\x04"


def screened(file: File, path: Path, scratch: Path) -> Given:
    """What the framework whose file is `file` may be given for `path`:
    {name there: path}. `scratch` is a folder for copies.

    Raises BadInput unless `path` is of the right kind and size, and holds
    neither code nor, as far as can be seen from here, other tensors."""
    files = file.paths(path)
    for found in files.values():
        check_kind(file, path, found)
    try:
        return SCREENS[file.screen](path, scratch, file.name) or files
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None
    except Exception as error:  # whatever the libraries say of a broken file
        said = " ".join(str(error).split())[:300]
        raise BadInput(f"{path} cannot be read: {said}") from None


def check_kind(file: File, path: Path, found: Path) -> None:
    """Raise BadInput unless `found`, a part of `path`, is a regular file, or
    a folder of such, small enough, and begins as it should."""
    if not found.exists():
        raise BadInput(f"{found} does not exist")
    if file.holds and not (found / file.holds).is_file():
        raise BadInput(f"{path} is no {file.words}: no {file.holds} in it")
    inside = list(found.rglob("*")) if file.holds else [found]
    inside = [f for f in inside if f.is_symlink() or not f.is_dir()]
    for each in inside or [found]:
        # A link in a folder may lead to anything; copies follow it.
        if not each.is_file() or (file.holds and each.is_symlink()):
            raise BadInput(f"{each} is no regular file")
    if sum(each.stat().st_size for each in inside) > LIMIT:
        raise BadInput(f"{found} is far too large for these weights")
    starts = tuple(bytes.fromhex(start) for start in file.starts)
    if starts and not found.read_bytes().startswith(starts):
        raise BadInput(f"{path} is no {file.words}")


def in_one_line(text: str) -> str:
    """The error that `text`, a framework's last lines, names; or nothing."""
    if re.search("weights.only", text, re.IGNORECASE):
        return "it holds more than weights, and may run code"
    said = re.search(
        r"(?:Error|Exception): (.*)|^\t(.*)", text, re.MULTILINE | re.DOTALL
    )
    return " ".join((said[1] or said[2]).split())[:300] if said else ""


def size(path: Path, scratch: Path, name: str) -> None:
    """Kind and size say enough: its reader asks for the six by name, and
    checks shapes and sums itself."""


def hdf5(path: Path, scratch: Path, name: str) -> None:
    """Datasets that lie in the file itself, and are the six."""
    import h5py

    found = []

    def visit(name: str, item: Any) -> None:  # of links, none is visited
        if isinstance(item, h5py.Dataset):
            if item.external or item.is_virtual or item.size > LARGEST:
                raise BadInput(f"{name} is no weight of this network")
            if not name.startswith("optimizer"):
                found.append(item)

    with h5py.File(path) as file:
        file.visititems(visit)
        compare(sorted(found, key=lambda a: ORDER.get(a.shape, 0)), "float32")


def compare(arrays: Iterable[Any], dtype: str) -> None:
    """Refuse `arrays` that are not of the six shapes, in order."""
    found = [f"{'×'.join(map(str, a.shape))} {a.dtype}" for a in arrays]
    wanted = [f"{'×'.join(map(str, s))} {dtype}" for s in SHAPES.values()]
    if found != wanted:
        lacks = ", ".join((Counter(wanted) - Counter(found)).elements())
        has = ", ".join((Counter(found) - Counter(wanted)).elements())
        raise BadInput(
            f"its tensors are not the six: lacks {lacks or 'none'}; has "
            f"{has or 'none'} besides"
        )


def unzippable(path: Path) -> None:
    """Refuse a zip file that is cut short, or would fill the memory."""
    with zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > LIMIT:
            raise BadInput("unpacked, it is far too large for these weights")


def npz(path: Path, scratch: Path, name: str) -> None:
    """NumPy's arrays in a zip file: the six, in order."""
    unzippable(path)
    with np.load(path, allow_pickle=False) as arrays:
        # convnet.load would take fewer, and repeat what is too small.
        compare(list(arrays.values()), "float64")


# PyTorch 1.0 runs whatever a pickle says. So it is given only what today's
# PyTorch, which refuses that, has read and written again. And either would
# round another type in silence.
REWRITE = """if True:
    import sys, torch
    weights = torch.load(sys.argv[1], map_location="cpu", weights_only=True)
    for name, tensor in weights.items():
        if tensor.dtype != torch.float32:
            raise TypeError(f"{name} is {tensor.dtype}, not torch.float32")
    torch.save(weights, sys.argv[2], _use_new_zipfile_serialization=False)
"""


def torch_zip(path: Path, scratch: Path, name: str) -> Given:
    """PyTorch's pickle, in a zip file since 1.6."""
    if path.read_bytes().startswith(ZIP):
        unzippable(path)
    return torch_pickle(path, scratch, name)


def torch_pickle(path: Path, scratch: Path, name: str) -> Given:
    """PyTorch's pickle as it was before 1.6."""
    rewritten = scratch / "rewritten.pt"
    child = subprocess.run(
        [sys.executable, "-P", "-c", REWRITE, path, rewritten],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if child.returncode:
        raise BadInput(in_one_line(child.stderr) or "cannot be read")
    return {name: rewritten}


def checkpoints(path: Path, scratch: Path, name: str) -> Given:
    """A folder of TensorFlow 1, which may say where it once lay."""
    shutil.copytree(path, scratch / "checkpoints")
    make_movable(scratch / "checkpoints")
    return {name: scratch / "checkpoints"}


def make_movable(folder: Path) -> None:
    """TensorFlow 1 may note where a checkpoint was first written, and looks
    for it there. Let it look beside the note."""
    note = folder / "checkpoint"
    text = note.read_text("utf-8", "replace")
    note.write_text(re.sub(r'"[^"\n]*/', '"', text), "utf-8")


def cntk(path: Path, scratch: Path, name: str) -> None:
    """CNTK's protocol buffer, without functions of its user's."""
    from google.protobuf.empty_pb2 import Empty

    data = path.read_bytes()
    Empty.FromString(data)  # fails where it is cut short
    # CNTK imports what such a node names, by `exec` of a string made of it.
    if b"UserDefinedFunction" in data:
        raise BadInput("it names code to run, a user-defined function")


def safetensors(path: Path, scratch: Path, name: str) -> None:
    """A header that the file is long enough for."""
    data = path.read_bytes()
    header = int.from_bytes(data[:8], "little")
    if not 2 <= header <= len(data) - 8 or data[8:9] != b"{":
        raise BadInput("it is no safetensors file, or is cut short")


SCREENS = {
    screen.__name__: screen
    for screen in (
        size, hdf5, npz, torch_zip, torch_pickle, checkpoints, cntk,
        safetensors,
    )
}  # fmt: skip
