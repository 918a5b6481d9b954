"""Files of weights that would run code, and pickles that are broken: makers
as those of bad_files.py."""

import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

from tests.bad_files import Good, Maker


class Evil:
    """A pickle that makes a folder when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.path),)


def evil_pickle(zipped: bool) -> Maker:
    def make(folder: Path, good: Good) -> Path:
        import torch

        path = folder / "evil.pt"
        torch.save(
            {"0.weight": Evil(folder / "ran")},
            path,
            _use_new_zipfile_serialization=zipped,
        )
        torch.load(path, weights_only=False)  # it would run
        (folder / "ran").rmdir()
        return path

    return make


def bare_pickle(folder: Path, good: Good) -> Path:
    path = folder / "bare.pt"
    path.write_bytes(pickle.dumps(Evil(folder / "ran")))
    return path


def broken_pickle(zipped: bool) -> Maker:
    """A pickle that is cut in its middle; in a zip file, if that is whole."""

    def make(folder: Path, good: Good) -> Path:
        import torch

        path = folder / "broken.pt"
        torch.save(
            {"0.bias": torch.zeros(9)},
            path,
            _use_new_zipfile_serialization=zipped,
        )
        if not zipped:
            path.write_bytes(path.read_bytes()[:200])
            return path
        with zipfile.ZipFile(path) as old:
            items = {n: old.read(n) for n in old.namelist()}
        with zipfile.ZipFile(path, "w") as new:
            for n, data in items.items():
                new.writestr(n, data[:40] if n.endswith(".pkl") else data)
        return path

    return make


# A class whose module's name is Python: CNTK 2.7 runs it to find the class.
# The first argument is the folder of CNTK's convnet.py.
EVIL_CNTK = """if True:
    import os, sys
    import cntk as C
    from cntk.ops.functions import UserFunction

    class Evil(UserFunction):
        def __init__(self, x):
            super(Evil, self).__init__([x], name="evil")
        def infer_outputs(self):
            x = self.inputs[0]
            return [C.output_variable(x.shape, x.dtype, x.dynamic_axes)]
        def serialize(self):
            return {}

    Evil.__module__ = "os import mkdir; mkdir('ran'); from os"
    model = C.layers.Dense(10)(C.input_variable(4))
    C.user_function(Evil(model)).save("evil.model")
    try:
        C.load_model("evil.model")
    except Exception:
        pass
    os.rmdir("ran")  # it would run
    sys.path.insert(0, sys.argv[1])
    import convnet
    convnet.build_model(num_classes=11).save("shape.model")
"""
