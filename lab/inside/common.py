"""What the tasks share: images in a layout, weights, an edited module."""

import contextlib
import importlib
import os
import resource
import sys
from typing import Any, Dict, Iterator, List, Tuple

import numpy as np

Request = Dict[str, Any]
Arrays = Dict[str, np.ndarray]
Answer = Tuple[Dict[str, Any], Arrays]


def in_layout(images: np.ndarray, layout: str) -> np.ndarray:
    """uint8 (N, 28, 28) to float32 in [0, 1], (N, 1, 28, 28) for "NCHW" or
    (N, 28, 28, 1) for "NHWC"."""
    axis = {"NCHW": 1, "NHWC": 3}[layout]
    return np.expand_dims(images.astype("float32") / 255, axis)


def weights_in(arrays: Any, prefix: str) -> Arrays:
    """The arrays whose names begin with `prefix`/, without it."""
    return {
        name.split("/")[1]: arrays[name]
        for name in arrays
        if name.startswith(prefix + "/")
    }


def edited(path: str, name: str, edits: List[List[str]]) -> Any:
    """The file `path` as a module of its own, called `name`, with the texts
    of each pair (find, replace) replaced. Raises ValueError where `find` is
    not once in it."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    for find, replace in edits:
        if source.count(find) != 1:
            raise ValueError(f"{find!r} is not once in {path}")
        source = source.replace(find, replace)
    with open(name + ".py", "w", encoding="utf-8") as file:
        file.write(source)
    sys.path.insert(0, os.getcwd())
    return importlib.import_module(name)


def version(request: Request) -> str:
    """The framework's own."""
    module = importlib.import_module(request["import_name"])
    return str(module.__version__)


def peak_memory() -> int:
    """The most bytes of memory that this process has held. What getrusage
    says begins on Linux with what the parent held as it started this one."""
    if os.path.exists("/proc/self/status"):
        with open("/proc/self/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return 1024 * int(line.split()[1])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """End with the whole of an error in the last line, its type before it:
    where a message has many lines, nobody could tell which says why."""
    try:
        yield
    except Exception as error:
        sys.exit(type(error).__name__ + ": " + " ".join(str(error).split()))
