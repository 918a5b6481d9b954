"""A training goes on where it stopped, from what is whole, and from nothing
else."""

import json
import os
from pathlib import Path

import msgspec
import pytest

from lab import checkpoints
from lab.checkpoints import About
from lab.errors import BadInput
from lab.frameworks import ROOT, implementations
from lab.inside.checkpoints import MANIFEST, STATE, keep, seal
from tests.command_line import refusal, snippets, start
from tests.helpers import Once, until
from tests.visits import key_of

TRAINING = About("pytorch2", "mnist-5k", 128, 0)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which three epochs of TRAINING were kept."""
    monkeypatch.chdir(tmp_path)
    begun = checkpoints.begin(tmp_path / "kept", TRAINING, 9, resume=False)
    (tmp_path / STATE).mkdir()
    for epoch in 1, 2, 3:
        (tmp_path / STATE / "training").write_bytes(os.urandom(100))
        manifest = {"about": begun["about"], "version": "1", "shapes": [[10]]}
        keep(begun["folder"], epoch, manifest | {"losses": [1.0] * epoch})
    return tmp_path / "kept"


def goes_on_from(kept: Path, training: About = TRAINING) -> str:
    begun = checkpoints.begin(kept, training, 9, resume=True)
    assert len(begun["losses"]) == int(begun["from"][-4:])
    return Path(begun["from"]).name


def test_two_are_kept_and_the_newest_is_gone_on_from(kept: Path) -> None:
    found = sorted(path.name for path in (kept / "pytorch2").iterdir())
    assert found == ["epoch-0002", "epoch-0003"]
    assert goes_on_from(kept) == "epoch-0003"


TORN = {
    "cut": lambda newest: os.truncate(newest / STATE / "training", 99),
    "empty": lambda newest: os.truncate(newest / STATE / "training", 0),
    "gone": lambda newest: (newest / STATE / "training").unlink(),
    "more": lambda newest: (newest / STATE / "other").write_text("x"),
    "manifest cut": lambda newest: os.truncate(newest / MANIFEST, 99),
    "manifest gone": lambda newest: (newest / MANIFEST).unlink(),
    "a bit": lambda newest: flip(newest / STATE / "training"),
}


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[50] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("how", TORN)
def test_a_torn_one_is_passed_over(
    how: str, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    TORN[how](kept / "pytorch2" / "epoch-0003")
    assert goes_on_from(kept) == "epoch-0002"
    (line,) = capsys.readouterr().err.splitlines()
    assert "epoch-0003" in line and line.endswith(": passed over")
    TORN[how](kept / "pytorch2" / "epoch-0002")
    with pytest.raises(BadInput, match="nothing to resume"):
        goes_on_from(kept)


@pytest.mark.parametrize(
    "key, value",
    [
        ("implementation", "jax_flax"),
        ("data", "mnist"),
        ("batch_size", 64),
        ("seed", 1),
    ],
)
def test_another_training_is_refused(
    key: str, value: object, kept: Path
) -> None:
    other = msgspec.structs.replace(TRAINING, **{key: value})
    (kept / "pytorch2").rename(kept / other.implementation)
    with pytest.raises(BadInput, match=f"its {key} is .*, not {value}"):
        goes_on_from(kept, other)


def test_what_there_is_is_not_overwritten_nor_cut(kept: Path) -> None:
    with pytest.raises(BadInput, match="--resume goes on from there"):
        checkpoints.begin(kept, TRAINING, 9, resume=False)
    with pytest.raises(BadInput, match="3 epochs: ask for as many"):
        checkpoints.begin(kept, TRAINING, 2, resume=True)


def test_what_a_killed_one_left_is_removed(kept: Path) -> None:
    half = kept / "pytorch2" / ".new-epoch-0004"
    half.mkdir()
    assert goes_on_from(kept) == "epoch-0003"
    assert not half.exists()


@pytest.mark.framework
@pytest.mark.parametrize(
    "epochs", [2, pytest.param(3, marks=pytest.mark.slow)]
)
def test_killed_and_resumed_is_as_if_it_had_not_been(
    epochs: int, once: Once
) -> None:
    asked = "train", "pytorch2", "--epochs", epochs, "--checkpoint"

    def make(folder: Path) -> None:
        whole, broken = folder / "whole", folder / "broken"
        done = snippets(*asked, whole, "--json", folder / "whole.json")
        assert done.returncode == 0, done.stderr
        first = broken / "pytorch2" / "epoch-0001"
        with start(*asked, broken) as process:
            until(first.exists)
            if epochs > 2:  # time enough: meanwhile nobody else writes there
                again = snippets(*asked, broken, "--resume")
                refusal(again, "another run writes")
            process.kill()
        said = folder / "broken.json"
        done = snippets(*asked, broken, "--resume", "--json", said)
        assert done.returncode == 0, done.stderr

    [i] = implementations(["pytorch2"])
    folder = once(f"killed-{epochs}", make, key_of(i, ROOT / "lab"))
    states, manifests, rows = [], [], []
    for name in "whole", "broken":
        last = folder / name / "pytorch2" / f"epoch-{epochs:04d}"
        states.append((last / STATE / "training").read_bytes())
        manifests.append(json.loads((last / MANIFEST).read_text()))
        written = json.loads((folder / f"{name}.json").read_text())
        rows += written["results"]
    assert states[0] == states[1]
    assert manifests[0] == manifests[1]
    assert rows[0]["weights_sha256"] == rows[1]["weights_sha256"]


@pytest.mark.slow
@pytest.mark.framework
def test_another_network_is_refused_in_a_line(tmp_path: Path) -> None:
    asked = "train", "pytorch2", "--epochs", 1, "--checkpoint", tmp_path
    assert snippets(*asked).returncode == 0
    path = tmp_path / "pytorch2" / "epoch-0001" / MANIFEST
    manifest = json.loads(path.read_text())
    manifest["shapes"][0] = [64, 1, 3, 3]
    manifest["itself"] = seal(manifest)
    path.write_text(json.dumps(manifest))
    done = snippets(*asked, "--resume")
    assert done.returncode == 1
    assert "checkpoint of another network" in " ".join(done.stdout.split())


def test_resume_wants_to_know_where() -> None:
    refusal(snippets("train", "pytorch2", "--resume"), "--checkpoint DIR")
