"""Checkpoints, spoilt: training goes on from one that is whole."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lab import checkpoints
from lab.inside.checkpoints import MANIFEST
from tests.fuzz.attempt import reads
from tests.fuzz.changes import FILES, apply, in_bytes, in_json
from tests.support.checkpoints import (
    ABOUT,
    LOSSES,
    read_checkpoint,
    write_checkpoints,
)


@given(st.data())
def test_it_goes_on_from_one_that_is_whole(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        newest = write_checkpoints(Path(name))
        good = {p: read_checkpoint(p) for p in newest.parent.glob("epoch-*")}
        files = sorted(p for p in newest.rglob("*") if p.is_file())
        names = [str(path.relative_to(newest)) for path in files]
        path = newest / data.draw(st.sampled_from(names))
        old = path.read_bytes()
        draw = in_json if path.name == MANIFEST else in_bytes
        changes = data.draw(draw(old) | st.sampled_from(FILES))
        if isinstance(changes, list):
            path.write_bytes(apply(changes, old))
        else:
            changes(path, files)
        begun: dict[str, Any] = {}

        def begin() -> None:
            begun.update(
                checkpoints.begin(Path(name, "kept"), ABOUT, 9, resume=True)
            )

        # The one before the newest is there whatever became of that.
        assert reads(begin)
        found = Path(begun["from"])
        assert read_checkpoint(found) == good[found]
        assert begun["losses"] == LOSSES[: int(found.name[-4:])]
