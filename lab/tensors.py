"""Six tensors in a file of any kind: how they are found, and as what.

Their shapes all differ, so shapes tell which is which, whatever a file calls
them and whatever lies around them. Everything else in it must be what
training leaves beside weights.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np

from lab.errors import BadInput

Shape = tuple[int, ...]
Arrays = dict[str, np.ndarray]

SHAPES: dict[str, Shape] = {
    "conv1.kernel": (3, 3, 1, 32),
    "conv1.bias": (32,),
    "conv2.kernel": (3, 3, 32, 64),
    "conv2.bias": (64,),
    "dense.kernel": (3136, 10),
    "dense.bias": (10,),
}
# What float32 holds exactly, and what it can be rounded from. A file whose
# numbers are of another type is refused: they may want a scale.
TYPES = ("float16", "bfloat16", "float32", "float64")
# Parts of names: the state of an optimiser, of metrics, of random layers.
BESIDE = re.compile(r"(^|/)\.?(optim|metrics|seed_generator)", re.IGNORECASE)


class Tensor(NamedTuple):
    """A tensor that is not read yet. `read` returns it as NumPy has it,
    bfloat16 as float32."""

    type: str
    shape: Shape
    read: Callable[[], np.ndarray]


def bfloat16(data: bytes, shape: Shape) -> np.ndarray:
    """The numbers of `data`, bfloat16, as float32: the upper half of it."""
    upper = np.frombuffer(data, "<u2").astype("<u4") << 16
    return upper.view("<f4").reshape(shape)


def six(found: Mapping[str, Tensor], wanted: Mapping[str, Shape]) -> Arrays:
    """The tensors of `found` that have the shapes of `wanted`, by its names
    and in its order. A scalar counts something, and is passed over.

    Raises BadInput where one is missing, one is there twice, there is one
    more, or the numbers are of another type than TYPES."""
    found = {
        name: tensor
        for name, tensor in found.items()
        if tensor.shape and not BESIDE.search(name)
    }
    names = {
        shape: [n for n, tensor in found.items() if tensor.shape == shape]
        for shape in wanted.values()
    }
    right = [name for same in names.values() for name in same]
    lacks = [as_text(shape) for shape in names if not names[shape]]
    twice = [name for same in names.values() if len(same) > 1 for name in same]
    more = [name for name in found if name not in right]
    if lacks or twice or more:
        faults = {
            "lacks": lacks,
            "has besides": [named(n, found[n]) for n in more],
            "has several alike": [named(n, found[n]) for n in twice],
        }
        said = [f"{key} {some(f)}" for key, f in faults.items() if f]
        raise BadInput(f"its tensors are not the six: it {'; it '.join(said)}")
    for name in right:
        check_type(name, found[name].type)
    return {
        name: found[names[shape][0]].read() for name, shape in wanted.items()
    }


def check_type(name: str, type: str) -> None:
    """Raise BadInput unless `type`, of the tensor `name`, is in TYPES."""
    if type not in TYPES:
        raise BadInput(
            f"{name} is {type}: only {', '.join(TYPES[:-1])} and {TYPES[-1]} "
            "are converted"
        )


def as_float32(arrays: Arrays) -> tuple[Arrays, bool]:
    """`arrays` as float32, each whole in memory, and whether that rounded a
    number."""
    with np.errstate(over="ignore", invalid="ignore"):
        new = {
            name: np.ascontiguousarray(array, "float32")
            for name, array in arrays.items()
        }
    return new, any(bool((new[n] != arrays[n]).any()) for n in arrays)


def as_text(shape: Shape) -> str:
    return "×".join(map(str, shape))


def named(name: str, tensor: Tensor) -> str:
    return f"{name!r} {as_text(tensor.shape)}"


def some(words: Iterable[str], most: int = 4) -> str:
    """`words` in a line, the first of them where there are many."""
    words = list(words)
    more = [f"and {len(words) - most} more"] if len(words) > most else []
    return ", ".join(words[:most] + more)
