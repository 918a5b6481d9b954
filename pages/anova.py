"""Do groups of runs differ by more than chance, and would it have shown?"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.stats import f, ncf

LEVEL, POWER = 0.05, 0.8


class FTest(NamedTuple):
    """An F-test of groups: its p, and the shift of a single group, in the
    unit of the runs, that it would have seen with probability POWER."""

    p: float
    seen: float


def compare_groups(
    runs: Mapping[str, Mapping[int, float]], matched: bool
) -> FTest:
    """Do the groups of {group: {seed: value}} differ?

    Least squares with a mean for each group, and where the seeds are
    `matched` one for each seed, against the same without the groups (Fisher,
    "The Design of Experiments", 1935, blocks). Needs two groups and a run more
    than means. Where nothing varies at all, p is 1."""
    rows = [
        (group, seed, value)
        for group, values_by_seed in runs.items()
        for seed, value in values_by_seed.items()
    ]
    values = np.array([value for *_, value in rows])
    groups = indicator_columns([group for group, *_ in rows])
    blocks = np.ones((len(rows), 1))
    if matched:
        blocks = indicator_columns([seed for _, seed, _ in rows])
    both = np.hstack([blocks, groups])
    few, many = (
        residual_squares(blocks, values),
        residual_squares(both, values),
    )
    ranks = [int(np.linalg.matrix_rank(x)) for x in (blocks, both)]
    between, within = ranks[1] - ranks[0], len(rows) - ranks[1]
    error = many / within
    p = 1.0
    if few - many > 1e-12 * max(few, 1e-12):
        p = float(f.sf((few - many) / between / error, between, within))
    # The smallest group's shift is the hardest to see.
    smallest = min(len(values_by_seed) for values_by_seed in runs.values())
    share = smallest * (1 - smallest / len(rows))
    limit = f.isf(LEVEL, between, within)

    def missed(shift: float) -> float:
        return float(ncf.sf(limit, between, within, shift**2 * share) - POWER)

    # In standard deviations of a run.
    seen = brentq(missed, 1e-3, 50)
    return FTest(p, seen * float(np.sqrt(error)))


def indicator_columns(labels: list[object]) -> np.ndarray:
    """Return a column for each label: 1 in its rows."""
    names = list(dict.fromkeys(labels))
    return np.array([[float(x == name) for name in names] for x in labels])


def residual_squares(columns: np.ndarray, values: np.ndarray) -> float:
    """Return what least squares leaves: the sum of squares."""
    fitted = columns @ np.linalg.lstsq(columns, values, rcond=None)[0]
    return float(((values - fitted) ** 2).sum())
