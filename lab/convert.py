"""The ConvNet's weights from one framework's file to another's:
`python -m snippets convert FROM TO IN OUT`.

Each framework reads and writes its own files, in a process of its own.
Between them are arrays in one layout, which docs/port.md gives.
"""

import difflib
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from snippets import screen
from snippets.running import NO_2018, BadInput, execute, runs
from snippets.screen import FORMATS, SHAPES

# Old enough for the runtimes of 2022; the graph needs nothing newer.
OPSET, IR_VERSION = 17, 8


class Failed(Exception):
    """A framework is missing, or failed: one line, exit status 1."""


def port(options):
    """`python -m snippets convert`; return the exit status."""
    try:
        rounded = convert(
            options.source,
            options.target,
            options.input,
            options.output,
            force=options.force,
            timeout=options.timeout,
        )
    except Failed as error:
        print(f"snippets: {error}", file=sys.stderr)
        return 1
    print("wrote", options.output)
    if rounded:
        print("float64 was rounded to float32")
    return 0


def convert(source, target, path_in, path_out, *, force=False, timeout=600):
    """Read the weights in `path_in`, a file of `source`, and write
    `path_out` for `target`, whole or not at all. Each is the name of a
    framework, or "safetensors"; `target` may be "onnx".

    Returns whether float64 had to be rounded to float32. Raises BadInput for
    a bad name, file or path, Failed where a framework is missing or fails."""
    source, target = end(source, written=False), end(target, written=True)
    path_in, path_out = Path(path_in), Path(path_out)
    check_name(source["name"], path_in)
    check_name(target["name"], path_out)
    finals = [Path(f"{path_out}{p}") for p in FORMATS[target["name"]].parts]
    check_free(finals, force)

    def run(framework, task, inputs, outputs=None):
        name = FORMATS[framework["name"]].name
        request = {"task": task, "path": name, "arrays": "arrays.npz"}
        return execute(
            framework, request, timeout, inputs=inputs, outputs=outputs
        )

    try:
        # Beside OUT, so that the result is moved in one step.
        with tempfile.TemporaryDirectory(
            prefix=".convert-", dir=path_out.parent
        ) as scratch:
            arrays = read(source, path_in, Path(scratch), run)
            arrays, rounded = checked(arrays, path_in, source)
            made = write(target, arrays, Path(scratch), run)
            place(made, finals)
    except OSError as error:
        raise BadInput(" ".join(str(error).split())) from None
    return rounded


def end(name, written):
    """The run called `name`; of safetensors and ONNX, only a name."""
    if name == "onnx" and not written:
        raise BadInput("ONNX is written, not read")
    others = ["safetensors", "onnx"] if written else ["safetensors"]
    if name in others:
        return {"name": name}
    near = difflib.get_close_matches(name, others, 1)
    if near:
        raise BadInput(f"no {name!r} here: did you mean {near[0]!r}?")
    return runs([name])[0]


def check_name(framework, path):
    if framework == "keras3" and not path.name.endswith(".weights.h5"):
        raise BadInput(f"{path}: for Keras, the name must end in .weights.h5")
    if framework == "tensorflow2" and path.suffix == ".index":
        raise BadInput(f"{path}: TensorFlow names a checkpoint without .index")


def check_free(finals, force):
    folder = finals[0].parent
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise BadInput(
            f"cannot write {finals[0]}: {folder} is not a folder that you may "
            "write to"
        )
    for final in finals:
        if final.is_dir():
            raise BadInput(f"{final} is a folder: remove it yourself")
        if os.path.lexists(final) and not force:
            raise BadInput(f"{final} exists: --force replaces it")


def read(source, path, scratch, run):
    """The arrays in `path`, by name, unchecked."""
    inputs = screen.screened(source["name"], path, scratch)
    if source["name"] == "safetensors":
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            return load_file(path)
        except (SafetensorError, KeyError) as error:
            raise BadInput(f"{path}: {error}") from None
    result = run(source, "dump", inputs)
    error = result["error"]
    if not error:
        return result["arrays"]
    if error == NO_2018 or error.startswith("stopped after"):
        raise Failed(f"{source['name']}: {error}")
    said = screen.in_one_line(error)
    raise BadInput(
        f"{path}: {source['label']} cannot read it" + (said and f": {said}")
    )


def checked(arrays, path, source):
    """`arrays` as float32, and whether that rounded any. Raises BadInput
    unless they are the six, whole and finite."""
    own = "float64" if source["name"] == "numpy_float64" else "float32"
    for name in arrays:
        if name not in SHAPES:
            raise BadInput(f"{path}: {name!r} is no weight of this network")
    weights, rounded = {}, False
    for name, shape in SHAPES.items():
        if name not in arrays:
            raise BadInput(f"{path}: {name} is missing")
        array = arrays[name]
        if array.shape != shape or array.dtype != own:
            raise BadInput(
                f"{path}: {name} is {array.dtype} {array.shape}, not {own} "
                f"{shape}"
            )
        with np.errstate(over="ignore"):
            weights[name] = np.ascontiguousarray(array, "float32")
        if not np.isfinite(weights[name]).all():
            raise BadInput(f"{path}: {name} has a value that is not finite")
        rounded |= bool((weights[name] != array).any())
    return weights, rounded


def write(target, arrays, scratch, run):
    """Write `arrays` in `scratch` as `target` has them; return the paths."""
    form = FORMATS[target["name"]]
    made = {form.name + p: scratch / f"made{p}" for p in form.parts}
    if target["name"] == "safetensors":
        from safetensors.numpy import save

        (scratch / "made").write_bytes(save(arrays))
    elif target["name"] == "onnx":
        import onnx

        onnx.save(onnx_model(arrays), scratch / "made")
    else:
        np.savez(scratch / "arrays.npz", **arrays)
        inputs = {"arrays.npz": scratch / "arrays.npz"}
        result = run(target, "load", inputs, made)
        if result["error"]:
            said = screen.in_one_line(result["error"]) or result["error"]
            raise Failed(f"{target['name']}: {' '.join(said.split())}")
    if target["name"] == "tensorflow1":
        screen.make_movable(scratch / "made")
        (scratch / "made").chmod(0o755)  # it was a temporary folder's
    return list(made.values())


def place(made, finals):
    """Move the files to their places; all of them, or none."""
    placed = []
    try:
        for new, final in zip(made, finals):
            os.replace(new, final)
            placed.append(final)
    except BaseException:
        for final in placed:
            final.unlink()
        raise


def onnx_model(arrays):
    """The ConvNet as an ONNX model: `images`, float32 N × 1 × 28 × 28, to
    `logits`, N × 10. ONNX puts channels first, as PyTorch does."""
    from onnx import TensorProto, checker, helper, numpy_helper

    weights = dict(arrays)
    for conv in "conv1", "conv2":
        kernel = arrays[f"{conv}.kernel"]
        weights[f"{conv}.kernel"] = kernel.transpose(3, 2, 0, 1)
    rows = arrays["dense.kernel"].reshape(7, 7, 64, 10)
    weights["dense.kernel"] = rows.transpose(2, 0, 1, 3).reshape(3136, 10)

    def conv(x, name, y):
        inputs = [x, f"{name}.kernel", f"{name}.bias"]
        return helper.make_node("Conv", inputs, [y], name, pads=[1, 1, 1, 1])

    def pool(x, y):
        window = {"kernel_shape": [2, 2], "strides": [2, 2]}
        return helper.make_node("MaxPool", [x], [y], **window)

    def value(name, *shape):
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
