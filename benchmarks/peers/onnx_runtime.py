"""Predictions by ONNX Runtime."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime

from lab.errors import BadInput

Function = Callable[[np.ndarray], np.ndarray]


def load(path: Path, threads: int) -> Function:
    """The network in the ONNX file `path`, on `threads` threads: a function
    from images, float32 (N, 1, 28, 28) in [0, 1], to probabilities, float32
    (N, 10). Raises BadInput where the file cannot be run."""
    options = onnxruntime.SessionOptions()
    # Its own choice is a thread for each core, whatever it may use.
    options.intra_op_num_threads = threads
    try:
        session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its own have no class in common
        said = " ".join(str(error).split())
        raise BadInput(f"{path}: ONNX Runtime cannot run it: {said}") from None

    def run(images: np.ndarray) -> np.ndarray:
        [logits] = session.run(["logits"], {"images": images})
        found: np.ndarray = np.exp(logits - logits.max(axis=1, keepdims=True))
        return found / found.sum(axis=1, keepdims=True)

    return run
