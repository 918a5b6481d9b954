"""Numbers as the pages write them."""

import math
import re


def percent(share: float) -> str:
    """12%, or <1%."""
    return f"{share:.0%}" if share >= 0.005 else "<1%"


def milliseconds(seconds: float) -> str:
    """Three digits: 0.142, 14.2, 1,420."""
    ms = 1000 * seconds
    digits = max(0, 2 - math.floor(math.log10(ms))) if ms else 0
    return f"{ms:,.{min(digits, 3)}f}"


def factor(ratio: float) -> str:
    """Two digits after the point, fewer where that would be more than three
    in all: 1.42, 14.2, 142."""
    return f"{ratio:.{2 if ratio < 10 else 1 if ratio < 100 else 0}f}"


def interval(ratio: tuple[float, float | None, float | None]) -> str:
    """1.42 (1.38–1.47)."""
    middle, low, high = ratio
    if low is None or high is None:
        return factor(middle)
    return f"{factor(middle)} ({factor(low)}–{factor(high)})"


def scientific(value: float) -> str:
    """1.1e-07 as 1.1e-7, and nothing as 0."""
    return "0" if value == 0 else re.sub(r"e-0", "e-", f"{value:.1e}")


def two_digits(value: float) -> str:
    """Two digits, all before the point: 142, 1.7, 0.036, 4.3e-6."""
    if abs(value) >= 10:
        return f"{value:.0f}"
    return re.sub(r"e-0", "e-", f"{value:.2g}")


def seed_count_note(measured: int, planned: int) -> str:
    """Return what stands behind a number of some of the seeds; nothing where
    they are all there."""
    return "" if measured >= planned else f" ({measured} of {planned} seeds)"
