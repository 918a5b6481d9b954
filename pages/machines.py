"""The machines that were measured, for all pages that show benchmarks."""

import functools
import math
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

import pyperf

from benchmarks import results
from benchmarks.compare import Rounds
from benchmarks.variants import Variant, load
from lab.errors import BadInput
from lab.results import FOLDER, Result, read_all
from pages import titles
from pages.markdown import GENERATED, NOT_MEASURED, NOTHING, percent, plain

PAGES = GENERATED / "benchmarks"
PRECISION = {"float32": "float32", "tf32": "TF32", "bfloat16": "bfloat16"}
# pyperf calls a benchmark unstable above this share of its mean.
UNSTABLE = 0.10
# What a file must be called, below results/benchmarks/.
PLACE = re.compile(r"([a-z0-9-]+)/(\d{4}-\d\d-\d\d)/[a-z0-9_-]+")
NONE = "Not measured.\n"


class Machine:
    """The newest results of one machine."""

    def __init__(
        self, name: str, date: str, files: dict[str, Result], folder: Path
    ) -> None:
        self.name = name
        self.date = date
        place = folder / "benchmarks" / name / date
        self.files = {
            key: results.opened(f, place / f"{key}.json")
            for key, f in files.items()
        }
        self.variants: dict[str, Variant] = load()
        self.versions = titles.versions(folder)
        first = next(iter(self.files.values()))
        self.facts: dict[str, Any] = first["machine"]
        self.threads: int = first["threads"]

    def measured(self, name: str) -> dict[str, pyperf.Benchmark]:
        """The benchmarks of a variant by case, empty where there are none."""
        return self.files.get(name, {"measured": {}})["measured"]

    def rounds(self, name: str | None, case: str) -> dict[int, float]:
        """{round: seconds}, empty where nothing was measured."""
        measured = self.measured(name or "")
        return results.rounds(measured[case]) if case in measured else {}

    def values(self, name: str, case: str, key: str) -> list[Any]:
        """A number of the metadata, of each process."""
        measured = self.measured(name)
        if case not in measured:
            return []
        found = [r.get_metadata() for r in measured[case].get_runs()]
        return [m[key] for m in found if key in m]

    def group(self, *groups: str, precision: str | None = None) -> list[str]:
        """The variants of some groups, in the order of the site, group by
        group; measured or not."""
        return [
            name
            for group in groups
            for name, v in self.variants.items()
            if v.group == group and precision in (None, v.precision)
        ]

    def peak(self, case: str) -> tuple[float, str | None]:
        """The best rate of a peak's case: (per second, who)."""
        best: tuple[float, str | None] = 0, None
        for name in self.group("machine"):
            seconds = self.rounds(name, case)
            unit = "bytes" if case == "copy" else "flop"
            work = self.values(name, case, unit)
            if seconds and work:
                rate = work[0] / median(seconds.values())
                if rate > best[0]:
                    best = rate, self.title(name)
        return best

    def title(self, name: str) -> str:
        """Keras 3.15.1 on TensorFlow, fast."""
        v = self.variants[name]
        version = self.files.get(name, {"version": None})["version"]
        known = self.versions.get(v.implementation.slug)
        title = titles.title(v.implementation, version or known)
        return title + (", fast" if v.group == "fast" else "")

    def precise(self, name: str) -> str:
        """The same, with the precision where that is not float32."""
        precision = self.variants[name].precision
        more = "" if precision == "float32" else f", {PRECISION[precision]}"
        return self.title(name) + more

    def source(self) -> str:
        return (
            f"\nFrom [`results/benchmarks/{self.name}/{self.date}/`]"
            f"(benchmark-results.md#{self.name}).\n"
        )


@functools.cache
def machines(folder: Path = FOLDER) -> list[Machine]:
    """Every machine of the results, the newest results first. Raises
    BadInput for a file that is not where it should be."""
    newest: dict[str, dict[str, dict[str, Result]]] = {}
    for place, found in read_all("benchmarks", folder).items():
        match = PLACE.fullmatch(place)
        if not match:
            raise BadInput(
                f"{folder}/benchmarks/{place}.json: not in <machine>/<date>/"
            )
        days = newest.setdefault(match[1], {})
        days.setdefault(match[2], {})[found["variant"]["name"]] = found
    all_of_them = [
        Machine(name, max(days), days[max(days)], folder)
        for name, days in newest.items()
    ]
    return sorted(all_of_them, key=lambda m: m.date, reverse=True)


def sources(folder: Path) -> str:
    return "".join(machine.source() for machine in machines(folder))


def each(folder: Path, section: Callable[[Machine], str]) -> str:
    """A section for each machine, and where it is from; those that have
    nothing to say are left out."""
    said = [(section(m), m.source()) for m in machines(folder)]
    return "\n".join(part + source for part, source in said if part) or NONE


def side_by_side(measured: Iterable[Rounds]) -> list[Rounds]:
    """Of each {round: seconds} what all have that have any: numbers that
    stand in one table were measured in the same rounds."""
    measured = list(measured)
    sets = [set(m) for m in measured if m]
    shared = set.intersection(*sets) if sets else set()
    return [{n: m[n] for n in m if n in shared} or m for m in measured]


def failure(machine: Machine, name: str, case: str) -> str:
    """Why a variant has no such number."""
    for error in machine.files.get(name, {"errors": []})["errors"]:
        if error["case"] == case:
            last = (error["error"].strip().splitlines() or [""])[-1]
            return "failed: " + plain(last[:80])
    return NOT_MEASURED


def middle(values: Sequence[float], form: str) -> str:
    """The median of what was written down, if anything was."""
    return format(median(values), form) if values else NOTHING


def spread(seconds: Rounds) -> str:
    """The standard deviation of the rounds, as a share of their mean."""
    values = list(seconds.values())
    if len(values) < 2 or math.isclose(mean(values), 0):
        return NOTHING
    share = stdev(values) / mean(values)
    return percent(share) + (" unstable" if share > UNSTABLE else "")
