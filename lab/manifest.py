"""What a framework.toml may say, besides what its keys and types allow."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lab.screens import SCREENS
from lab.tensors import SHAPES

if TYPE_CHECKING:
    from lab.frameworks import Backend, Framework

GPU = Path(__file__).parent.parent / "environments" / "gpu"
# What reaches pages and results as it is; results/schemas/ say the same.
PLAIN = re.compile("[A-Za-z0-9 .,:;@()+/~=#_-]+")
ADDRESS = re.compile(r"https://[^\s\"'<>|()]+")
# No file of another folder, none that is hidden.
NAME = re.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*")


def faults(f: "Framework") -> Iterator[str]:
    """What is wrong with a manifest, each in words that follow its path."""
    for key in "label", "status", "licence_name":
        if not PLAIN.fullmatch(value := getattr(f, key)):
            yield f"{key}: {value!r} has a letter that pages cannot show"
    for key in "project", "licence":
        if not ADDRESS.fullmatch(value := getattr(f, key)):
            yield f"{key}: {value!r} is no address, https://…"
    if f.order < 1:
        yield f"order: {f.order} is below 1"
    if not re.fullmatch("#[0-9a-f]{6}", f.colour):
        yield f"colour: {f.colour!r} is not #rrggbb"
    if not re.fullmatch(r"M[-\d.\sa-zA-Z]+z", f.mark):
        yield f"mark: {f.mark!r} is no closed path"
    if not is_module(f.import_name):
        yield f"import_name: {f.import_name!r} is none"
    for gate in f.gates.small, f.gates.whole:
        if not 0 < gate < 1:
            yield f"gates: {gate} is no share between 0 and 1"
    for words in f.refuses.shape, f.refuses.dtype:
        if not words or not all(words):
            yield "refuses: words of an error are missing"
    yield from layouts(f)
    yield from file(f)
    if not f.backends:
        yield "one [[backends]] at least, if an empty one"
    names = [b.name for b in f.backends]
    if len(set(names)) < len(names):
        yield f"backends: two have one name, of {', '.join(map(repr, names))}"
    for b in f.backends:
        yield from backend(b)
    if f.name:
        yield "no key is called name: its folder has one"


def is_module(name: str) -> bool:
    """Can a module be called so?"""
    return all(part.isidentifier() for part in name.split("."))


def layouts(f: "Framework") -> Iterator[str]:
    for key, letters in ("kernel_layout", "HWIO"), ("dense_layout", "HWCO"):
        if sorted(value := getattr(f, key)) != sorted(letters):
            yield f"{key}: {value!r} are not the letters {letters}"
    if not sized(f.dense_shape, SHAPES["dense.kernel"]):
        yield f"dense_shape: {f.dense_shape} is no shape of the last kernel"
    for layout, name in f.also.items():
        if sorted(layout) not in (sorted("NHWC"), sorted("HWIO")) or not name:
            yield f"also: {layout!r} = {name!r} names no layout"


def file(f: "Framework") -> Iterator[str]:
    """`[file]`."""
    if f.file.screen not in SCREENS:
        known = ", ".join(SCREENS)
        yield f"no screen is called {f.file.screen!r}: one of {known}"
    for start in f.file.starts:
        if not re.fullmatch("([0-9a-f]{2})+", start):
            yield f"file.starts: {start!r} is no hexadecimal"
    for name in [f.file.name, *f.file.holds]:
        if not NAME.fullmatch(name):
            yield f"file: {name!r} is no name of a file"
    for end in [*f.file.parts, f.file.ends]:
        if not NAME.fullmatch(f"x{end}"):
            yield f"file: no file's name ends in {end!r}"
    if not f.file.parts:
        yield "file.parts: is empty; one file has the part ''"
    if not f.file.name.endswith(f.file.ends):
        yield f"file.ends: {f.file.name} does not end in {f.file.ends}"
    shapes = list(f.file.tensors.values())
    if shapes and (
        len(shapes) != len(SHAPES)
        or not all(map(sized, shapes, SHAPES.values()))
    ):
        yield "file.tensors: are not the six, in the shared order"


def sized(shape: list[int] | tuple[int, ...], like: tuple[int, ...]) -> bool:
    """Has it as many numbers as `like`, and no axis that is none?"""
    return math.prod(shape) == math.prod(like) and all(n > 0 for n in shape)


def backend(b: "Backend") -> Iterator[str]:
    """A table of `[[backends]]`."""
    if not re.fullmatch("[a-z0-9_]*", b.name):
        yield f"backends: {b.name!r} is no name: a-z, 0-9 and _"
    if b.gpu and not (GPU / f"{b.gpu}.txt").exists():
        yield f"backends.{b.name}.gpu: no environments/gpu/{b.gpu}.txt"
    for name, value in (b.environment | b.float32).items():
        if not name.isidentifier() or "\0" in value:
            yield (
                f"backends.{b.name}.environment: no process can have {name!r} "
                f"as {value!r}"
            )
