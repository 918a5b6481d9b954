"""Axes: where a value lies, and which values have a line."""

import math


def round_ticks(low: float, high: float, logarithmic: bool) -> list[float]:
    """Some round numbers from `low` to `high`."""
    if logarithmic:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        return [10.0**n for n in range(first, last + 1)]
    power = 10.0 ** math.floor(math.log10(high))
    step = next(s * power for s in (0.2, 0.5, 1, 2) if high / s / power <= 6)
    return [n * step for n in range(int(high / step) + 1)]
