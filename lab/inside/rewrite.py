"""A file of weights read by the library that knows its kind, and written
anew with the six tensors alone.

lab/screens.py has it done by today's Python, in a process of its own: the
libraries are slow, and what they read is not to be trusted.
"""

import difflib
import functools
import os
import re
from typing import Any, Dict, Iterator, Tuple

import numpy as np

from lab.errors import BadInput
from lab.inside.common import Answer, Request, told
from lab.tensors import Tensor, as_float32, six

Found = Iterator[Tuple[str, Tensor]]
LARGEST = 2**24  # numbers: the weights are 50,186, training has its own
# What the pickle of a state_dict names.
PICKLED = (
    "collections.OrderedDict",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_parameter",
    "torch.FloatStorage",
)


def run(request: Request) -> Answer:
    """Rewrite `request["path"]`, of the kind `request["kind"]`, as
    `request["out"]`, its tensors named and shaped as `request["tensors"]`
    says. Returns whether that rounded a number."""
    wanted = {n: tuple(shape) for n, shape in request["tensors"].items()}
    read, write = KINDS[request["kind"]]
    with told():
        arrays = six(dict(read(request["path"])), wanted)
        arrays, rounded = as_float32(arrays)
        write(request["out"], arrays)
    return {"rounded": rounded}, {}


def read_torch(path: str) -> Found:
    import torch

    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise BadInput(why_not(str(error))) from None
    return torch_tensors(saved)


def torch_tensors(saved: Any, name: str = "") -> Found:
    """The tensors in `saved`: a state_dict, or what has one inside."""
    import torch

    inner = []
    if isinstance(saved, dict):
        inner = list(saved.items())
    elif isinstance(saved, (list, tuple)):
        inner = list(enumerate(saved))
    elif isinstance(saved, torch.Tensor):
        kind = str(saved.dtype).replace("torch.", "")

        def numbers() -> np.ndarray:
            whole = saved.detach()
            return (whole.float() if kind == "bfloat16" else whole).numpy()

        yield name, Tensor(kind, tuple(saved.shape), numbers)
    for key, value in inner:
        yield from torch_tensors(value, f"{name}/{key}" if name else str(key))


def why_not(said: str) -> str:
    """Why a pickle is not read, of what PyTorch says."""
    names = re.search(r"GLOBAL (\S+)|call reduce for \S+ \S+ (\S+)", said)
    other = names and (names[1] or names[2])
    # A name that is nearly one of those, or the start of one, was theirs.
    if other and not (
        difflib.get_close_matches(other, PICKLED, 1, 0.9)
        or any(name.startswith(other) for name in PICKLED)
    ):
        return (
            f"it holds more than weights, and may run code: it names {other}. "
            "Have who made it save model.state_dict() alone"
        )
    if "TorchScript" in said:
        return (
            "it is a TorchScript program, which is code: save its "
            "state_dict() alone"
        )
    return "it is damaged: its pickle cannot be read to the end"


def write_torch(path: str, arrays: Dict[str, np.ndarray]) -> None:
    import torch

    # As PyTorch 1.0 reads it; today's reads it as well.
    torch.save(
        {name: torch.from_numpy(array) for name, array in arrays.items()},
        path,
        _use_new_zipfile_serialization=False,
    )


def read_tensorflow(path: str) -> Found:
    import tensorflow as tf

    reader = tf.train.load_checkpoint(path)
    types = reader.get_variable_to_dtype_map()
    for name, shape in reader.get_variable_to_shape_map().items():

        def numbers(name: str = name) -> np.ndarray:
            array = reader.get_tensor(name)
            half = types[name] == tf.bfloat16
            return array.astype("float32") if half else array

        yield name, Tensor(types[name].name, tuple(shape), numbers)


def write_tensorflow(path: str, arrays: Dict[str, np.ndarray]) -> None:
    import tensorflow as tf

    root = tf.Module()
    for name, array in arrays.items():
        *outer, last = name.split("/")
        module = root
        for part in outer:
            if not hasattr(module, part):
                setattr(module, part, tf.Module())
            module = getattr(module, part)
        setattr(module, last, tf.Variable(array))
    tops = {name.split("/")[0] for name in arrays}
    tf.train.Checkpoint(**{t: getattr(root, t) for t in tops}).write(path)


def read_orbax(path: str) -> Found:
    import jax
    import orbax.checkpoint as ocp

    checkpointer = ocp.PyTreeCheckpointer()
    tree = checkpointer.metadata(path).item_metadata.tree
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    shapes = [tuple(getattr(x, "shape", None) or ()) for _, x in leaves]
    if sum(np.prod(shape, dtype=float) for shape in shapes) > LARGEST:
        raise BadInput("unpacked, it is far too large for these weights")
    # As NumPy's: JAX would round float64.
    as_saved = jax.tree.map(
        lambda _: ocp.RestoreArgs(restore_type=np.ndarray), tree
    )
    restored: Any = []

    def numbers(n: int) -> np.ndarray:
        if not restored:
            saved = checkpointer.restore(path, restore_args=as_saved)
            restored.extend(jax.tree_util.tree_leaves(saved))
        array = np.asarray(restored[n])
        half = array.dtype.name == "bfloat16"
        return array.astype("float32") if half else array

    for n, (place, leaf) in enumerate(leaves):
        name = jax.tree_util.keystr(place, simple=True, separator="/")
        kind = str(getattr(leaf, "dtype", type(leaf).__name__))
        yield name, Tensor(kind, shapes[n], functools.partial(numbers, n))


def write_orbax(path: str, arrays: Dict[str, np.ndarray]) -> None:
    import orbax.checkpoint as ocp

    tree: Dict[str, Any] = {}
    for name, array in arrays.items():
        *outer, last = name.split("/")
        branch = tree
        for part in outer:
            branch = branch.setdefault(part, {})
        branch[last] = array
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(os.path.abspath(path), tree)


KINDS = {
    "torch": (read_torch, write_torch),
    "tensorflow": (read_tensorflow, write_tensorflow),
    "orbax": (read_orbax, write_orbax),
}
