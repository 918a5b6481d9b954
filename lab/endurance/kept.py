"""Checkpoints of a training: corrupted, and runs that are killed and go on."""

import json
import os
import shutil
from pathlib import Path
from random import Random
from typing import Any

from lab import checkpoints
from lab.endurance import commands
from lab.endurance.commands import COMMAND, Variables
from lab.endurance.inputs import Good, Input, loaded
from lab.endurance.kills import aged, killed
from lab.endurance.trial import Verdict
from lab.frameworks import Implementation, every
from lab.inside.checkpoints import MANIFEST, STATE, keep
from lab.processes import interpreter

ABOUT = checkpoints.About("some", "mnist-5k", 128, 0)
EPOCHS = 3
LOSSES = [0.5, 0.25, 0.125]


def kept_some(folder: Path, random: Random) -> Good:
    """Three epochs of a training that nobody did: two are kept."""
    begun = checkpoints.begin(folder / "kept", ABOUT, 9, resume=False)
    before = Path.cwd()
    os.chdir(folder)
    try:
        for epoch in 1, 2, 3:
            more = Path(STATE, "more")
            more.mkdir(parents=True, exist_ok=True)
            for path in Path(STATE, "training"), more / "momentum":
                path.write_bytes(random.randbytes(500))
            manifest = {
                "about": begun["about"], "version": "1.0", "shapes": [[10]],
                "losses": LOSSES[:epoch],
            }  # fmt: skip
            keep(begun["folder"], epoch, manifest)
    finally:
        os.chdir(before)
    own = Path(begun["folder"])
    good = {p.name: everything(p) for p in own.glob("epoch-*")}
    newest = own / "epoch-0003"
    paths = [p for p in newest.rglob("*") if p.is_file()]
    # What says how the rest is to be read is spoilt as often as the rest.
    paths = [*sorted(paths), newest / MANIFEST]
    return paths, (folder / "kept", good)


def everything(path: Path) -> dict[str, Any]:
    """A checkpoint's files, and what its manifest says; what else may lie
    beside the manifest is not read."""
    found: dict[str, Any] = {
        str(p.relative_to(path)): p.read_bytes().hex()
        for p in (path / STATE).rglob("*") if p.is_file()
    }  # fmt: skip
    return found | {"manifest": manifest(path)}


def resume(said: tuple[Path, Any]) -> int:
    return loaded(lambda: checkpoints.begin(said[0], ABOUT, 9, resume=True))


def judge(said: tuple[Path, Any]) -> Verdict:
    """What it goes on from must be one of the good ones, every byte."""
    begun = checkpoints.begin(said[0], ABOUT, 9, resume=True)
    path = Path(begun["from"])
    if everything(path) != said[1].get(path.name):
        return Verdict("wrong", f"{path.name} is not as it was written")
    if begun["losses"] != LOSSES[: int(path.name[-4:])]:
        return Verdict("wrong", f"its losses are {begun['losses']}")
    return Verdict("equal")


def checkpoint() -> Input:
    return Input("a checkpoint", False, kept_some, resume, judge)


def resuming(goods: Path) -> list[Implementation]:
    """Those whose convnet.py goes on from a checkpoint."""
    return [
        i for i in every()
        if "[start:resume]" in i.framework.source()
        and interpreter(i.framework, goods)
    ]  # fmt: skip


def trained(
    i: Implementation, folder: Path, *more: str
) -> tuple[list[str], Path]:
    """The command that trains it, and where its last checkpoint will be; what
    came of it will be in `folder`.json."""
    command = [*COMMAND, "train", i.title, "--epochs", str(EPOCHS)]
    command += ["--batch-size", "512", "--checkpoint", str(folder)]
    command += ["--json", f"{folder}.json", *more]
    return command, folder / i.slug / f"epoch-{EPOCHS:04d}"


def unbroken(i: Implementation, goods: Path) -> dict[str, Any]:
    """What comes of a run that nobody killed; made once."""
    folder = goods / "unbroken" / i.slug
    command, last = trained(i, folder)
    if not folder.with_suffix(".json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        said = commands.finished(command)
        assert last.exists(), said
    return came_of(folder)


def came_of(folder: Path) -> dict[str, Any]:
    """The losses and the hash of the weights in `folder`.json. The files of a
    checkpoint say when they were written, or where in memory what they hold
    was, so that they have other bytes."""
    said = json.loads(folder.with_suffix(".json").read_text("utf-8"))
    [found] = said["results"]
    return {key: found[key] for key in ("losses", "weights_sha256")}


def manifest(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((path / MANIFEST).read_text("utf-8"))
    return found


def a_training(goods: Path, seed: int, folder: Path) -> tuple[str, Verdict]:
    """Killed at a random moment, and gone on with; its weights and losses are
    those of a run that nobody killed, bit for bit."""
    random = Random(f"kill train {seed}")
    i = random.choice(resuming(goods))
    whole = unbroken(i, goods)
    command, last = trained(i, folder / "kept")
    again, _ = trained(i, folder / "kept", "--resume")
    tmp = folder / "tmp"
    tmp.mkdir()
    more: Variables = {"TMPDIR": str(tmp)}

    def writes() -> bool:
        """Is one being written just now?"""
        return any(last.parent.glob(".new-*")) or last.exists()

    left = killed(command, more, random, writes, 15.0)
    if left:
        return i.title, Verdict("hang", left)
    aged(tmp)
    # Where none was whole yet, there is nothing to go on from.
    there = [p for p in last.parent.glob("epoch-*")]
    for path in there:
        checkpoints.whole(path)  # nothing half-written is called so
    if not there:
        shutil.rmtree(last.parent, ignore_errors=True)
    said = commands.finished(again if there else command, more)
    if said.status != 0:
        return i.title, Verdict("wrong", f"{said.err} {said.out[-300:]}")
    if commands.listing(tmp):
        return i.title, Verdict("wrong", f"left: {commands.listing(tmp)}")
    if commands.listing(last.parent) != [
        f"epoch-{n:04d}" for n in (EPOCHS - 1, EPOCHS)
    ]:
        return i.title, Verdict("wrong", f"{commands.listing(last.parent)}")
    if came_of(folder / "kept") != whole:
        return i.title, Verdict("wrong", "other weights, or other losses")
    return i.title, Verdict("equal")
