"""The trained weights in every kind of file, and what a file has."""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np

from lab.convert import SAFETENSORS, convert
from lab.frameworks import frameworks
from lab.processes import NOT_HERE, interpreter
from lab.tensors import SHAPES
from tests.chain import FILES, TRAINED
from tests.helpers import Once, missing

Arrays = dict[str, np.ndarray]


def trained_file(once: Once, name: str) -> Path:
    """The trained weights in a file of `name`, alone in its folder. Skips
    where the framework is missing."""
    for f in frameworks():
        if f.name == name and not interpreter(f, Path(tempfile.gettempdir())):
            missing(" or ".join(NOT_HERE))

    def make(folder: Path) -> None:
        path = folder / FILES[name].name
        if name == SAFETENSORS.name:
            shutil.copy(TRAINED, path)
        else:
            convert(SAFETENSORS.name, name, TRAINED, path)

    return once(f"trained-{name}", make) / FILES[name].name


def read_tensors(path: Path) -> Arrays:
    """The tensors of a safetensors file, read by hand: a header of JSON, its
    size before it."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    found = {}
    for name, about in json.loads(data[8:start]).items():
        if name != "__metadata__":
            begin, end = about["data_offsets"]
            numbers = np.frombuffer(data[start + begin : start + end], "<f4")
            found[name] = numbers.reshape(about["shape"])
    return found


def other_tensors(path: Path) -> list[str]:
    """The names of those tensors of `path`, a safetensors file of the six,
    that are not the trained ones, every bit."""
    good, found = read_tensors(TRAINED), read_tensors(path)
    assert found.keys() == SHAPES.keys()
    return [n for n in good if good[n].tobytes() != found[n].tobytes()]
