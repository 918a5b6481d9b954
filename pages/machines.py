"""The machines that were measured, for all pages that show benchmarks."""

import functools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import pyperf

from benchmarks import results
from benchmarks.statistics import Rounds, middle, one_core
from benchmarks.suites import done
from benchmarks.variants import Variant, load
from lab.errors import BadInput
from lab.results import FOLDER, Result, read_all
from pages.charts.bar_chart import Bar
from pages.markup import titles
from pages.markup.numbers import milliseconds
from pages.markup.stale_remarks import Days, join_days, stale_days
from pages.markup.text import NOT_MEASURED, NOTHING, escape_markup

PRECISIONS = {"float32": "float32", "tf32": "TF32", "bfloat16": "bfloat16"}
# What a file must be called, below results/benchmarks/.
RESULT_PLACE = re.compile(r"([a-z0-9-]+)/(\d{4}-\d\d-\d\d)/[a-z0-9_-]+")
NO_RESULTS = "Not measured.\n"


class Machine:
    """The newest campaign of one machine, as far as it is: of the rounds
    those in which everything was measured."""

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
        self.versions = titles.measured_versions(folder)
        first = next(iter(self.files.values()))
        self.facts: dict[str, Any] = first["machine"]
        self.threads: int = first["threads"]
        self.planned_rounds: int = first["rounds"]
        self.complete_rounds: set[int] = set.intersection(
            *(done(f, f["measured"]) for f in self.files.values())
        )
        self.commit: str = first["commit"] or "not known"

    def measured(self, name: str) -> dict[str, pyperf.Benchmark]:
        """Return the benchmarks of a variant by case, empty where there are
        none."""
        return self.files.get(name, {"measured": {}})["measured"]

    def rounds(self, name: str | None, case: str) -> dict[int, float]:
        """{round: seconds}, empty where nothing was measured."""
        measured = self.measured(name or "")
        if case not in measured:
            return {}
        seconds = results.rounds(measured[case])
        return {n: s for n, s in seconds.items() if n in self.complete_rounds}

    def stale_days(self, *names: str | None) -> Days:
        """Return when those of these variants that are stale were measured."""
        return join_days(
            *(
                stale_days("benchmarks", [self.files[name]])
                for name in names
                if name in self.files
            )
        )

    def stale_days_of(self, name: str | None, *cases: str) -> Days:
        """Return the same of a variant with rounds in any of these cases."""
        there = any(self.rounds(name, case) for case in cases)
        return self.stale_days(name) if there else None

    def round_count(self) -> str:
        """12 rounds; 3 of 12 rounds, where some are not measured yet."""
        whole = len(self.complete_rounds) >= self.planned_rounds
        few = "" if whole else f"{len(self.complete_rounds)} of "
        return f"{few}{self.planned_rounds} rounds"

    def milliseconds_text(self, name: str, case: str) -> str:
        """Return the one number of a variant in a case: its rounds' geometric
        mean; or why there is none."""
        rounds = self.rounds(name, case)
        return (
            milliseconds(middle(rounds))
            if rounds
            else failure_text(self, name, case)
        )

    def modes(self, name: str, case: str) -> tuple[Rounds, Rounds]:
        """Return the rounds on several cores, and those on one."""
        rounds = self.rounds(name, case)
        parts: tuple[dict[int, float], dict[int, float]] = {}, {}
        for n, share in zip(
            self.values(name, case, "round"),
            self.values(name, case, "processor_over_wall"),
        ):
            if n in rounds:
                parts[one_core(share)][n] = rounds[n]
        return parts

    def cores(self, name: str, case: str) -> str:
        """Return how many cores were busy: 1.4; where some rounds ran on one
        core, how many of them, and how fast either were."""
        several, alone = self.modes(name, case)
        shares = self.values(name, case, "processor_over_wall")
        if not (several and alone):
            return f"{median(shares):.1f}" if shares else NOTHING
        return (
            f"1 in {len(alone)} of {len(alone) + len(several)} rounds: "
            f"{milliseconds(middle(alone))} ms, else "
            f"{milliseconds(middle(several))}"
        )

    def values(self, name: str, case: str, key: str) -> list[Any]:
        """Return a number of the metadata, of each process."""
        measured = self.measured(name)
        if case not in measured:
            return []
        runs = [r.get_metadata() for r in measured[case].get_runs()]
        return [m[key] for m in runs if key in m]

    def values_of_all(self, key: str) -> list[Any]:
        """Return a number of the metadata, of every process there is: each has
        it in all its cases."""
        return [
            value
            for name, file in self.files.items()
            for case in list(file["measured"])[:1]
            for value in self.values(name, case, key)
        ]

    def group(self, *groups: str, precision: str | None = None) -> list[str]:
        """Return the variants of some groups, in the order of the site, group
        by group; measured or not."""
        return [
            name
            for group in groups
            for name, v in self.variants.items()
            if v.group == group and precision in (None, v.precision)
        ]

    def peak(self, case: str) -> tuple[float, str | None]:
        """Return the best rate of a peak's case: (per second, which
        variant)."""
        best: tuple[float, str | None] = 0, None
        for name in self.group("machine"):
            seconds = self.rounds(name, case)
            unit = "bytes" if case.startswith("copy") else "flop"
            work = self.values(name, case, unit)
            if seconds and work:
                rate = work[0] / median(seconds.values())
                if rate > best[0]:
                    best = rate, name
        return best

    def title(self, name: str) -> str:
        """Keras 3.15.1 on TensorFlow, fast."""
        v = self.variants[name]
        version = self.files.get(name, {"version": None})["version"]
        if v.peer:
            short = re.findall(r"^[\d.]*\d", version or "")
            return " ".join([v.peer.label, *short])
        version_known = self.versions.get(v.implementation.slug)
        title = titles.implementation_title(
            v.implementation, version or version_known
        )
        return title + (", fast" if v.group == "fast" else "")

    def row_title(self, name: str) -> str:
        """Return the title, and what the command calls the variant."""
        return f"{self.title(name)}<br>`{name}`"

    def title_with_precision(self, name: str) -> str:
        """Return the title, with the precision if that is not float32."""
        precision = self.variants[name].precision
        more = "" if precision == "float32" else f", {PRECISIONS[precision]}"
        return self.title(name) + more

    def source_line(self) -> str:
        return (
            f"\nFrom [`results/benchmarks/{self.name}/{self.date}/`]"
            f"(benchmark-results.md#{self.name}).\n"
        )


