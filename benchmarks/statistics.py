"""How much faster, and is it so: ratios of rounds, intervals, places.

A round measures every variant once, so two variants of one campaign are
compared round by round: what slows a whole round cancels. The unit is the
round, for all values of a process share that process's luck. The mean of the
paired log ratios is held against Student's distribution (Gosset, "The
probable error of a mean", Biometrika 6, 1908), and where a table compares
several pairs its level is shared among them (Dunn, "Multiple comparisons among
means", JASA 56, 1961), so that 95 % is the chance that no interval of the
table misses. tests/test_statistics.py draws from rounds of identical code
how often that holds.
"""

import math
from collections import Counter
from collections.abc import Mapping
from itertools import permutations

import numpy as np
from scipy.stats import t, ttest_ind

from benchmarks.variants import ROUNDS

# What is claimed, and what Student's distribution is asked for so that rounds
# of identical code keep it: their noise has two humps, and a plain 95 % is
# missed a little too often (5.2 %).
LEVEL, NOMINAL = 0.95, 0.96
# Of one case of one variant: {round: seconds}.
Rounds = Mapping[int, float]
# (ratio, low, high) of an interval; no ends below ROUNDS rounds.
Ratio = tuple[float, float | None, float | None]


def middle(rounds: Rounds) -> float:
    """The geometric mean of {round: seconds}, in seconds: the ratio of two is
    the mean of the ratios of their rounds."""
    return math.exp(float(np.mean(np.log([*rounds.values()]))))


def pairs(variants: int) -> int:
    """How many pairs there are among so many variants, 1 at least."""
    return max(1, variants * (variants - 1) // 2)


def ratio(first: Rounds, second: Rounds, compared: int = 1) -> Ratio:
    """The mean ratio of `first` to `second`, both {round: seconds}, and its
    interval: 95 % for this pair, or for all of `compared` pairs together.

    Returns (ratio, low, high); low and high are None where the two share
    fewer than ROUNDS rounds. Raises ValueError where they share none."""
    both = sorted(set(first) & set(second))
    if not both:
        raise ValueError("no round has both")
    logs = np.log([first[n] / second[n] for n in both])
    if len(both) < ROUNDS:
        return math.exp(logs.mean()), None, None
    off = half(logs, compared) * np.array([-1, 0, 1])
    low, mean, high = np.exp(logs.mean() + off)
    return float(mean), float(low), float(high)


def half(
    logs: np.ndarray, compared: int = 1, level: float = NOMINAL
) -> np.ndarray:
    """Half of the interval of the mean of `logs`, float64 (…, rounds), the
    logarithms of paired ratios: (…), as ratio() has it."""
    count = logs.shape[-1]
    most = t.ppf(1 - (1 - level) / 2 / compared, count - 1)
    error: np.ndarray = logs.std(axis=-1, ddof=1) / math.sqrt(count)
    return most * error


def unpaired(first: Rounds, second: Rounds) -> Ratio:
    """The same of two that were not measured side by side: Welch's interval
    (Biometrika 34, 1947)."""
    logs = [np.log([*rounds.values()]) for rounds in (first, second)]
    mean = math.exp(logs[0].mean() - logs[1].mean())
    if min(map(len, logs)) < ROUNDS:
        return mean, None, None
    found = ttest_ind(*logs, equal_var=False).confidence_interval(NOMINAL)
    return mean, math.exp(found.low), math.exp(found.high)


def faster(first: Rounds, second: Rounds, compared: int) -> bool:
    """Is `first` faster than `second`, beyond their interval?"""
    high = ratio(first, second, compared)[2]
    return high is not None and high < 1


def places(variants: Mapping[str, Rounds]) -> dict[str, tuple[int, int]]:
    """The places that each of {name: {round: seconds}} may have, as (first,
    last). Who is not told apart from the fastest may be the first, as the
    interval beside it says; else as many are before it as are certainly
    faster, and as many behind as are certainly slower."""
    compared = pairs(len(variants))
    best = min(variants, key=lambda name: middle(variants[name]))
    certain = {
        (a, b)
        for a, b in permutations(variants, 2)
        if faster(variants[a], variants[b], compared)
    }
    before, behind = (Counter(pair[n] for pair in certain) for n in (1, 0))
    return {
        name: (
            1 + (before[name] if (best, name) in certain else 0),
            len(variants) - behind[name],
        )
        for name in variants
    }


def spread(rounds: Rounds) -> float:
    """The standard deviation of the logarithms of two rounds or more: about
    the share by which one is off."""
    return float(np.std(np.log([*rounds.values()]), ddof=1))


def one_core(share: float) -> bool:
    """Did an epoch run on one core, by its processor time over wall time?
    Fixed before anything was measured by it: at most 1.1. On two cores a
    multithreaded epoch has 1.3 and more; threads that share one have 1 at
    most, and the clock a little."""
    return share <= 1.1
