"""Look at a file of weights before a framework opens it.

To some frameworks, opening a file is running it; others take a file that
lacks half of the weights, or turn int8 into float32 without a word. So
convert.py asks here first. A screen is a function of a Look; it returns what
the framework may be given instead, a Screened, or nothing. framework.toml
names one of SCREENS.
"""

import errno
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lab.errors import BadInput, Failed
from lab.files import write_arrays
from lab.formats import File
from lab.readers import arrays_in, datasets, tensor_of
from lab.tensors import as_float32, six

LIMIT = 64 * 2**20  # bytes: the weights are 0.2 MB, training adds its own
# What the system says where a copy of the file finds no place.
NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
ZIP = b"PK\x03\x04"


class Look(NamedTuple):
    """A file, as a screen gets it: `scratch` is a folder for its copies,
    `rewrite(request, folder)` does lab/inside/rewrite.py there and returns
    its result, as lab.processes.execute does."""

    file: File
    path: Path
    scratch: Path
    rewrite: Callable[[dict[str, Any], Path], dict[str, Any]]


class Screened(NamedTuple):
    """What the framework may be given: {name there: path}, and whether a
    number was rounded for it."""

    files: dict[str, Path]
    rounded: bool = False


def screened(look: Look) -> Screened:
    """What the framework may be given for `look.path`.

    Raises BadInput unless that is of the right kind and size, and holds the
    six tensors and neither code nor, as far as can be seen from here, other
    tensors; Failed where looking took too long."""
    files = look.file.paths(look.path)
    for found in files.values():
        check_kind(look.file, look.path, found)
    try:
        return SCREENS[look.file.screen](look) or Screened(files)
    except BadInput as error:
        raise BadInput(f"{look.path}: {error}") from None
    except Failed:
        raise
    except Exception as error:  # whatever the libraries say of a broken file
        check_room(str(error), look.scratch)
        raise BadInput(f"{look.path}: {damaged(str(error))}") from None


def check_room(said: str, folder: Path | str) -> None:
    """Raise OSError where `said`, of what failed, is that a copy found no
    room in `folder`: the file itself is as it should be."""
    for number in NO_ROOM:
        if os.strerror(number) in said:
            raise OSError(number, os.strerror(number), str(folder)) from None


def damaged(said: str) -> str:
    """What is told of a file that a library cannot read, and says `said`."""
    reason = " ".join(said.split())[:200]
    return f"it is damaged, or of another kind ({reason or 'no reason given'})"


def check_kind(file: File, path: Path, found: Path) -> None:
    """Raise BadInput unless `found`, a part of `path`, is a regular file, or
    a folder of such, small enough, and begins as it should."""
    if not found.exists():
        raise BadInput(f"{found} does not exist")
    if file.holds and not any((found / h).is_file() for h in file.holds):
        raise BadInput(
            f"{path} is no {file.words}: no {' or '.join(file.holds)} in it"
        )
    inside = list(found.rglob("*")) if file.holds else [found]
    inside = [f for f in inside if f.is_symlink() or not f.is_dir()]
    for each in inside or [found]:
        # A link in a folder may lead to anything; copies follow it.
        if not each.is_file() or (file.holds and each.is_symlink()):
            raise BadInput(f"{each} is no regular file")
        if not os.access(each, os.R_OK):
            raise BadInput(f"{each} may not be read: its owner can allow it")
    if sum(each.stat().st_size for each in inside) > LIMIT:
        raise BadInput(f"{found} is far too large for these weights")
    starts = tuple(bytes.fromhex(start) for start in file.starts)
    if starts and not found.read_bytes().startswith(starts):
        raise BadInput(f"{path} is no {file.words}")


def in_one_line(text: str) -> str:
    """The error that `text`, a framework's last lines, names: its message,
    or its type where it has none; or nothing."""
    said = re.search(r"^(?:\w+\.)*(\w+): (.*)$", text, re.MULTILINE)
    return (said[2] or said[1])[:300] if said else ""


def hdf5(look: Look) -> Screened:
    """Datasets that lie in the file itself; written anew for Keras, old or
    new, as it names them."""
    import h5py

    with h5py.File(look.path) as file:
        config = file.attrs.get("model_config", "")
        if "channels_first" in str(config):
            raise BadInput(
                "its model has channels first, and nothing here can tell in "
                "which order its dense rows stand: build it with channels "
                "last, permute the rows, save that (docs/port.md)"
            )
        if "theano" in str(file.attrs.get("backend", "")):
            raise BadInput(
                "Keras on Theano wrote it, whose kernels are turned: load "
                "and save it by Keras 2 on TensorFlow first"
            )
        arrays = six(dict(datasets(file)), look.file.tensors)
    arrays, rounded = as_float32(arrays)
    path = look.scratch / "screened.h5"
    with h5py.File(path, "w") as file:
        layers: dict[str, list[str]] = {}
        for name, array in arrays.items():
            file[name] = array
            layer, rest = name.split("/", 1)
            layers.setdefault(layer, []).append(rest)
        # Keras 2 goes by these.
        file.attrs["keras_version"] = np.bytes_("2")
        file.attrs["layer_names"] = [name.encode() for name in layers]
        for layer, names in layers.items():
            named = [name.encode() for name in names]
            file[layer].attrs["weight_names"] = named
    return Screened({look.file.name: path}, rounded)


