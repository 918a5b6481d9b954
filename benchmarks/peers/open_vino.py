"""Predictions by OpenVINO."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import openvino

from lab.errors import BadInput

Function = Callable[[np.ndarray], np.ndarray]


def load(path: Path, threads: int) -> Function:
    """The network in the ONNX file `path`, on `threads` threads: a function
    from images, float32 (N, 1, 28, 28) in [0, 1], to probabilities, float32
    (N, 10). Raises BadInput where the file cannot be run."""
    options = {
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",  # all threads for one call
        # Its own choice is bfloat16 where the processor has it.
        "INFERENCE_PRECISION_HINT": "f32",
    }
    try:
        model = openvino.Core().compile_model(path, "CPU", options)
    except RuntimeError as error:
        said = " ".join(str(error).split())
        raise BadInput(f"{path}: OpenVINO cannot run it: {said}") from None

    def run(images: np.ndarray) -> np.ndarray:
        logits = model(images)["logits"]
        found: np.ndarray = np.exp(logits - logits.max(axis=1, keepdims=True))
        return found / found.sum(axis=1, keepdims=True)

    return run
