"""Look at a file of weights before a framework opens it.

To some frameworks, opening a file is running it, and others take a file that
lacks half of the weights. So convert.py asks here first.
"""

import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from snippets.running import BadInput

SHAPES = {
    "conv1.kernel": (3, 3, 1, 32),
    "conv1.bias": (32,),
    "conv2.kernel": (3, 3, 32, 64),
    "conv2.bias": (64,),
    "dense.kernel": (3136, 10),
    "dense.bias": (10,),
}
LARGEST = 31360  # numbers in one tensor
LIMIT = 64 * 2**20  # bytes: the weights are 0.2 MB, training adds its own


class Format(NamedTuple):
    """How a framework's file is named, and how one is known."""

    name: str  # in the scratch folder, where the framework reads and writes
    words: str
    starts: tuple = ()  # its first bytes
    holds: str = ""  # it is a folder, with a file of this name
    parts: tuple = ("",)  # it is several files, named so


HDF5, ZIP = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"
# The pickled number that PyTorch's files began with, before they were zipped.
TORCH = bytes.fromhex("80028a0a6cfc9c46f9206aa85019")
FORMATS = {
    "keras3": Format("convnet.weights.h5", "HDF5 file", (HDF5,)),
    "pytorch2": Format("convnet.pt", "PyTorch file", (ZIP, TORCH)),
    "tensorflow2": Format(
        "convnet.ckpt", "TensorFlow checkpoint",
        parts=(".data-00000-of-00001", ".index"),
    ),
    "jax_flax": Format(
        "convnet.orbax", "Orbax folder", holds="_CHECKPOINT_METADATA"
    ),
    "numpy_float64": Format("convnet.npz", ".npz file", (ZIP,)),
    "keras2": Format("convnet.h5", "HDF5 file", (HDF5,)),
    "pytorch1": Format("convnet.pt", "file of PyTorch before 1.6", (TORCH,)),
    "tensorflow1": Format(
        "convnet", "folder of TensorFlow checkpoints", holds="checkpoint"
    ),
    "cntk2": Format("convnet.model", "CNTK 2 model", (b"\x08\x02\x12",)),
    "safetensors": Format("convnet.safetensors", "safetensors file"),
    "onnx": Format("convnet.onnx", "ONNX model"),
}  # fmt: skip


def screened(framework, path, scratch):
    """What `framework` may be given for `path`: {name there: path}. `scratch`
    is a folder for copies that are safer than `path` itself.

    Raises BadInput unless `path` is of the right kind and size, and holds
    neither code nor, as far as can be seen from here, other tensors."""
    form = FORMATS[framework]
    files = {form.name + part: Path(f"{path}{part}") for part in form.parts}
    for file in files.values():
        if not file.exists():
            raise BadInput(f"{file} does not exist")
        if form.holds and not (file / form.holds).is_file():
            raise BadInput(f"{path} is no {form.words}: no {form.holds} in it")
        inside = file.rglob("*") if form.holds else [file]
        inside = [f for f in inside if f.is_symlink() or not f.is_dir()]
        for each in inside or [file]:
            # A link in a folder may lead to anything; copies follow it.
            if not each.is_file() or (form.holds and each.is_symlink()):
                raise BadInput(f"{each} is no regular file")
        if sum(each.stat().st_size for each in inside) > LIMIT:
            raise BadInput(f"{file} is far too large for these weights")
        if form.starts and not file.read_bytes().startswith(form.starts):
            raise BadInput(f"{path} is no {form.words}")
    try:
        return LOOKS.get(framework, nothing_more)(path, scratch) or files
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None
    except Exception as error:  # whatever the libraries say of a broken file
        said = " ".join(str(error).split())[:300]
        raise BadInput(f"{path} cannot be read: {said}") from None


def in_one_line(text):
    """The error that `text`, a framework's last lines, names; or nothing."""
    if re.search("weights.only", text, re.IGNORECASE):
        return "it holds more than weights, and may run code"
    said = re.search(
        r"(?:Error|Exception): (.*)|^\t(.*)", text, re.MULTILINE | re.DOTALL
    )
    return " ".join((said[1] or said[2]).split())[:300] if said else ""


def nothing_more(path, scratch):
    pass


def hdf5(path, scratch):
    import h5py

    found = []

    def visit(name, item):  # of links, none is visited
        if isinstance(item, h5py.Dataset):
            if item.external or item.is_virtual or item.size > LARGEST:
                raise BadInput(f"{name} is no weight of this network")
            if not name.startswith("optimizer"):
                found.append(item)

    with h5py.File(path) as file:
        file.visititems(visit)
        compare(sorted(found, key=lambda a: ORDER.get(a.shape, 0)), "float32")


ORDER = {shape: n for n, shape in enumerate(SHAPES.values())}


def compare(arrays, dtype):
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


def unzippable(path):
    """Refuse a zip file that is cut short, or would fill the memory."""
    with zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > LIMIT:
            raise BadInput("unpacked, it is far too large for these weights")


def npz(path, scratch):
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


def torch2(path, scratch):
    if path.read_bytes().startswith(ZIP):
        unzippable(path)
    torch1(path, scratch)


def torch1(path, scratch):
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
    return {FORMATS["pytorch1"].name: rewritten}


def checkpoints(path, scratch):
    shutil.copytree(path, scratch / "checkpoints")
    make_movable(scratch / "checkpoints")
    return {FORMATS["tensorflow1"].name: scratch / "checkpoints"}


def make_movable(folder):
    """TensorFlow 1 may note where a checkpoint was first written, and looks
    for it there. Let it look beside the note."""
    note = folder / "checkpoint"
    text = note.read_text("utf-8", "replace")
    note.write_text(re.sub(r'"[^"\n]*/', '"', text), "utf-8")


def cntk(path, scratch):
    from google.protobuf.empty_pb2 import Empty

    data = path.read_bytes()
    Empty.FromString(data)  # fails where it is cut short
    # CNTK imports what such a node names, by `exec` of a string made of it.
    if b"UserDefinedFunction" in data:
        raise BadInput("it names code to run, a user-defined function")


def safetensors(path, scratch):
    data = path.read_bytes()
    header = int.from_bytes(data[:8], "little")
    if not 2 <= header <= len(data) - 8 or data[8:9] != b"{":
        raise BadInput("it is no safetensors file, or is cut short")


LOOKS = {
    "keras3": hdf5,
    "keras2": hdf5,
    "pytorch2": torch2,
    "pytorch1": torch1,
    "tensorflow1": checkpoints,
    "numpy_float64": npz,
    "cntk2": cntk,
    "safetensors": safetensors,
}