def unzippable(path: Path) -> None:
    """Refuse a zip file that is damaged, or would fill the memory."""
    with zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > LIMIT:
            raise BadInput("unpacked, it is far too large for these weights")
        wrong = archive.testzip()
    if wrong:
        raise BadInput(f"it is damaged: the checksum of {wrong} is wrong")


def npz(look: Look) -> Screened:
    """NumPy's arrays in a zip file; in order, as convnet.load takes them."""
    unzippable(look.path)
    found = six(dict(arrays_in(look.path)), look.file.tensors)
    path = look.scratch / "screened.npz"
    write_arrays(path, found)
    return Screened({look.file.name: path})


def torch_zip(look: Look) -> Screened:
    """PyTorch's pickle, in a zip file since 1.6."""
    if look.path.read_bytes().startswith(ZIP):
        unzippable(look.path)
    return torch_pickle(look)


def torch_pickle(look: Look) -> Screened:
    """PyTorch's pickle as it was before 1.6. PyTorch 1.0 runs whatever a
    pickle says, so it is given only what today's, which refuses that, has
    read and written again."""
    return rewritten(look, "torch", look.path)


def tensorflow(look: Look) -> Screened:
    """TensorFlow's checkpoint, a prefix of two files."""
    return rewritten(look, "tensorflow", look.path)


def orbax(look: Look) -> Screened:
    """Orbax' folder, or the folder of a step with one such item in it."""
    items = [p.parent for p in look.path.glob("*/_METADATA")]
    if (look.path / "_METADATA").exists():
        items = [look.path]
    if len(items) != 1:
        names = ", ".join(sorted(item.name for item in items)) or "none"
        raise BadInput(f"name the folder of one item in it; it has {names}")
    return rewritten(look, "orbax", items[0])


def rewritten(look: Look, kind: str, path: Path) -> Screened:
    """`path`, read and written anew in a process of its own."""
    folder = look.scratch / "rewritten"
    folder.mkdir()
    request = {
        "task": "rewrite",
        "kind": kind,
        # As that process has it, whatever this one's locale makes of it.
        "path": os.fsencode(path.absolute()).decode(errors="surrogateescape"),
        "out": look.file.name,
        "tensors": look.file.tensors,
    }
    result = look.rewrite(request, folder)
    fault = result["error"]
    if not fault:
        return Screened(
            look.file.paths(folder / look.file.name), result["rounded"]
        )
    if fault.startswith("stopped after"):
        raise Failed(f"{look.path}: {fault}")
    check_room(fault, look.scratch)
    said = in_one_line(fault)
    ours = fault.rpartition("BadInput: ")[2] if "BadInput: " in fault else ""
    raise BadInput(ours or damaged(said or fault))


def checkpoints(look: Look) -> Screened:
    """A folder of TensorFlow 1, which may say where it once lay."""
    copy = look.scratch / "checkpoints"
    copy.mkdir()
    for path in look.path.iterdir():
        if path.is_file():  # not what an estimator keeps of evaluations
            shutil.copyfile(path, copy / path.name)
    make_movable(copy)
    return Screened({look.file.name: copy})


def make_movable(folder: Path) -> None:
    """TensorFlow 1 may note where a checkpoint was first written, and looks
    for it there. Let it look beside the note, and for nothing else.

    Raises BadInput where the note names no checkpoint of the folder."""
    note = folder / "checkpoint"
    named = re.search(
        r"""^\s*model_checkpoint_path\s*:\s*(["'])([^"'\\\n]+)\1""",
        note.read_text("utf-8", "replace"),
        re.MULTILINE,
    )
    last = named[2].rpartition("/")[2] if named else ""
    if not (folder / f"{last}.index").is_file():
        raise BadInput(
            "its file `checkpoint` names "
            + (f"{last}, which is not in it" if last else "none")
        )
    note.write_text(f'model_checkpoint_path: "{last}"\n', "utf-8")


def cntk(look: Look) -> None:
    """CNTK's protocol buffer, without functions of its user's."""
    from google.protobuf.empty_pb2 import Empty

    data = look.path.read_bytes()
    Empty.FromString(data)  # fails where it is cut short
    # CNTK imports what such a node names, by `exec` of a string made of it.
    if b"UserDefinedFunction" in data:
        raise BadInput("it names code to run, a user-defined function")


def safetensors(look: Look) -> Screened:
    """Named tensors, written anew with the names that are looked for."""
    from safetensors import deserialize
    from safetensors.numpy import save

    data = look.path.read_bytes()
    header = int.from_bytes(data[:8], "little")
    if not 2 <= header <= len(data) - 8 or data[8:9] != b"{":
        raise BadInput("it is no safetensors file, or is cut short")
    found = {name: tensor_of(**held) for name, held in deserialize(data)}
    arrays, rounded = as_float32(six(found, look.file.tensors))
    path = look.scratch / "screened.safetensors"
    path.write_bytes(save(arrays))
    return Screened({look.file.name: path}, rounded)


SCREENS: dict[str, Callable[[Look], Screened | None]] = {
    screen.__name__: screen
    for screen in (
        hdf5,
        npz,
        torch_zip,
        torch_pickle,
        tensorflow,
        orbax,
        checkpoints,
        cntk,
        safetensors,
    )
}
