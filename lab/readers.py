"""The tensors in files that need no framework to be read."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from lab.errors import BadInput
from lab.tensors import Tensor, bfloat16

# As safetensors calls the types of numbers.
SAFETENSORS = {
    "F16": "float16",
    "BF16": "bfloat16",
    "F32": "float32",
    "F64": "float64",
}


def datasets(group: Any, before: str = "") -> Iterator[tuple[str, Tensor]]:
    """The datasets below an HDF5 group. Raises BadInput where a link leads
    elsewhere, or numbers lie outside the file."""
    import h5py

    for key in group:
        name = f"{before}{key}"
        if not isinstance(group.get(key, getlink=True), h5py.HardLink):
            raise BadInput(f"{name} is a link: only what lies here is read")
        item = group[key]
        if isinstance(item, h5py.Group):
            yield from datasets(item, f"{name}/")
        elif isinstance(item, h5py.Dataset):
            if item.external or item.is_virtual:
                raise BadInput(f"{name} lies outside the file")
            kind = item.dtype.name
            read = item.__array__
            if item.attrs.get("dtype") == "bfloat16":  # as Keras has them
                kind = "bfloat16"
                read = partial(in_bfloat16, item)
            yield name, Tensor(kind, tuple(item.shape or ()), read)


def in_bfloat16(item: Any) -> np.ndarray:
    return bfloat16(item[...].tobytes(), item.shape)


def arrays_in(path: Path) -> Iterator[tuple[str, Tensor]]:
    """The arrays of a file .npz. Raises ValueError where one is a pickle."""
    with np.load(path, allow_pickle=False) as file:
        for name, array in file.items():
            yield name, Tensor(array.dtype.name, array.shape, array.copy)


def tensor_of(dtype: str, shape: list[int], data: bytes) -> Tensor:
    """A tensor as safetensors has it: "BF16", its shape, its bytes."""
    kind = SAFETENSORS.get(dtype, dtype)

    def read() -> np.ndarray:
        if kind == "bfloat16":
            return bfloat16(data, tuple(shape))
        little = np.dtype(kind).newbyteorder("<")
        return np.frombuffer(data, little).reshape(shape)

    return Tensor(kind, tuple(shape), read)
