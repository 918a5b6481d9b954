"""What somebody may type: names that are none, paths of any letters."""

import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from lab import command, files
from lab.frameworks import frameworks
from tests.chain import TRAINED
from tests.fuzz.attempt import accepts, reads
from tests.support.weights import other_tensors

# What an argument may have: any letter but NUL, and bytes that are none. No
# more than a file in this folder: the tests may be root's.
LETTERS = st.characters(exclude_characters="/\0", exclude_categories=["Cs"])
NAMES = st.text(
    LETTERS | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF),
    min_size=1,
) | st.sampled_from(["", ".", "..", "x/..", "no/x", "file/x", "x" * 300])
KNOWN = [f.name for f in frameworks()]
# Nearly a framework, or none at all: a real one would be started.
FRAMEWORKS = st.one_of(
    st.sampled_from(["safetensors", "onnx"]),
    st.sampled_from(KNOWN).map(lambda name: name[:-1]),
    st.text(max_size=20),
).filter(lambda name: name.partition("/")[0] not in KNOWN)


@given(FRAMEWORKS, FRAMEWORKS, NAMES | st.just(str(TRAINED)), NAMES)
def test_convert(source: str, target: str, path: str, out: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "a")
        folder.mkdir()
        (folder / "file").touch()
        asked = ["convert", "--", source, target]
        asked += [str(folder / path), str(folder / out)]
        accepted = accepts(lambda: command.main(asked))
        new = [p for p in folder.iterdir() if p.name != "file"]
        assert new == [folder / out] * accepted
        if accepted and target == "safetensors":
            assert other_tensors(folder / out) == []
        assert list(Path(name).iterdir()) == [folder]


@given(NAMES)
def test_json(path: str) -> None:
    """A file that a command would write its results to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "a")
        folder.mkdir()
        (folder / "file").touch()
        there = folder / path
        if reads(lambda: files.check_json(there)):
            files.write_json(there, {"a": 1})
            assert json.loads(there.read_text("utf-8")) == {"a": 1}
            assert {*folder.iterdir()} == {there, folder / "file"}
        else:
            assert list(folder.iterdir()) == [folder / "file"]
