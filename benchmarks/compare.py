"""Ratios of two measurements, with intervals; and `… compare`."""

from argparse import Namespace
from collections.abc import Mapping

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.stats import bootstrap

from benchmarks import results

RESAMPLES = 2000
# Of one case of one variant: {round: seconds}.
Rounds = Mapping[int, float]
# (ratio, low, high) of a 95 % interval.
Ratio = tuple[float, float | None, float | None]


def ratio(first: Rounds, second: Rounds) -> Ratio:
    """Median of `first` over median of `second`, and its 95 % interval.

    Both are {round: seconds}. Two variants of one run were measured side by
    side, so the rounds that both have are drawn together (a paired bootstrap,
    percentile method: Efron & Tibshirani, "An Introduction to the Bootstrap",
    1993, chapter 13); where they share none, each is drawn on its own.

    Returns (ratio, low, high); low and high are None below three rounds."""
    both = sorted(set(first) & set(second))
    paired = len(both) > 0
    if paired:
        a, b = ([x[n] for n in both] for x in (first, second))
    else:
        a, b = list(first.values()), list(second.values())
    middle = float(np.median(a) / np.median(b))
    if min(len(a), len(b)) < 3:
        return middle, None, None
    interval = bootstrap(
        (a, b),
        lambda a, b, axis=-1: np.median(a, axis) / np.median(b, axis),
        paired=paired,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return middle, float(interval.low), float(interval.high)


def ranks(variants: Mapping[str, Rounds]) -> dict[str, tuple[int, int]]:
    """The places that each of {name: {round: seconds}} may have, as (first,
    last): variants whose ratio's interval holds 1 are not told apart."""
    faster = {
        a: {b for b in variants if certainly(variants[b], variants[a])}
        for a in variants
    }
    return {
        a: (
            1 + len(faster[a]),
            len(variants) - sum(a in faster[b] for b in variants),
        )
        for a in variants
    }


def certainly(a: Rounds, b: Rounds) -> bool:
    """Is `a` faster than `b` beyond their interval?"""
    high = ratio(a, b)[2]
    return high is not None and high < 1


def show(options: Namespace, console: Console) -> int:
    """`python -m benchmarks compare`; return the exit status."""
    before, after = map(results.folder, (options.before, options.after))
    grid = Table(title=f"{options.after} over {options.before}")
    for name in "variant", "case":
        grid.add_column(name)
    for name in "before", "after", "ratio", "95 % interval":
        grid.add_column(name, justify="right")
    for variant in sorted(set(before) & set(after)):
        both = before[variant]["measured"], after[variant]["measured"]
        for case in sorted(set(both[0]) & set(both[1])):
            was, is_ = (results.rounds(side[case]) for side in both)
            if not was or not is_:
                continue
            # Not side by side: their rounds have nothing in common.
            is_ = {-n: seconds for n, seconds in is_.items()}
            middle, low, high = ratio(is_, was)
            grid.add_row(
                variant, case,
                *(f"{1e3 * np.median([*x.values()]):,.2f} ms"
                  for x in (was, is_)),
                f"{middle:.3f}",
                "—" if low is None else f"{low:.3f}–{high:.3f}",
            )  # fmt: skip
    console.print(grid)
    missing = sorted(set(before) ^ set(after))
    if missing:
        console.print("in one folder alone: " + ", ".join(missing))
    return 0
