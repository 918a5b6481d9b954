"""What 2018 got wrong, as Then and now shows it."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from lab.frameworks import ROOT
from tests import evidence

SLIPS = evidence.scripts(evidence.SLIPS)
PAGE = (ROOT / "docs" / "then-and-now.md").read_text("utf-8")
PART = PAGE.split("\n## The post's slips\n")[1].split("\n## ")[0]
EXHIBITS = re.split(r"^### (.+)\n", PART, flags=re.MULTILINE)
FOUND = dict(zip(EXHIBITS[1::2], EXHIBITS[2::2]))


@pytest.mark.framework
@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.stem)
def test_slip_prints_what_is_recorded(
    slip: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if evidence.is_taken(request, slip.with_suffix(".txt")):
        return
    python_2018 = request.getfixturevalue("python_2018")
    recorded = slip.with_suffix(".txt").read_text("utf-8").splitlines()
    if slip.stem == "keras_clipped_log":
        # The same race decides the trainings that follow.
        recorded = recorded[:2]
    quiet = {"PYTHONIOENCODING": "utf-8", "TF_CPP_MIN_LOG_LEVEL": "2"}
    with subprocess.Popen(
        [*python_2018, str(slip)],
        cwd=tmp_path,
        env=os.environ | quiet,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        assert process.stdout
        said = [process.stdout.readline().rstrip("\n") for _ in recorded]
        process.terminate()
    assert said == recorded


def numbers(text: str) -> set[str]:
    """Those of a text, 34,826 as 34826, but for a lone digit."""
    found = re.findall(r"\d[\d,]*\.?\d+", text)
    return {number.replace(",", "") for number in found}


@pytest.mark.parametrize("title", FOUND)
def test_finding_has_the_numbers_of_its_output(title: str) -> None:
    """So has its line of the index; where it has none, the names are there.
    The line that is marked is of what the finding names."""
    text = FOUND[title]
    finding = text.split("\n\n")[0]
    anchor = title.lower().replace(",", "").replace(" ", "-")
    [index] = re.findall(rf"^- \[(.+)\]\(#{anchor}\)$", PART, re.MULTILINE)
    [output] = re.findall(r'--8<-- "(.+\.txt)"', text)
    recorded = (ROOT / output).read_text("utf-8")
    for said in finding, index:
        names = re.findall(r"`(.+?)`", said)
        found = numbers(said)
        assert found <= numbers(recorded), (found, recorded)
        assert found or (names and all(name in recorded for name in names))

    [(lines, path)] = re.findall(r'hl_lines="([\d ]+)" title="(.+)"', text)
    [part] = re.findall(
        r"\[start:fault\]\n(.*?)# --8<-- \[end:fault\]",
        (ROOT / path).read_text("utf-8"),
        re.DOTALL,
    )
    wanted = set(re.findall(r"\w+", " ".join(re.findall("`(.+?)`", finding))))
    for line in map(int, lines.split()):
        assert wanted & set(re.findall(r"\w+", part.splitlines()[line - 1]))
