"""Commands that are killed, kill -9, at random moments: what they write is
there whole or not at all, nothing keeps running, and the next run takes away
what was left."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest

from lab import checkpoints, files, parity
from lab.frameworks import Implementation, every
from lab.processes import interpreter
from tests.chain import FILES
from tests.helpers import Once
from tests.support.commands import (
    COMMAND,
    WAYS,
    Variables,
    age,
    kill,
    run,
    way,
)
from tests.support.mirror import serving
from tests.support.small import small_mnist

INITIAL = parity.DATA / "initial.safetensors"
# How often it is killed; `make test` does so twice.
TWICE = [
    pytest.param(seed, marks=[pytest.mark.slow] if seed > 1 else [])
    for seed in range(20)
]
WRITE = """
import sys
from pathlib import Path
from lab.files import write_text

path = Path(sys.argv[1])
texts = [letter * 10**7 for letter in "ab"]
for n in range(10**9):
    write_text(path, texts[n % 2])
"""


@pytest.mark.parametrize("seed", TWICE)
def test_a_result_that_is_written(seed: int, tmp_path: Path) -> None:
    """Over and over."""
    path = tmp_path / "r.json"
    kill(
        [sys.executable, "-c", WRITE, str(path)],
        {},
        Random(seed),
        path.exists,
        1.0,
    )
    if path.exists():
        text = path.read_text("utf-8")
        assert (len(text), len({*text})) == (10**7, 1)
    age(tmp_path)
    files.write_json(path, {})
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.slow
@pytest.mark.framework
@pytest.mark.parametrize("n", range(WAYS))
def test_a_conversion(n: int, once: Once, tmp_path: Path) -> None:
    """Every other one that writes safetensors replaces a file."""
    random, its = Random(n), way(once, n)
    place, tmp = tmp_path / "out", tmp_path / "tmp"
    place.mkdir()
    tmp.mkdir()
    out, more = place / its.name, {"TMPDIR": str(tmp)}
    command = [*its.command(out)]
    if old := n % 2 == 0 and its.target == "safetensors":
        shutil.copy(INITIAL, out)
        command.append("--force")

    def is_busy() -> bool:
        return len(os.listdir(place)) > old or any(tmp.iterdir())

    kill(command, {**more}, random, is_busy, 2.0)
    parts = [Path(f"{out}{part}") for part in FILES[its.target].parts]
    replaced = not (old and out.read_bytes() == INITIAL.read_bytes())
    if all(part.exists() for part in parts) and replaced:
        its.assert_whole(out, tmp_path)
    if out.is_dir():  # which --force does not replace
        shutil.rmtree(out)
    for folder in place, tmp:
        age(folder)
    done = run([*its.command(out), "--force"], {**more})
    assert (done.status, done.err) == (0, "")
    its.assert_whole(out, tmp_path)
    assert sorted(place.iterdir()) == sorted(parts)
    assert os.listdir(tmp) == []


LOAD = """
import sys
from pathlib import Path
from lab import mnist
from lab.outcome import outcome

mnist.platformdirs.user_cache_path = lambda name: Path(sys.argv[1])
mnist.MIRRORS = [sys.argv[2]]
mnist.FILES.update(eval(sys.argv[3]))
sys.exit(outcome("load", lambda: int(not mnist.load("mnist"))))
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_download(seed: int, tmp_path: Path) -> None:
    small, table = small_mnist()
    cache = tmp_path / "cache"
    cache.mkdir()
    more: Variables = {"MNIST_DIR": None, "TMPDIR": str(tmp_path)}
    with serving() as server:
        command = [sys.executable, "-c", LOAD, str(cache)]
        command += [server.serve("good", small), repr(table)]
        kill(command, more, Random(seed), lambda: any(cache.iterdir()), 1.0)
        age(cache)
        done = run(command, more)
    # What is there by now is not downloaded again, for it is whole.
    lines = done.err.splitlines()
    assert all(line.startswith("downloading ") for line in lines)
    assert done.status == 0
    assert sorted(os.listdir(cache)) == sorted(f"{name}.gz" for name in small)


EPOCHS = 3
RESUMING = [
    i
    for i in every()
    if "[start:resume]" in i.framework.source()
    and interpreter(i.framework, Path(tempfile.gettempdir()))
]


def train(i: Implementation, folder: Path, *more: str) -> list[str]:
    """The command that keeps checkpoints in `folder`, and writes
    `folder`.json."""
    return [
        *[*COMMAND, "train", i.title, "--epochs", str(EPOCHS)],
        *["--batch-size", "512", "--checkpoint", str(folder)],
        *["--json", f"{folder}.json", *more],
    ]


def read_trained(folder: Path) -> dict[str, Any]:
    """The losses and the hash of the weights in `folder`.json. The files of a
    checkpoint say when they were written, so that they have other bytes."""
    text = folder.with_suffix(".json").read_text("utf-8")
    [found] = json.loads(text)["results"]
    return {key: found[key] for key in ("losses", "weights_sha256")}


@pytest.mark.slow
@pytest.mark.framework
@pytest.mark.parametrize("i", RESUMING, ids=lambda i: i.title)
def test_a_training(i: Implementation, once: Once, tmp_path: Path) -> None:
    """It goes on, and its weights and losses are those of one that nobody
    killed, bit for bit."""

    def make(folder: Path) -> None:
        done = run(train(i, folder / "kept"))
        assert done.status == 0, done

    unbroken = read_trained(once(f"unbroken-{i.slug}", make) / "kept")
    tmp, kept = tmp_path / "tmp", tmp_path / "kept"
    tmp.mkdir()
    own = kept / i.slug
    last, more = own / f"epoch-{EPOCHS:04d}", {"TMPDIR": str(tmp)}
    kill(
        train(i, kept),
        {**more},
        Random(i.title),
        lambda: any(own.glob(".new-*")) or last.exists(),
        15.0,
    )
    age(tmp)
    there = list(own.glob("epoch-*"))
    for path in there:
        checkpoints.whole(path)  # nothing half-written is called so
    # Where none was whole yet, there is nothing to go on from.
    if not there:
        shutil.rmtree(own, ignore_errors=True)
    done = run(train(i, kept, *["--resume"] * bool(there)), {**more})
    assert done.status == 0, done
    assert os.listdir(tmp) == []
    assert sorted(os.listdir(own)) == [
        f"epoch-{n:04d}" for n in (EPOCHS - 1, EPOCHS)
    ]
    assert read_trained(kept) == unbroken
