"""What 2018 got wrong, as Then and now shows it."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from lab.frameworks import ROOT

# A race prints something else each time: keras_race.txt is one record of it.
SLIPS = sorted((ROOT / "evidence" / "slips").glob("*.py"))
SLIPS.remove(ROOT / "evidence" / "slips" / "keras_race.py")


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.stem)
def test_slip_prints_what_is_recorded(
    slip: Path, tmp_path: Path, python_2018: list[str]
) -> None:
    recorded = slip.with_suffix(".txt").read_text("utf-8").splitlines()
    if slip.stem == "keras_clipped_log":
        # The same race decides the trainings that follow.
        recorded = recorded[:2]
    quiet = {"PYTHONIOENCODING": "utf-8", "TF_CPP_MIN_LOG_LEVEL": "2"}
    with subprocess.Popen(
        [*python_2018, str(slip)],
        cwd=tmp_path, env=os.environ | quiet, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8",
    ) as process:  # fmt: skip
        assert process.stdout
        said = [process.stdout.readline().rstrip("\n") for _ in recorded]
        process.terminate()
    assert said == recorded


def test_a_finding_s_numbers_are_in_its_record() -> None:
    """Each number of a finding in bold stands in what its script printed,
    or is the share or the argument that the script names."""
    page = (ROOT / "docs" / "then-and-now.md").read_text("utf-8")
    found = re.findall(
        r"\n\*\*(.+?)\*\*\n\n```py title=\"evidence/slips/(\w+)\.py\"",
        page,
    )
    assert len(found) >= 6
    for finding, name in found:
        folder = ROOT / "evidence" / "slips"
        said = (folder / f"{name}.txt").read_text("utf-8")
        said += (folder / f"{name}.py").read_text("utf-8")
        for number in re.findall(r"\d[\d,.]*\d|\d", finding):
            if number not in ("10", "0"):  # 10⁻⁷, and the gradient
                assert number.replace(",", "") in said, (name, number)
