"""What the numbers of The same numbers are said to mean."""

import pytest

from pages import seeds

NAMED = {"a": "Alpha 1", "b": "Beta 2", "c": "Gamma 3"}
WANTED = dict.fromkeys(NAMED, 5)
ALIKE = [0.990, 0.991, 0.989, 0.9905, 0.9895]


def alike() -> dict[str, dict[str, list[float]]]:
    return {slug: {"same": list(ALIKE), "reshuffled": []} for slug in NAMED}


def verdict(found: seeds.Found) -> str | None:
    return seeds.verdict("same", found, WANTED, NAMED)


def test_verdict() -> None:
    """Its words follow the numbers: alike, and apart."""
    found = alike()
    said = verdict(found) or ""
    assert "no framework differs" in said and "(one-way analysis of" in said
    assert said.endswith("variance, p = 1).")
    found["a"]["same"] = [accuracy - 0.01 for accuracy in ALIKE]
    said = verdict(found) or ""
    assert "differ by more than their seeds do" in said
    assert said.endswith("has the highest mean and Alpha 1 the lowest.")


def test_verdict_says_whom_it_is_over() -> None:
    """Those that have all their seeds, and why the others are not in it."""
    found = alike()
    found["c"]["same"].pop()
    said = verdict(found) or ""
    assert "variance over Alpha 1 and Beta 2, p = 1; Gamma 3: 4 of" in said
    found["c"]["same"] = []
    assert "p = 1; Gamma 3: not measured)" in (verdict(found) or "")
    # One alone cannot differ from the others.
    found["b"]["same"] = []
    assert verdict(found) is None


def test_accuracies_that_are_all_equal_have_a_verdict() -> None:
    """F is 0 by 0 there, and no page says nan."""
    found = {slug: {"same": [0.99] * 5} for slug in NAMED}
    assert "p = 1)" in (verdict(found) or "")


@pytest.mark.parametrize(
    "found, cell",
    [
        ([], "not measured"),
        ([0.99], "99.00 (1 of 3 seeds)"),
        ([0.99, 0.98], "98.50 ± 0.71 (2 of 3 seeds)"),
        ([0.99, 0.98, 0.97], "98.00 ± 1.00"),
    ],
)
def test_spread_says_how_many_it_is_of(found: list[float], cell: str) -> None:
    assert seeds.spread_of(found, 3) == cell


def test_reshuffling() -> None:
    """The difference of pairs, and nothing while a pair is missing."""
    same = [0.988, 0.989, 0.987]
    found = {
        "a": {"same": same, "reshuffled": [x + 0.002 for x in same[::-1]]},
        "b": {"same": [0.990, 0.991, 0.989], "reshuffled": []},
    }

    def said() -> str | None:
        return seeds.reshuffling("a", found, {"a": 3, "b": 3}, NAMED)

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
