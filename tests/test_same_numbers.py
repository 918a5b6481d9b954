"""What the numbers of The same numbers are said to mean."""

import numpy as np
import pytest
from scipy.stats import f_oneway, ttest_rel

from pages import anova, seed_accuracies
from pages.anova import LEVEL, POWER

random = np.random.default_rng(0)

NAMED = {"a": "Alpha 1", "b": "Beta 2", "c": "Gamma 3"}
WANTED = dict.fromkeys(NAMED, 5)
ALIKE = [0.990, 0.991, 0.989, 0.9905, 0.9895]
UNLIKE = [0.991, 0.990, 0.989, 0.9895, 0.9905]


def alike() -> dict[str, dict[str, list[float]]]:
    return {slug: {"same": list(ALIKE), "reshuffled": []} for slug in NAMED}


def verdict(found: seed_accuracies.Accuracies) -> str | None:
    return seed_accuracies.difference_verdict("same", found, WANTED, NAMED)


def test_verdict() -> None:
    """Its words follow the numbers: alike, and apart."""
    found = alike()
    said = verdict(found) or ""
    assert "we could not tell the frameworks apart (F-test, the" in said
    assert "15 runs, p = 1). One framework alone that is off by" in said
    found["a"]["same"] = [accuracy - 0.01 for accuracy in UNLIKE]
    said = verdict(found) or ""
    assert "the frameworks differ (F-test" in said
    assert "It is Alpha 1 alone, below the others" in said


def test_verdict_says_whom_it_is_over() -> None:
    """Those that have all their seeds, and why the others are not in it."""
    found = alike()
    found["c"]["same"].pop()
    said = verdict(found) or ""
    assert "F-test over Alpha 1 and Beta 2, the seeds" in said
    assert "10 runs, p = 1; Gamma 3: 4 of 5 seeds)" in said
    found["c"]["same"] = []
    assert "p = 1; Gamma 3: not measured)" in (verdict(found) or "")
    # One alone cannot differ from the others.
    found["b"]["same"] = []
    assert verdict(found) is None


def test_accuracies_that_are_all_equal_have_a_verdict() -> None:
    """F is 0 by 0 there, and no page says nan."""
    found = {slug: {"same": [0.99] * 5} for slug in NAMED}
    assert "p = 1)" in (verdict(found) or "")


def test_chance_is_what_scipy_says() -> None:
    """Two matched groups are a paired t-test; any that are not, a one-way
    analysis of variance."""
    a, b, c = random.normal(size=(3, 5))
    runs = {name: dict(enumerate(x)) for name, x in zip("abc", (a, b, c))}
    assert anova.compare_groups(runs, False).p == pytest.approx(
        f_oneway(a, b, c).pvalue
    )
    two = {name: runs[name] for name in "ab"}
    assert anova.compare_groups(two, True).p == pytest.approx(
        ttest_rel(a, b).pvalue
    )


def test_what_would_have_shown_does_at_its_rate() -> None:
    shape = 12, 5
    drawn = random.normal(size=shape)
    found = {str(n): dict(enumerate(x)) for n, x in enumerate(drawn)}
    spread = anova.compare_groups(found, False).seen
    # In the unit of the runs, whose deviation is known here: one.
    error = np.sqrt(
        np.mean([np.var([*x.values()], ddof=1) for x in found.values()])
    )
    shift = spread / error
    shown = 0
    for _ in range(1000):
        drawn = random.normal(size=shape)
        drawn[0] += shift
        shown += f_oneway(*drawn).pvalue < LEVEL
    assert shown / 1000 == pytest.approx(POWER, abs=0.05)


@pytest.mark.parametrize(
    "found, cell",
    [
        ([], "not measured"),
        ([0.99], "99.00, n = 1 (1 of 3 seeds)"),
        ([0.99, 0.98], "98.50 ± 0.71, n = 2 (2 of 3 seeds)"),
        ([0.99, 0.98, 0.97], "98.00 ± 1.00, n = 3"),
    ],
)
def test_spread_says_how_many_it_is_of(found: list[float], cell: str) -> None:
    assert seed_accuracies.accuracy_spread(found, 3) == cell


def test_reshuffling() -> None:
    """The difference of pairs, and nothing while a pair is missing."""
    same = [0.988, 0.989, 0.987]
    found = {
        "a": {"same": same, "reshuffled": [x + 0.002 for x in same[::-1]]},
        "b": {"same": [0.990, 0.991, 0.989], "reshuffled": []},
    }

    def said() -> str | None:
        return seed_accuracies.reshuffling_verdict(
            "a", found, {"a": 3, "b": 3}, NAMED
        )

    # Differences of 0.1, 0.2 and 0.3 points. By hand: t = 2√3, its interval
    # 0.2 ± 4.303 · 0.1 / √3; with two degrees of freedom, p = 1 − t/√(t² + 2).
    first = said() or ""
    assert "gains Alpha 1 +0.20 percentage points" in first
    assert "interval −0.05 to +0.45" in first and "p = 0.074" in first
    assert "With these runs in its place" in first
    # With nobody left to compare it with, the first sentence stands alone.
    found["b"]["same"].pop()
    assert "p = 0.074" in (said() or "")
    assert "in its place" not in (said() or "")
    found["a"]["reshuffled"].pop()
    assert said() is None
