"""Tables at every width: no name or number is lost, no text is markup."""

import io
from argparse import Namespace

import pytest
from rich.console import Console

from lab import parity, results, training
from lab.tables import Grid, show

ASKED = Namespace(data="mnist-5k", seed=0)


def printed(grid: Grid, width: int) -> str:
    console = Console(width=width, file=io.StringIO())
    show(console, grid)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [20, 40, 80, 100, 120, 128, 140, 160, 200])
def test_names_and_numbers_stay_whole(width: int) -> None:
    runs = [r for r in results.load("gates") if r["data"] == "mnist-5k"]
    said = printed(training.table(runs, ASKED), width)
    assert max(map(len, said.splitlines())) <= width
    for run in runs:
        assert run["name"] in said and f"{run['test_accuracy']:.4f}" in said
    rows = list(results.parity().values())
    for row in rows:
        steps = row["max_abs_weights"]
        row["max_abs_weights"] = {int(n): steps[n] for n in steps}
    said = printed(parity.table(rows), width)
    for row in rows:
        assert row["name"] in said and f"{row['max_abs_loss']:.1e}" in said


@pytest.mark.parametrize("width", [40, 160])
def test_an_error_is_no_markup(width: int) -> None:
    run = results.load("gates")[0] | {"error": "[/b] at [red]x"}
    assert "[/b] at [red]x" in printed(training.table([run], ASKED), width)
