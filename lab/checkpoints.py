"""Checkpoints of a training: which one it goes on from.

`DIR/<implementation>/epoch-0003/` holds what a framework's own train() has
left after that epoch, under state/, and manifest.json: what was trained, how,
and the hash of each file. Two are kept. lab/inside/checkpoints.py writes them.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec

from lab.errors import BadInput
from lab.inside.checkpoints import MANIFEST, STATE, hashes, seal


class About(msgspec.Struct, forbid_unknown_fields=True):
    """What makes a training this one: all of it must be the same again."""

    implementation: str
    data: str
    batch_size: int
    seed: int


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """manifest.json."""

    about: About
    version: str
    losses: list[float]  # of each epoch
    shapes: list[list[int]]  # of the parameters
    files: dict[str, str]  # {path below state/: its SHA-256}
    itself: str  # the SHA-256 of all that


def begin(
    folder: Path, wanted: About, epochs: int, resume: bool
) -> dict[str, Any]:
    """The request's "kept": where lab/inside keeps checkpoints, and the one
    that it goes on from, the newest that is whole. One that is not is named
    on standard error.

    Raises BadInput where `folder` has checkpoints and nobody asked to resume,
    where it has none that is whole and somebody did, or where the newest is
    of another training or has more epochs."""
    own = place(folder, wanted)
    for left in own.glob(".new-epoch-*"):  # by one that was killed
        shutil.rmtree(left)
    found = sorted(own.glob("epoch-*"), reverse=True)
    if found and not resume:
        raise BadInput(
            f"{own} has checkpoints: --resume goes on from there, or name "
            "another folder"
        )
    kept = {"folder": str(own), "about": msgspec.to_builtins(wanted)}
    if not resume:
        own.mkdir(parents=True, exist_ok=True)
        return kept | {"from": "", "losses": [], "shapes": []}
    for path in found:
        try:
            about = whole(path)
        except BadInput as error:
            print(f"snippets: {error}: passed over", file=sys.stderr)
            continue
        for key, value in kept["about"].items():
            other = getattr(about.about, key)
            if other != value:
                raise BadInput(f"{path}: its {key} is {other}, not {value}")
        if len(about.losses) > epochs:
            raise BadInput(
                f"{path} has {len(about.losses)} epochs: ask for as many at "
                "least, with --epochs"
            )
        shapes = [list(shape) for shape in about.shapes]
        begun = {"from": str(path), "losses": about.losses, "shapes": shapes}
        return kept | begun
    raise BadInput(f"nothing to resume: {own} has no checkpoint that is whole")


def place(folder: Path, wanted: About) -> Path:
    """Where the checkpoints of a training are."""
    return (folder / wanted.implementation.replace("/", "-")).resolve()


def whole(path: Path) -> Manifest:
    """What the checkpoint `path` says of itself. Raises BadInput where a
    file of it is missing, new or changed."""
    try:
        if not (path / MANIFEST).is_file():
            raise OSError(f"{MANIFEST} is no regular file")
        text = (path / MANIFEST).read_bytes()
        manifest = msgspec.json.decode(text, type=Manifest)
        if manifest.itself != seal(json.loads(text)):
            raise ValueError(f"{MANIFEST} is not as it was written")
        found = hashes(str(path / STATE))
    # Some bytes are no JSON, some are no text.
    except (OSError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise BadInput(f"{path}: not whole: {said[:150]}") from None
    for name in sorted(found.keys() | manifest.files.keys()):
        if found.get(name) != manifest.files.get(name):
            raise BadInput(f"{path}: {STATE}/{name} is not as it was written")
    if not found or path.name != f"epoch-{len(manifest.losses):04d}":
        raise BadInput(f"{path}: not whole: it is of no epoch, or of another")
    return manifest
