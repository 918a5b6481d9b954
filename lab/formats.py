"""A file of weights: how it is named, and how one is known."""

from pathlib import Path

import msgspec


# --8<-- [start:keys]
class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[file]`: the framework's own file of weights."""

    # Its name where convnet.py's save() writes it.
    name: str
    # What it is called in an error: "HDF5 file".
    words: str
    # How lab/screens.py looks at it before the framework opens it.
    screen: str
    # The first bytes that it may have, in hexadecimal; none: not looked at.
    starts: tuple[str, ...] = ()
    # One of these files lies in it, where it is a folder.
    holds: tuple[str, ...] = ()
    # The six tensors in it: their names and shapes, in the shared order.
    # Left out where lab/ does not look at them.
    tensors: dict[str, tuple[int, ...]] = {}
    # The ends of its names, where it is several files.
    parts: tuple[str, ...] = ("",)
    # What its name must end in, where the framework insists.
    ends: str = ""

    # --8<-- [end:keys]

    def paths(self, path: Path) -> dict[str, Path]:
        """The files of `path`: {name in the framework's folder: path}."""
        return {f"{self.name}{p}": Path(f"{path}{p}") for p in self.parts}
