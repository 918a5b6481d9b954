"""Files of weights, and what `convert` makes of them once corrupted."""

import json
import shutil
from pathlib import Path
from random import Random

import numpy as np

from lab import command, processes
from lab.convert import SAFETENSORS, convert
from lab.endurance.inputs import Good, Input
from lab.endurance.trial import Verdict
from lab.formats import File
from lab.frameworks import ROOT, Framework, frameworks
from lab.tensors import SHAPES

TRAINED = ROOT / "data" / "trained.safetensors"
# The kinds of files that have a checksum of their numbers, by their screen.
# Orbax has its own of what says where they are, and none of them.
CHECKSUMS = ("npz", "torch_zip", "tensorflow", "checkpoints")
TIMEOUT = 200  # seconds for each process of a convert
Arrays = dict[str, np.ndarray]


def tensors(path: Path) -> Arrays:
    """The tensors of a safetensors file, read by hand: a header of JSON, its
    size before it."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    found = {}
    for name, said in json.loads(data[8:start]).items():
        if name == "__metadata__":
            continue
        begin, end = said["data_offsets"]
        numbers = np.frombuffer(data[start + begin : start + end], "<f4")
        found[name] = numbers.reshape(said["shape"])
    return found


def make_good(folder: Path, framework: Framework | None) -> None:
    """The trained weights as `framework` has them."""
    path = at(folder, framework)
    if path.parent.exists():
        return
    path.parent.mkdir()
    if framework:
        convert(SAFETENSORS.name, framework.name, TRAINED, path)
    else:
        shutil.copy(TRAINED, path)


def at(folder: Path, framework: Framework | None) -> Path:
    name = framework.name if framework else SAFETENSORS.name
    return folder / name / file_of(framework).name


def file_of(framework: Framework | None) -> File:
    return framework.file if framework else SAFETENSORS.file


def weights_of(goods: Path, framework: Framework | None) -> Input:
    """The row of a framework's own file; `goods` has the good one."""
    name = framework.name if framework else SAFETENSORS.name
    file = file_of(framework)

    def make(folder: Path, random: Random) -> Good:
        good, path = at(goods, framework), folder / "in" / file.name
        shutil.copytree(good.parent, path.parent)
        (folder / "out").mkdir()
        files = sorted(p for p in path.parent.rglob("*") if p.is_file())
        return files, (path, folder / "out" / "out.safetensors")

    def convert_it(said: tuple[Path, Path]) -> int:
        return command.main(
            ["convert", name, SAFETENSORS.name, *map(str, said),
             f"--timeout={TIMEOUT}"]
        )  # fmt: skip

    def judge(said: tuple[Path, Path]) -> Verdict:
        if [*said[1].parent.iterdir()] != [said[1]]:
            return Verdict("wrong", "more than OUT was written")
        good, found = tensors(TRAINED), tensors(said[1])
        if found.keys() != SHAPES.keys():
            return Verdict("wrong", f"tensors {[*found]}")
        other = [
            key for key, array in good.items()
            if array.tobytes() != found[key].tobytes()
        ]  # fmt: skip
        if not other:
            return Verdict("equal")
        if file.screen in CHECKSUMS:
            return Verdict("wrong", f"other numbers in {', '.join(other)}")
        return Verdict("untold", f"other numbers in {', '.join(other)}")

    return Input(
        f"weights of {name}", False, make, convert_it, judge, framework
    )


def weights(goods: Path) -> list[Input]:
    """A row for each kind of file whose framework is here."""
    here = [f for f in frameworks() if processes.interpreter(f, goods)]
    return [weights_of(goods, f) for f in [None, *here]]
