"""`python -m snippets convert`: its status, and what it leaves in OUT."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab import convert, processes
from lab.errors import BadInput, Failed
from lab.frameworks import every, frameworks
from tests.chain import TRAINED
from tests.command_line import refusal, snippets, start
from tests.helpers import HANG, ROOT, until

FIRST = frameworks()[0].name
ON_A_BACKEND = next(i.title for i in every() if i.backend.name)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A path in a folder of its own, which is empty."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "out.onnx"


def named(out: Path, file: str) -> Path:
    """A path beside `out` that ends as `file` does."""
    return out.parent / f"out-{file}"


@pytest.mark.parametrize(
    "source, target, words",
    [
        (f"{FIRST}x", "onnx", f"did you mean '{FIRST}'?"),
        ("safetensor", "onnx", "did you mean 'safetensors'?"),
        ("safetensors", "onxx", "did you mean 'onnx'?"),
        (
            "safetensors",
            f"{ON_A_BACKEND}x",
            f"did you mean '{ON_A_BACKEND}'?",
        ),
        ("onnx", "safetensors", "written, not read"),
    ],
)
def test_unknown_names(
    source: str, target: str, words: str, out: Path
) -> None:
    refusal(snippets("convert", source, target, TRAINED, out), words)
    assert list(out.parent.iterdir()) == []


def test_out_is_not_replaced_unless_forced(out: Path) -> None:
    out.write_text("mine")
    arguments = "convert", "safetensors", "onnx", TRAINED, out
    refusal(snippets(*arguments), "exists: --force replaces it")
    assert out.read_text() == "mine"
    assert snippets(*arguments, "--force").returncode == 0
    assert out.stat().st_size > 200_000
    refusal(snippets(*arguments[:4], out.parent, "--force"), "is a folder")
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize("path", ["", ".", "..", "x/.."])
@pytest.mark.parametrize("name", [f.name for f in frameworks()])
def test_out_without_a_name(
    name: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint of TensorFlow would be `..index`."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput):
        convert.convert("safetensors", name, TRAINED, Path(path))
    assert list(tmp_path.iterdir()) == []


def test_out_in_a_missing_folder(out: Path) -> None:
    path = out.parent / "missing" / "x.onnx"
    refusal(
        snippets("convert", "safetensors", "onnx", TRAINED, path),
        "not a folder",
    )
    assert list(out.parent.iterdir()) == []


@pytest.mark.parametrize("name", [f.name for f in frameworks() if f.file.ends])
def test_out_of_another_name(name: str, out: Path) -> None:
    (found,) = [f for f in frameworks() if f.name == name]
    path = named(out, ".other")
    with pytest.raises(BadInput, match=f"must end in {found.file.ends}"):
        convert.convert("safetensors", name, TRAINED, path)
    assert list(out.parent.iterdir()) == []


@pytest.mark.parametrize("long", ["in", "out"])
def test_a_name_that_is_too_long(long: str, tmp_path: Path) -> None:
    paths = {"in": TRAINED, "out": tmp_path / "o.onnx"}
    paths[long] = tmp_path / ("x" * 300)
    with pytest.raises(BadInput, match="file name too long"):
        convert.convert("safetensors", "onnx", *paths.values())


def test_a_file_that_may_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "in.safetensors"
    path.write_bytes(TRAINED.read_bytes())
    # Root may read all: ask as somebody else would be answered.
    monkeypatch.setattr("lab.screens.os.access", lambda p, how: p != path)
    with pytest.raises(BadInput, match="may not be read"):
        convert.convert("safetensors", "onnx", path, tmp_path / "o.onnx")


def test_two_files_are_written_both_or_none(tmp_path: Path) -> None:
    new = [tmp_path / "new0", tmp_path / "new1"]
    new[0].write_text("data")  # and no index: the second move fails
    final = [tmp_path / "out.data", tmp_path / "out.index"]
    with pytest.raises(FileNotFoundError):
        convert.place(new, final)
    assert not any(path.exists() for path in final)


@pytest.mark.slow
@pytest.mark.framework
def test_failing_framework_is_status_1(out: Path) -> None:
    process = snippets(
        "convert",
        "safetensors",
        "jax_flax",
        TRAINED,
        out,
        more={"JAX_PLATFORMS": "nowhere"},
    )
    assert process.returncode == 1
    (line,) = process.stderr.splitlines()
    assert "nowhere" in line
    assert list(out.parent.iterdir()) == []


@pytest.mark.parametrize("name", [f.name for f in frameworks()])
def test_missing_environment_is_status_1(
    name: str, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "interpreter", lambda *arguments: None)
    (found,) = [f for f in frameworks() if f.name == name]
    path = named(out, found.file.name)
    with pytest.raises(Failed, match="not run: "):
        convert.convert("safetensors", name, TRAINED, path)
    assert list(out.parent.iterdir()) == []


@pytest.mark.framework
@pytest.mark.parametrize(
    "sign, status",
    [
        (signal.SIGTERM, 143),
        pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.slow),
    ],
)
def test_interrupted_leaves_nothing(sign: int, status: int, out: Path) -> None:
    process = start("convert", "safetensors", "tensorflow2", TRAINED, out)
    # What the framework is about to read: it is being started.
    until(lambda: list(out.parent.rglob("arrays.npz")))
    process.send_signal(sign)
    assert process.wait(HANG) == status
    assert list(out.parent.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from lab import convert

left = int(sys.argv[1])
really = os.replace

def replace(*pair):
    global left
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    really(*pair)

convert.os.replace = replace
made, finals = [[Path(f"{n}-{p}") for p in "ab"] for n in ("new", "old")]
convert.place(made, finals)
"""


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_killed_between_two_files_it_leaves_no_mixture(
    moved: int, tmp_path: Path
) -> None:
    """The second file says how the first is read."""
    for name in "new", "old":
        for part in "ab":
            (tmp_path / f"{name}-{part}").write_text(name)
    subprocess.run(
        [sys.executable, "-c", KILLED, str(moved)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert (tmp_path / "old-b").exists() == (moved == 2)
    assert (tmp_path / "old-a").read_text() == ("new" if moved else "old")
