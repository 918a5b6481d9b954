"""How often are identical listings told apart? Drawn from rounds in which the
same code was measured twice (rounds.json).

    python -m evidence.noise.coverage

A draw takes as many of those rounds as a table has, each with its two
processes swapped by chance: the code is the same, so either could have been
the first. A table's draw gives each of so many variants, in each round, what
one process was off.
"""

import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.statistics import NOMINAL, half, pairs
from benchmarks.variants import ROUNDS

FOLDER = Path(__file__).parent
VARIANTS = 20


def logs() -> np.ndarray:
    """The logarithm of the ratio of the two processes, round by round."""
    found = json.loads((FOLDER / "rounds.json").read_text())["rounds"]
    return np.log([first / second for first, second in found.values()])


def told_apart(
    ratios: np.ndarray, level: float, draws: int, seed: int = 0
) -> float:
    """The share of draws in which a pair's interval misses 1."""
    random = np.random.default_rng(seed)
    drawn = random.choice(ratios, (draws, ROUNDS))
    drawn *= random.choice([-1, 1], drawn.shape)
    missed = abs(drawn.mean(axis=1)) > half(drawn, level=level)
    return float(missed.mean())


def any_told_apart(
    ratios: np.ndarray, level: float, draws: int, seed: int = 0
) -> float:
    """The share of draws in which any two of a table's variants are told
    apart."""
    random = np.random.default_rng(seed)
    # What one process is off: two of them make a ratio.
    off = np.concatenate([ratios, -ratios]) / np.sqrt(2)
    a, b = np.triu_indices(VARIANTS, 1)
    wrong = 0
    for _ in range(draws):
        rounds = random.choice(off, (ROUNDS, VARIANTS)).T
        drawn = rounds[a] - rounds[b]
        most = half(drawn, pairs(VARIANTS), level)
        wrong += bool((abs(drawn.mean(axis=1)) > most).any())
    return wrong / draws


def main() -> int:
    ratios = logs()
    print(f"{len(ratios)} rounds; {ROUNDS} drawn at a time")
    for level in 0.95, NOMINAL:
        pair = told_apart(ratios, level, 200_000)
        table = any_told_apart(ratios, level, 20_000)
        print(
            f"asked for {level:.0%}: a pair told apart in {pair:.1%}, "
            f"any of a table of {VARIANTS} in {table:.1%}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
