"""Files of weights, spoilt: `convert` writes the six, whole, or nothing."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab import command
from lab.frameworks import frameworks, reference
from tests.chain import FILES
from tests.fuzz.attempt import accepts
from tests.fuzz.changes import FILES as FILE_CHANGES
from tests.fuzz.changes import apply, in_bytes
from tests.helpers import Once, Warmed
from tests.support.weights import other_tensors, trained_file

# The screens of files that have a checksum of their numbers. Orbax has one
# of what says where they are, and none of them.
CHECKSUMS = ("npz", "torch_zip", "tensorflow", "checkpoints")
# They are read at once, in this process or by NumPy.
SWIFT = ("safetensors", reference().framework.name)


def spoil(data: st.DataObject, folder: Path) -> None:
    """Change one of the files in `folder`."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    names = [str(path.relative_to(folder)) for path in files]
    path = folder / data.draw(st.sampled_from(names))
    old = path.read_bytes()
    strategy = in_bytes(old)
    if len(files) > 1:
        strategy |= st.sampled_from(FILE_CHANGES)
    changes = data.draw(strategy)
    if isinstance(changes, list):
        path.write_bytes(apply(changes, old))
    else:
        changes(path, files)


def convert(name: str, data: st.DataObject, good: Path) -> None:
    """Convert a spoilt copy of the file `good`, of several perhaps."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "in")
        shutil.copytree(good.parent, place)
        spoil(data, place)
        out = Path(folder, "out", "out.safetensors")
        out.parent.mkdir()
        path = place / good.name
        accepted = accepts(
            lambda: command.main(
                [
                    "convert",
                    name,
                    "safetensors",
                    str(path),
                    str(out),
                    "--timeout=100",
                ]
            )
        )
        assert os.listdir(out.parent) == [out.name] * accepted
        if accepted:
            other = other_tensors(out)
            assert not other or FILES[name].screen not in CHECKSUMS, other


@pytest.mark.parametrize("name", SWIFT)
@given(data=st.data())
def test_swift(
    name: str, once: Once, warmed: Warmed, data: st.DataObject
) -> None:
    good = trained_file(once, name)
    warmed(name)
    convert(name, data, good)


@pytest.mark.slow
@pytest.mark.framework
@pytest.mark.parametrize(
    "name", [f.name for f in frameworks() if f.name not in SWIFT]
)
@settings(max_examples=settings().max_examples // 10)
@given(data=st.data())
def test_by_a_framework(
    name: str, once: Once, warmed: Warmed, data: st.DataObject
) -> None:
    """Where its own process, or one of this Python, reads the file."""
    good = trained_file(once, name)
    warmed(name)
    convert(name, data, good)
