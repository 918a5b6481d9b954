"""The ConvNet's weights from one framework's file to another's:
`python -m snippets convert FROM TO IN OUT`.

Each framework reads and writes its own files, in a process of its own.
Between them are arrays in one layout, which docs/port.md gives.
"""

import difflib
import os
import tempfile
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lab import screens
from lab.errors import BadInput, Failed
from lab.files import scratch_folder, write_arrays
from lab.formats import File
from lab.frameworks import Implementation, implementations
from lab.outcome import printed
from lab.processes import NOT_HERE, Files, Result, alone, execute
from lab.screens import Look
from lab.tensors import SHAPES, Arrays, as_float32, check_type

Task = Callable[["End", str, Files, Files], Result]


class End(NamedTuple):
    """Where weights come from or go to: an implementation and its file, or a
    kind of file that is no framework's."""

    name: str
    file: File
    implementation: Implementation | None = None


SAFETENSORS = End(
    "safetensors",
    File(
        "convnet.safetensors",
        "safetensors file",
        "safetensors",
        tensors=SHAPES,
    ),
)
ONNX = End("onnx", File("convnet.onnx", "ONNX model", ""))


def port(options: Namespace) -> int:
    """`python -m snippets convert`; return the exit status."""
    rounded = convert(
        options.source,
        options.target,
        options.input,
        options.output,
        force=options.force,
        timeout=options.timeout,
    )
    said = f"wrote {options.output}"
    if rounded:
        said += "\nfloat64 was rounded to float32"
    printed(lambda: print(said))
    return 0


def convert(
    source: str,
    target: str,
    path_in: Path,
    path_out: Path,
    *,
    force: bool = False,
    timeout: float = 600,
) -> bool:
    """Read the weights in `path_in`, a file of `source`, and write
    `path_out` for `target`, whole or not at all. Each is the name of a
    framework, or "safetensors"; `target` may be "onnx".

    Returns whether float64 had to be rounded to float32. Raises BadInput for
    a bad name, file or path, Failed where a framework is missing or fails."""
    begin, end = end_of(source, [SAFETENSORS]), end_of(target, OTHERS)
    path_in, path_out = Path(path_in), Path(path_out)
    check_name(begin, path_in)
    check_name(end, path_out)
    if path_out.name in ("", ".."):  # `..index` would be written
        raise BadInput(f"OUT is {str(path_out)!r}: it wants a name of its own")
    finals = [Path(f"{path_out}{part}") for part in end.file.parts]

    def task(at: End, name: str, inputs: Files, outputs: Files) -> Result:
        request = {"path": at.file.name, "arrays": "arrays.npz"}
        assert at.implementation
        return execute(
            at.implementation,
            {"task": name} | request,
            timeout,
            inputs=inputs,
            outputs=outputs,
        )

    try:
        check_free(finals, force)
        # Beside OUT, so that the result is moved in one step.
        with scratch_folder(path_out.parent) as scratch:
            look = Look(begin.file, path_in, scratch, partial(alone, timeout))
            files, before = screens.screened(look)
            arrays = read(begin, path_in, files, task)
            arrays, rounded = checked(arrays, path_in)
            made = write(end, arrays, scratch, task)
            place(made, finals)
    except OSError as error:
        what = error.filename or path_out
        said = (error.strerror or str(error)).lower()
        raise BadInput(f"{what}: {said}") from None
    return rounded or before


OTHERS = [SAFETENSORS, ONNX]


def end_of(name: str, others: list[End]) -> End:
    """The end called `name`: one of `others`, or a framework."""
    for other in others:
        if name == other.name:
            return other
    if name == ONNX.name:
        raise BadInput("ONNX is written, not read")
    near = difflib.get_close_matches(name, [o.name for o in others], 1)
    if near:
        raise BadInput(f"no {name!r} here: did you mean {near[0]!r}?")
    first = implementations([name])[0]
    return End(first.framework.name, first.framework.file, first)


def check_name(end: End, path: Path) -> None:
    """Raise BadInput where the framework would want another name."""
    label = end.implementation and end.implementation.framework.label
    if not path.name.endswith(end.file.ends):
        raise BadInput(
            f"{path}: for {label}, the name must end in {end.file.ends}"
        )
    for part in end.file.parts:
        if part and path.name.endswith(part):
            raise BadInput(
                f"{path}: {label} names a {end.file.words.split()[-1]} "
                f"without {part}"
            )


def check_free(finals: list[Path], force: bool) -> None:
    """Raise BadInput unless the files can be placed there."""
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


def read(begin: End, path: Path, files: Files, task: Task) -> Arrays:
    """The arrays in `path`, by name, unchecked; `files` stand for it."""
    if not begin.implementation:
        from safetensors.numpy import load_file

        (file,) = files.values()
        found: Arrays = load_file(file)
        return found
    result = task(begin, "dump", files, {})
    fault = result["error"]
    if not fault:
        arrays: Arrays = result["arrays"]
        return arrays
    if fault in NOT_HERE or fault.startswith("stopped after"):
        raise Failed(f"{begin.name}: {fault}")
    screens.check_room(fault, tempfile.gettempdir())
    said = screens.in_one_line(fault) or "it gave no reason"
    label = begin.implementation.framework.label
    raise BadInput(f"{path}: {label} cannot read it: {said}")


def checked(arrays: Arrays, path: Path) -> tuple[Arrays, bool]:
    """`arrays` as float32, and whether that rounded any. Raises BadInput
    unless they are the six, whole and finite."""
    try:
        for name, shape in SHAPES.items():
            if arrays[name].shape != shape:
                raise BadInput(f"{name} is {arrays[name].shape}, not {shape}")
            check_type(name, arrays[name].dtype.name)
        weights, rounded = as_float32({n: arrays[n] for n in SHAPES})
        for name, array in weights.items():
            if not np.isfinite(array).all():
                raise BadInput(f"{name} has a value that is not finite")
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None
    return weights, rounded


def write(end: End, arrays: Arrays, scratch: Path, task: Task) -> list[Path]:
    """Write `arrays` in `scratch` as `end` has them; return the paths."""
    made = end.file.paths(scratch / "made")
    if end == SAFETENSORS:
        from safetensors.numpy import save

        (scratch / "made").write_bytes(save(arrays))
    elif end == ONNX:
        import onnx

        from lab.onnx_file import onnx_model

        onnx.save(onnx_model(arrays), scratch / "made")
    else:
        write_arrays(scratch / "arrays.npz", arrays)
        inputs = {"arrays.npz": scratch / "arrays.npz"}
        result = task(end, "load", inputs, made)
        if result["error"]:
            said = screens.in_one_line(result["error"]) or result["error"]
            raise Failed(f"{end.name}: {' '.join(said.split())}")
    if end.file.screen == "checkpoints":
        screens.make_movable(scratch / "made")
        (scratch / "made").chmod(0o755)  # it was a temporary folder's
    return list(made.values())


def place(made: list[Path], finals: list[Path]) -> None:
    """Move the files to their places; all of them, or none. The last of
    several says how the others are read: it goes first, and comes last, so
    that a process killed between two leaves none that is of another."""
    placed: list[Path] = []
    try:
        for old in finals[:0:-1]:
            old.unlink(missing_ok=True)
        for new, final in zip(made, finals):
            os.replace(new, final)
            placed.append(final)
    except BaseException:
        for final in placed:
            final.unlink()
        raise
