"""Bad files of weights, made of good ones.

A maker is a function of a folder, in which it makes the file, and of the good
files, {name of the framework: path}; it returns the bad file's path.
"""

import os
import shutil
import zipfile
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.chain import FILES

Good = dict[str, Path]
Maker = Callable[[Path, Good], Path]
Weights = MutableMapping[str, Any]
# Changes the weights; the second is the name of the bias of ten.
Change = Callable[[Weights, str], None]


def start(name: str, folder: Path, good: Good) -> Path:
    """Where the bad file of `name` goes, a copy of the good one put there."""
    path = folder / f"bad-{FILES[name].name}"
    for part in FILES[name].parts:
        copy = shutil.copytree if good[name].is_dir() else shutil.copy
        copy(f"{good[name]}{part}", f"{path}{part}")
    return path


class Hdf5(dict[str, Any]):
    """An HDF5 file as a dict that takes an item twice."""

    def __init__(self, file: h5py.File) -> None:
        self.file = file

    def __getitem__(self, key: str) -> Any:
        return self.file[key][...]

    def __setitem__(self, key: str, value: Any) -> None:
        if key in self.file:
            del self.file[key]
        self.file[key] = value

    def __delitem__(self, key: str) -> None:
        del self.file[key]


def bias_of(weights: Weights) -> str:
    """The name of the ten numbers."""
    (name,) = [name for name, w in weights.items() if tuple(w.shape) == (10,)]
    return name


def change_hdf5(path: Path, change: Change) -> None:
    with h5py.File(path, "a") as file:
        found: dict[str, Any] = {}
        file.visititems(
            lambda name, item: (
                found.update({name: item})
                if isinstance(item, h5py.Dataset)
                and not name.startswith("optimizer")
                else None
            )
        )
        change(Hdf5(file), bias_of(found))


def change_torch(path: Path, change: Change) -> None:
    import torch

    zipped = zipfile.is_zipfile(path)
    weights = torch.load(path, weights_only=True)
    change(weights, bias_of(weights))
    torch.save(weights, path, _use_new_zipfile_serialization=zipped)


def change_npz(path: Path, change: Change) -> None:
    with np.load(path) as file:
        weights = dict(file)
    change(weights, bias_of(weights))
    np.savez(path, **weights)


def change_safetensors(path: Path, change: Change) -> None:
    from safetensors.numpy import load_file, save_file

    weights = load_file(path)
    change(weights, bias_of(weights))
    save_file(weights, path)


def change_tensorflow(path: Path, change: Change) -> None:
    import tensorflow as tf

    prefix = tf.train.latest_checkpoint(path) if path.is_dir() else str(path)
    reader = tf.train.load_checkpoint(prefix)
    names = list(reader.get_variable_to_dtype_map())
    tensors = {name: reader.get_tensor(name) for name in names}
    weights = {
        name: tensor
        for name, tensor in tensors.items()
        if isinstance(tensor, np.ndarray) and not name.endswith("Momentum")
    }
    change(weights, bias_of(weights))
    tensors |= weights
    tf.raw_ops.SaveV2(
        prefix=prefix,
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(tensors),
        tensors=[tf.constant(t) for t in tensors.values()],
    )


# By the file's screen, what changes the weights in it.
EDITORS = {
    "hdf5": change_hdf5,
    "checkpoints": change_tensorflow,
    "npz": change_npz,
    "safetensors": change_safetensors,
    "tensorflow": change_tensorflow,
    "torch_pickle": change_torch,
    "torch_zip": change_torch,
}


def changed(name: str, change: Change) -> Maker:
    """The good file of `name`, its weights changed."""

    def make(folder: Path, good: Good) -> Path:
        path = start(name, folder, good)
        EDITORS[FILES[name].screen](path, change)
        return path

    return make


def shape(weights: Weights, bias: str) -> None:
    # One number: NumPy would repeat it ten times.
    weights[bias] = weights[bias][:1]


def lacking(weights: Weights, bias: str) -> None:
    del weights[bias]


def extra(weights: Weights, bias: str) -> None:
    weights["another"] = weights[bias]


def nan(weights: Weights, bias: str) -> None:
    weights[bias] = weights[bias] * float("nan")


def infinite(weights: Weights, bias: str) -> None:
    weights[bias] = weights[bias] + float("inf")


def integers(weights: Weights, bias: str) -> None:
    value = weights[bias]
    numpy = isinstance(value, np.ndarray)
    weights[bias] = value.astype("int8") if numpy else value.char()


def huge(weights: Weights, bias: str) -> None:
    # A tensor that no file holds: 4 TB of the fill value.
    assert isinstance(weights, Hdf5)
    weights.file.create_dataset("huge", (10**12,), "f4", chunks=(1000,))


def elsewhere(weights: Weights, bias: str) -> None:
    assert isinstance(weights, Hdf5)
    del weights[bias]
    weights.file[bias] = h5py.ExternalLink("other.h5", "/bias")


def soft_link(weights: Weights, bias: str) -> None:
    assert isinstance(weights, Hdf5)
    weights.file["another"] = h5py.SoftLink(f"/{bias}")


def channels_first(weights: Weights, bias: str) -> None:
    assert isinstance(weights, Hdf5)
    weights.file.attrs["model_config"] = '{"data_format": "channels_first"}'


def theano(weights: Weights, bias: str) -> None:
    assert isinstance(weights, Hdf5)
    weights.file.attrs["backend"] = np.bytes_("theano")


def control(weights: Weights, bias: str) -> None:
    weights["a\n\x1b[2Jb"] = weights[bias]


def flipped(name: str) -> Maker:
    """One bit of the good file's numbers, in the middle of them."""

    def make(folder: Path, good: Good) -> Path:
        path = start(name, folder, good)
        data = bytearray(path.read_bytes())
        data[100_000] ^= 1
        path.write_bytes(data)
        return path

    return make


def noted(name: str, text: str) -> Maker:
    """A folder of TensorFlow 1 with another note in it."""

    def make(folder: Path, good: Good) -> Path:
        path = start(name, folder, good)
        (path / "checkpoint").write_text(text)
        return path

    return make


def cut(name: str) -> Maker:
    """Sixty per cent of the good file."""

    def make(folder: Path, good: Good) -> Path:
        path = start(name, folder, good)
        # The largest of its files holds the numbers.
        found = [p for p in folder.rglob("*") if p.is_file()]
        largest = max(found, key=lambda p: p.stat().st_size)
        os.truncate(largest, largest.stat().st_size * 6 // 10)
        return path

    return make


def bomb(name: str) -> Maker:
    def make(folder: Path, good: Good) -> Path:
        path = folder / f"bomb-{FILES[name].name}"
        with zipfile.ZipFile(path, "w", 8) as archive:
            archive.writestr("arr_0.npy", bytes(2**27))
        return path

    return make


def text(name: str) -> Maker:
    def make(folder: Path, good: Good) -> Path:
        path = folder / f"text-{FILES[name].name}"
        path.write_text("No weights here, and more than eight bytes.\n" * 9)
        return path

    return make


def nothing(name: str) -> Maker:
    """A path with nothing there, which ends in `name`."""
    return lambda folder, good: folder / f"nothing-{name}"


def linked(name: str) -> Maker:
    """A folder with a link in it."""

    def make(folder: Path, good: Good) -> Path:
        path = start(name, folder, good)
        (path / "more").symlink_to("/etc/hostname")
        return path

    return make
