"""What a table of variants.toml may say, besides what its keys and types
allow."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.results import TOLERANCE
from lab.frameworks import Framework
from lab.manifest import PLAIN, is_module

if TYPE_CHECKING:
    from benchmarks.variants import Peer, Said

# As results/schemas/benchmarks.json has it: its file is called so.
NAME = re.compile("[a-z0-9_-]+")


def faults(framework: Framework, name: str, said: "Said") -> Iterator[str]:
    """What is wrong with a table, each in words that follow the file's
    path."""
    if not NAME.fullmatch(name):
        yield f"{name!r} is no name of a variant: a-z, 0-9, _ and -"
    if said.digits is not None and said.digits < 1:
        yield f"{name}.digits: {said.digits} is below 1"
    if not said.cases or len(set(said.cases)) < len(said.cases):
        yield f"{name}.cases: none, or one twice"
    precision = said.options.get("precision", "float32")
    if precision not in TOLERANCE:
        known = ", ".join(TOLERANCE)
        yield f"{name}.options.precision: {precision!r} is not one of {known}"
    try:
        source = framework.source(f"{said.module}.py")
    except OSError:
        yield f"{name}.module: there is no {said.module}.py"
        return
    taken = arguments(source)
    for option in said.options:
        if option not in taken:
            yield f"{name}.options: build_model() takes no {option!r}"
    for find, replace in said.edits:
        if source.count(find) != 1:
            yield f"{name}.edits: {find!r} is not once in {said.module}.py"
        source = source.replace(find, replace)


def peer_faults(folder: Path, name: str, peer: "Peer") -> Iterator[str]:
    """The same of a table of peers.toml."""
    if not NAME.fullmatch(name) or not (folder / f"{name}.py").exists():
        yield f"{name!r}: no module beside it is called so"
    if not PLAIN.fullmatch(peer.label):
        yield f"{name}.label: {peer.label!r} has letters that no page shows"
    if not is_module(peer.import_name):
        yield f"{name}.import_name: {peer.import_name!r} is none"


def arguments(source: str) -> list[str]:
    """The names of the arguments of build_model()."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == "build_model":
            args = node.args
            return [a.arg for a in [*args.args, *args.kwonlyargs]]
    return []
