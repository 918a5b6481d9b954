"""What a training leaves after each epoch, so that another can go on."""

import hashlib
import json
import os
import shutil
from typing import Any, Callable, Dict, List

from lab.inside.common import Request, version

# In the folder of a checkpoint, and in the scratch folder of a process.
STATE, MANIFEST = "state", "manifest.json"
KEPT = 2


def trained(
    train: Callable[..., List[float]],
    request: Request,
    shapes: List[List[int]],
    rank: int,
) -> List[float]:
    """The losses of all epochs, those before the stop too. Each epoch is a
    call of `train` that goes on from what the one before has left; the
    process of rank 0 keeps it. `shapes` are those of the parameters.

    Raises ValueError where the checkpoint is of another network."""
    kept, epochs = request["kept"], request["epochs"]
    if kept["from"] and kept["shapes"] != shapes:
        raise ValueError(kept["from"] + " is a checkpoint of another network")
    os.makedirs(STATE, exist_ok=True)
    losses = list(kept["losses"])
    # Where none is left, once all the same: it loads the model.
    for epoch in range(len(losses) + 1, epochs + 1) or [epochs]:
        ran = train(epoch, os.path.join(STATE, "training"))
        losses += ran
        if ran and rank == 0:
            manifest = {
                "about": kept["about"],
                "version": version(request),
                "losses": losses,
                "shapes": shapes,
            }
            keep(kept["folder"], epoch, manifest)
    return losses


def keep(folder: str, epoch: int, manifest: Dict[str, Any]) -> None:
    """Copy the state to `folder`/epoch-0001, whole or not at all, with the
    hash of each file, and remove all but the newest KEPT."""
    name = "epoch-%04d" % epoch
    new = os.path.join(folder, ".new-" + name)
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(STATE, os.path.join(new, STATE))
    manifest = dict(manifest, files=hashes(os.path.join(new, STATE)))
    manifest["itself"] = seal(manifest)
    with open(os.path.join(new, MANIFEST), "w") as file:
        json.dump(manifest, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    final = os.path.join(folder, name)
    # A torn one of this name was not gone on from.
    shutil.rmtree(final, ignore_errors=True)
    os.replace(new, final)
    for old in sorted(n for n in os.listdir(folder) if n[:6] == "epoch-")[
        :-KEPT
    ]:
        shutil.rmtree(os.path.join(folder, old))


def seal(manifest: Dict[str, Any]) -> str:
    """The hash of a manifest, which it has as "itself" besides."""
    rest = {key: value for key, value in manifest.items() if key != "itself"}
    text = json.dumps(rest, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def hashes(folder: str) -> Dict[str, str]:
    """{path below `folder`: its SHA-256}, each file on the disk by then.
    Raises OSError for a link, and for what is no file: it may have no end."""
    found = {}
    for where, inner, names in os.walk(folder):
        links = [n for n in inner if os.path.islink(os.path.join(where, n))]
        for name in names + links:
            path = os.path.join(where, name)
            if os.path.islink(path) or not os.path.isfile(path):
                raise OSError(path + " is no regular file")
            with open(path, "rb") as file:
                os.fsync(file.fileno())
                digest = hashlib.sha256(file.read()).hexdigest()
            found[os.path.relpath(path, folder)] = digest
    return found
