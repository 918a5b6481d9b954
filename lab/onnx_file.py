"""The ConvNet as an ONNX model."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, checker, helper, numpy_helper

# Old enough for the runtimes of 2022; the graph needs nothing newer.
OPSET, IR_VERSION = 17, 8


def onnx_model(arrays: dict[str, np.ndarray]) -> onnx.ModelProto:
    """The ConvNet as an ONNX model: `images`, float32 N × 1 × 28 × 28, to
    `logits`, N × 10. ONNX puts channels first, as PyTorch does."""
    weights = dict(arrays)
    for layer in "conv1", "conv2":
        kernel = arrays[f"{layer}.kernel"]
        weights[f"{layer}.kernel"] = kernel.transpose(3, 2, 0, 1)
    rows = arrays["dense.kernel"].reshape(7, 7, 64, 10)
    weights["dense.kernel"] = rows.transpose(2, 0, 1, 3).reshape(3136, 10)

    def conv(x: str, name: str, y: str) -> Any:
        inputs = [x, f"{name}.kernel", f"{name}.bias"]
        return helper.make_node("Conv", inputs, [y], name, pads=[1, 1, 1, 1])

    def pool(x: str, y: str) -> Any:
        return helper.make_node(
            "MaxPool", [x], [y], kernel_shape=[2, 2], strides=[2, 2]
        )

    def value(name: str, *shape: int | str) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    dense = ["flat", "dense.kernel", "dense.bias"]
    graph = helper.make_graph(
        [
            conv("images", "conv1", "c1"),
            helper.make_node("Relu", ["c1"], ["r1"]),
            pool("r1", "p1"),
            conv("p1", "conv2", "c2"),
            helper.make_node("Relu", ["c2"], ["r2"]),
            pool("r2", "p2"),
            helper.make_node("Flatten", ["p2"], ["flat"]),
            helper.make_node("Gemm", dense, ["logits"], "dense"),
        ],
        "convnet",
        [value("images", "N", 1, 28, 28)],
        [value("logits", "N", 10)],
        [
            numpy_helper.from_array(np.ascontiguousarray(w), name)
            for name, w in weights.items()
        ],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="One ConvNet",
    )
    checker.check_model(model, full_check=True)
    return model
