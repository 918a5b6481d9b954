"""What trains: convnet.py alone, or distributed.py among others."""

import contextlib
import importlib
import platform
from typing import Any, Iterator, Tuple

import numpy as np

from lab.inside.common import Request, version
from lab.inside.launch import tell


@contextlib.contextmanager
def trainer(request: Request, convnet: Any) -> Iterator[Tuple[Any, int]]:
    """The module with build_model() and train(), `convnet` or one that trains
    among others, and the rank of this process, which has joined them."""
    if not request.get("processes"):
        yield convnet, 0
        return
    distributed = importlib.import_module("distributed")
    rank, processes = distributed.join()
    if processes != request["processes"]:
        raise RuntimeError(
            "%d processes met, not %d" % (processes, request["processes"])
        )
    versions = [version(request), platform.python_version(), np.__version__]
    tell("joined", rank, versions=" ".join(versions))
    yield distributed, rank
    tell("done", rank)
    distributed.leave()
