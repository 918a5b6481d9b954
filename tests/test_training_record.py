"""The recording of a hundred steps, without the page that replays it."""

import base64
import runpy

import numpy as np
import pytest

from lab import results
from lab.frameworks import ROOT, every, reference
from pages import training

pytestmark = pytest.mark.pure

RECORD = training.read_record()


def test_recording_agrees_with_parity() -> None:
    """A framework that came later is recorded when somebody does."""
    assert set(RECORD["losses"]) <= {i.slug for i in every()}
    assert all(len(found) == 100 for found in RECORD["losses"].values())
    # The reference's losses were measured before, by another command.
    known = results.parity()[reference().slug]["losses"]
    assert RECORD["losses"][RECORD["reference"]] == pytest.approx(
        known, rel=1e-9
    )


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(1, id="one-step"),
        pytest.param(3, id="three-steps", marks=pytest.mark.slow),
    ],
)
def test_bytes_are_within_their_step_of_float64(steps: int) -> None:
    run = runpy.run_path(str(ROOT / "evidence" / "training" / "record.py"))
    kernels, answers = run["reference_run"](steps)
    shown = training.recorded_kernels(RECORD)
    assert (
        abs(shown[: steps + 1] - kernels).max()
        <= RECORD["kernel_scale"] / 2 + 1e-9
    )
    packed = np.frombuffer(base64.b64decode(RECORD["sure"]), np.uint8)
    sure = packed.reshape(101, -1)[: steps + 1] / 255
    assert abs(sure - answers.max(axis=2)).max() <= 0.5 / 255 + 1e-6


def test_recording_is_small() -> None:
    size = sum(
        path.stat().st_size for path in training.RECORD.parent.glob("*.*")
    )
    assert size < 300_000
