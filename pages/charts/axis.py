"""Axes: where a value lies, and which values have a line."""

import math
from collections.abc import Iterable
from typing import NamedTuple


class Axis(NamedTuple):
    """The values from `low` to `high` lie from `start` to `end`, in units of
    the figure; downwards where `end` is less."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Return where a value lies."""
        if self.logarithmic:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


class Panel(NamedTuple):
    """A plot inside a figure: its upper left corner, its size, its axes."""

    left: float
    top: float
    width: float
    height: float
    x: Axis
    y: Axis

    def grid(
        self, x_values: Iterable[float], y_values: Iterable[float]
    ) -> str:
        """Return the path of its upright and its level lines."""
        upright = [
            f"M{self.x.place(value):.1f} {self.top}v{self.height}"
            for value in x_values
        ]
        level = [
            f"M{self.left} {self.y.place(value):.1f}h{self.width}"
            for value in y_values
        ]
        return "".join([*upright, *level])

    def curve(self, points: Iterable[tuple[float, float]]) -> str:
        """Return the path through the values (x, y)."""
        return line_path((self.x.place(x), self.y.place(y)) for x, y in points)


def line_path(points: Iterable[tuple[float, float]]) -> str:
    """Return the path from each place to the next."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def upright_lines(
    axis: Axis, values: Iterable[float], top: float, bottom: float
) -> str:
    """Return the path of a line at each value, from `top` to `bottom`."""
    return "".join(f"M{axis.place(v):.1f} {top:g}V{bottom:g}" for v in values)


def round_ticks(low: float, high: float, logarithmic: bool) -> list[float]:
    """Return some round numbers from `low` to `high`."""
    if logarithmic:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        return [10.0**n for n in range(first, last + 1)]
    power = 10.0 ** math.floor(math.log10(high))
    step = next(s * power for s in (0.2, 0.5, 1, 2) if high / s / power <= 6)
    return [n * step for n in range(int(high / step) + 1)]