@functools.cache
def measured_machines(folder: Path = FOLDER) -> list[Machine]:
    """Return every machine of the results with its newest campaign that has a
    round, the newest first. Raises BadInput for a file that is not where it
    should be."""
    campaign_files: dict[tuple[str, str], dict[str, Result]] = {}
    for place, result in read_all("benchmarks", folder).items():
        match = RESULT_PLACE.fullmatch(place)
        if not match:
            raise BadInput(
                f"{folder}/benchmarks/{place}.json: not in <machine>/<date>/"
            )
        campaign = campaign_files.setdefault((match[1], match[2]), {})
        campaign[result["variant"]["name"]] = result
    campaigns = {
        place: Machine(*place, files, folder)
        for place, files in sorted(campaign_files.items())
    }
    newest = {m.name: m for m in campaigns.values() if m.complete_rounds}
    return sorted(newest.values(), key=lambda m: m.date, reverse=True)


def result_sources(folder: Path) -> str:
    return "".join(
        machine.source_line() for machine in measured_machines(folder)
    )


def for_each_machine(folder: Path, section: Callable[[Machine], str]) -> str:
    """Return a section for each machine, and where it is from; those that have
    nothing to say are left out."""
    sections = [
        (section(m), m.source_line()) for m in measured_machines(folder)
    ]
    return (
        "\n".join(part + source for part, source in sections if part)
        or NO_RESULTS
    )


def failure_text(machine: Machine, name: str, case: str) -> str:
    """Why a variant has no such number."""
    for error in machine.files.get(name, {"errors": []})["errors"]:
        if error["case"] == case:
            last = (error["error"].strip().splitlines() or [""])[-1]
            fault = "" if last.startswith(NOT_MEASURED) else "failed: "
            return fault + escape_markup(last[:80])
    return NOT_MEASURED


def median_text(values: Sequence[float], form: str) -> str:
    """Return the median of what was written down, if anything was."""
    return format(median(values), form) if values else NOTHING


def timing_bar(
    machine: Machine,
    name: str,
    case: str,
    name_text: str = "",
    scale: float = 1000,
) -> Bar:
    """Return the row of a variant: the mean of its rounds, its fastest and its
    slowest one; in ms, or in what `scale` makes of seconds."""
    v = machine.variants[name]
    rounds = machine.rounds(name, case)
    seconds = [scale * s for s in rounds.values()]
    return Bar(
        v.implementation.framework,
        name_text or machine.title(name),
        scale * middle(rounds),
        min(seconds),
        max(seconds),
        f"{scale * middle(rounds):,.3g}"
        if scale != 1000
        else machine.milliseconds_text(name, case),
        strong=v.group != "page",
        stale=machine.stale_days(name),
    )
