"""What is no checkpoint any more, or never was one."""

import json
import os
import shutil
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab import checkpoints, training
from lab.errors import BadInput
from lab.files import alone
from lab.frameworks import every
from lab.inside.checkpoints import MANIFEST, STATE
from tests.support.checkpoints import ABOUT, write_checkpoints


@pytest.fixture
def newest(tmp_path: Path) -> Path:
    """The newest of two checkpoints."""
    return write_checkpoints(tmp_path)


def said(key: str, value: Any) -> Callable[[Path], None]:
    """The manifest says something else."""

    def spoil(path: Path) -> None:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
        manifest[key] = value
        (path / MANIFEST).write_text(json.dumps(manifest))

    return spoil


def no_text(path: Path) -> None:
    (path / MANIFEST).write_bytes(b'{"\x8e": 1}')


def endless(name: str) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        (path / name).unlink()
        (path / name).symlink_to("/dev/zero")

    return spoil


def linked(path: Path) -> None:
    (path / STATE / "more").rename(path / "more")
    (path / STATE / "more").symlink_to(path / "more")


def of_another_epoch(path: Path) -> None:
    shutil.rmtree(path)
    shutil.copytree(path.with_name("epoch-0002"), path)


@pytest.mark.parametrize(
    "spoil, words",
    [
        (said("losses", [0.5, 0.25]), "is not as it was written"),
        (said("shapes", [[11]]), "is not as it was written"),
        (no_text, "not whole: 'utf-8' codec"),
        (endless(MANIFEST), "no regular file"),
        (endless(f"{STATE}/training"), "no regular file"),
        (linked, "no regular file"),
        (of_another_epoch, "of no epoch, or of another"),
    ],
)
def test_it_is_passed_over(
    spoil: Callable[[Path], None],
    words: str,
    newest: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = newest.parent.parent
    assert checkpoints.whole(newest).losses
    spoil(newest)
    begun = checkpoints.begin(folder, ABOUT, 9, resume=True)
    assert begun["from"] == str(newest.with_name("epoch-0002"))
    (line,) = capsys.readouterr().err.splitlines()
    assert str(newest) in line and words in line
    assert line.endswith(": passed over")


def test_what_another_run_is_writing_is_not_removed(tmp_path: Path) -> None:
    i = every()[0]
    asked = Namespace(
        checkpoint=tmp_path,
        resume=True,
        data="mnist-5k",
        batch_size=128,
        seed=0,
        epochs=3,
    )
    new = tmp_path / i.slug / ".new-epoch-0001"
    with alone(new.parent):
        new.mkdir()
        with (
            pytest.raises(BadInput, match="another run writes there"),
            training.keeping([i], asked),
        ):
            pass
        assert os.listdir(new.parent) == [new.name]
