"""Checkpoints of a training that nobody did."""

import json
import os
from pathlib import Path
from random import Random
from typing import Any

from lab import checkpoints
from lab.inside.checkpoints import MANIFEST, STATE, keep

ABOUT = checkpoints.About("some", "mnist-5k", 128, 0)
LOSSES = [0.5, 0.25, 0.125]


def write_checkpoints(folder: Path) -> Path:
    """Keep three epochs in `folder`/kept; return the newest. The one before
    it is there too."""
    begun = checkpoints.begin(folder / "kept", ABOUT, 9, resume=False)
    random, before = Random(0), Path.cwd()
    os.chdir(folder)
    try:
        for epoch in range(1, len(LOSSES) + 1):
            more = Path(STATE, "more")
            more.mkdir(parents=True, exist_ok=True)
            for path in Path(STATE, "training"), more / "momentum":
                path.write_bytes(random.randbytes(500))
            manifest = {
                "about": begun["about"],
                "version": "1.0",
                "shapes": [[10]],
                "losses": LOSSES[:epoch],
            }
            keep(begun["folder"], epoch, manifest)
    finally:
        os.chdir(before)
    return Path(begun["folder"]) / f"epoch-{len(LOSSES):04d}"


def read_checkpoint(path: Path) -> dict[str, Any]:
    """A checkpoint's files, and what its manifest says. What else lies beside
    the manifest is not read."""
    found: dict[str, Any] = {
        str(p.relative_to(path)): p.read_bytes()
        for p in (path / STATE).rglob("*")
        if p.is_file()
    }
    text = (path / MANIFEST).read_text("utf-8")
    return found | {"manifest": json.loads(text)}
