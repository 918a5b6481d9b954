"""What is said of rounds: ratios, intervals, places; how often they are
wrong, drawn from rounds of identical code."""

import math
import runpy

import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_rel

from benchmarks import statistics
from benchmarks.statistics import NOMINAL, Rounds
from benchmarks.variants import ROUNDS
from pages.machines import measured_machines
from tests.helpers import ROOT

COVERAGE = runpy.run_path(str(ROOT / "evidence" / "noise" / "coverage.py"))


def rounds(factor: float = 1, spread: float = 0.1, seed: int = 0) -> Rounds:
    random = np.random.default_rng(seed)
    noise = np.exp(spread * random.standard_normal(ROUNDS))
    return dict(enumerate(factor * noise, 1))


def test_ratio_is_that_of_the_numbers_beside_it() -> None:
    a, b = rounds(2, seed=1), rounds(seed=2)
    mean, low, high = statistics.ratio(a, b)
    quotient = statistics.middle(a) / statistics.middle(b)
    assert mean == pytest.approx(quotient)
    assert low and high and low < mean < high
    # SciPy's paired test of the same logarithms.
    logs = [np.log([*x.values()]) for x in (a, b)]
    found = ttest_rel(*logs).confidence_interval(NOMINAL)
    assert (low, high) == pytest.approx(np.exp([found.low, found.high]))
    # Of many pairs each interval is that of a stricter level.
    _, wide, _ = statistics.ratio(a, b, compared=10)
    strict = ttest_1samp(logs[0] - logs[1], 0)
    stricter = strict.confidence_interval(1 - (1 - NOMINAL) / 10)
    assert wide == pytest.approx(math.exp(stricter.low))


def test_what_slows_a_whole_round_cancels() -> None:
    base = rounds(spread=0.5)
    twice = {n: 2 * s for n, s in base.items()}
    assert statistics.ratio(twice, base) == pytest.approx((2, 2, 2))


def test_few_rounds_have_no_interval_and_no_places() -> None:
    a, b = rounds(2), rounds()
    a = {n: s for n, s in a.items() if n < ROUNDS}
    mean, low, high = statistics.ratio(a, b)
    assert mean == pytest.approx(2) and (low, high) == (None, None)
    assert statistics.places({"a": a, "b": b}) == {"a": (1, 2), "b": (1, 2)}
    with pytest.raises(ValueError):
        statistics.ratio({1: 1.0}, {2: 1.0})


def test_places() -> None:
    three = {"a": rounds(seed=1), "b": rounds(seed=2), "c": rounds(3, seed=3)}
    assert statistics.places(three) == {"a": (1, 2), "b": (1, 2), "c": (3, 3)}


@pytest.mark.parametrize("seed", range(20))
def test_places_and_intervals_never_contradict(seed: int) -> None:
    random = np.random.default_rng(seed)
    many = {
        str(n): rounds(1 + 0.1 * n, random.choice([0.02, 0.2]), 20 * seed + n)
        for n in range(8)
    }
    best = min(many, key=lambda name: statistics.middle(many[name]))
    compared = statistics.pairs(len(many))
    for name, (first, last) in statistics.places(many).items():
        assert 1 <= first <= last <= len(many)
        if name != best:
            low = statistics.ratio(many[name], many[best], compared)[1]
            assert low is not None
            assert (low > 1) == (first > 1)


def test_identical_code_is_told_apart_in_one_draw_of_twenty_at_most() -> None:
    ratios = COVERAGE["logs"]()
    draws = 20_000
    found = COVERAGE["told_apart"](ratios, NOMINAL, draws)
    assert found <= 0.05
    # And not because nothing ever is.
    shifted = COVERAGE["told_apart"](ratios, 0.5, draws)
    assert shifted > 0.4
    assert COVERAGE["any_told_apart"](ratios, NOMINAL, 500) <= 0.05


def test_record_is_what_its_script_draws() -> None:
    path = ROOT / "evidence" / "noise" / "coverage.txt"
    pair = COVERAGE["told_apart"](COVERAGE["logs"](), NOMINAL, 200_000)
    assert f"asked for {NOMINAL:.0%}: a pair told apart in {pair:.1%}," in (
        path.read_text("utf-8")
    )


def test_every_campaign_is_one() -> None:
    """The same commit, machine and rounds in all its files."""
    for machine in measured_machines():
        for key in "commit", "machine", "rounds", "threads":
            found = {str(file[key]) for file in machine.files.values()}
            assert len(found) == 1, (machine.name, key, found)
        assert machine.planned_rounds >= ROUNDS
