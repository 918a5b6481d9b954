"""The same numbers: how much of an accuracy is chance."""

import math
from collections.abc import Mapping
from pathlib import Path
from statistics import mean, stdev

from scipy.stats import ttest_rel

from lab import results
from lab.frameworks import every, reference
from lab.seeds import EPOCHS, SEEDS
from pages.anova import LEVEL, POWER, FTest, compare_groups
from pages.charts.axis import Axis
from pages.charts.dot_plot import LEFT, RIGHT, Dot, DotRow, dot_plot
from pages.markup import titles
from pages.markup.numbers import seed_count_note
from pages.markup.stale_remarks import (
    Days,
    add_stale_remark,
    join_days,
    label_stale_rows,
    stale_days,
)
from pages.markup.tables import table
from pages.markup.text import NOT_MEASURED, NOTHING, join_words
from pages.paths import FIGURES, GENERATED

# Accuracies of each seed: {slug: {"same", "own" or "reshuffled": [0.99, …]}}.
Accuracies = Mapping[str, Mapping[str, list[float]]]
SeedCounts = Mapping[str, int]
Titles = Mapping[str, str]


def accuracies(folder: Path = results.FOLDER) -> Accuracies:
    """Each implementation's accuracies from the same weights, from its own,
    and from the same with a new order of the digits in each epoch."""
    found = results.seeds(folder)
    return {
        i.slug: {
            weights: [
                run["test_accuracy"]
                for run in found.get(i.slug, {}).get(weights, [])
            ]
            for weights in ("same", "own", "reshuffled")
        }
        for i in every()
        if i != reference()
    }


def stale_seed_days(
    folder: Path = results.FOLDER,
) -> dict[str, dict[str, Days]]:
    """For the same runs, when those that are stale were measured."""
    return {
        slug: {
            weights: stale_days("seeds", of) for weights, of in runs.items()
        }
        for slug, runs in results.seeds(folder).items()
    }


def planned_seeds() -> SeedCounts:
    """How many seeds each implementation is to have."""
    return {i.slug: len(SEEDS[i.framework.era]) for i in every()}


def accuracy_spread(found: list[float], wanted: int) -> str:
    """99.01 ± 0.10, in percent, and how many of the `wanted` these are."""
    percent = [100 * accuracy for accuracy in found]
    if not percent:
        return NOT_MEASURED
    cell = f"{mean(percent):.2f}"
    if len(percent) > 1:
        cell += f" ± {stdev(percent):.2f}"
    return f"{cell}, n = {len(percent)}" + seed_count_note(
        len(percent), wanted
    )


def seeds_section(folder: Path = results.FOLDER) -> str:
    """Mean ± standard deviation, and what they say together."""
    found, wanted = accuracies(folder), planned_seeds()
    named, known = (
        titles.implementation_titles(folder),
        stale_seed_days(folder),
    )
    rows: list[list[str]] = []
    when: list[Days] = []
    for slug, runs in found.items():
        same, own, more = (
            accuracy_spread(runs[weights], wanted[slug])
            for weights in ("same", "own", "reshuffled")
        )
        rows.append([named[slug], same, own])
        of = known.get(slug, {})
        when.append(join_days(of.get("same"), of.get("own")))
        if runs["reshuffled"]:
            title = f"{named[slug]}, a new order each epoch"
            rows.append([title, more, NOTHING])
            when.append(of.get("reshuffled"))

    def over(text: str | None, *weights: str) -> str:
        """What is said over these runs, and that some are stale."""
        of = [runs.get(w) for runs in known.values() for w in weights]
        return add_stale_remark(text, join_days(*of)) if text else ""

    said = [
        over(difference_verdict(weights, found, wanted, named), weights)
        for weights in ("same", "own")
    ]
    said += [
        over(
            reshuffling_verdict(s, found, wanted, named), "same", "reshuffled"
        )
        for s in found
    ]
    said.append(
        "From `results/seeds/*.json`; `make seeds` measures what is absent "
        "or stale."
    )
    above, rows = label_stale_rows(rows, when)
    lines = table(["framework", "the same initial weights", "its own"], rows)
    lines = above + lines.rstrip()
    return "\n\n".join([lines, *filter(None, said)]) + "\n"


def complete_groups(
    weights: str, found: Accuracies, wanted: SeedCounts
) -> dict[str, list[float]]:
    """Those that have all their seeds."""
    return {
        slug: runs[weights]
        for slug, runs in found.items()
        if len(runs[weights]) >= wanted[slug]
    }


def tested_and_left_out(
    weights: str, found: Accuracies, wanted: SeedCounts, named: Titles
) -> tuple[str, str]:
    """Whom a statistic is over, and whom not and why; two empty texts where
    it is over all."""
    there = complete_groups(weights, found, wanted)
    lacking = []
    for slug, runs in found.items():
        if slug not in there:
            have = len(runs[weights])
            why = f"{have} of {wanted[slug]} seeds" if have else NOT_MEASURED
            lacking.append(f"{named[slug]}: {why}")
    if not lacking:
        return "", ""
    who = join_words([named[slug] for slug in there])
    return f" over {who}", "; " + "; ".join(lacking)


def test_groups(groups: Mapping[str, list[float]], matched: bool) -> FTest:
    """Do they? Runs of one place in the lists are of one seed."""
    runs = {slug: dict(enumerate(found)) for slug, found in groups.items()}
    return compare_groups(runs, matched)


def difference_verdict(
    weights: str, found: Accuracies, wanted: SeedCounts, named: Titles
) -> str | None:
    """Do the frameworks differ by more than their seeds do, and would it have
    shown? Runs from the same weights are matched by their seed. None where
    fewer than two have all their seeds."""
    from_weights = {
        "same": "From the same weights", "own": "From their own weights"
    }[weights]  # fmt: skip
    groups = complete_groups(weights, found, wanted)
    if len(groups) < 2:
        return None
    matched = weights == "same"
    test = test_groups(groups, matched)
    who, lacking = tested_and_left_out(weights, found, wanted, named)
    runs = sum(map(len, groups.values()))
    blocks = ", the seeds as blocks" if matched else ""
    how = f"F-test{who}{blocks}, {runs} runs, p = {test.p:.2g}{lacking}"
    seen = (
        f"One framework alone that is off by {100 * test.seen:.2f} percentage "
        f"points would have shown with a probability of {POWER:.0%}."
    )
    if test.p > LEVEL:
        return (
            f"{from_weights}, we could not tell the frameworks apart ({how}). "
            f"{seen}"
        )
    said = f"{from_weights}, the frameworks differ ({how})."
    if len(groups) == 2:
        return said
    without = {
        slug: test_groups(
            {k: v for k, v in groups.items() if k != slug}, matched
        )
        for slug in groups
    }
    odd = max(without, key=lambda slug: without[slug].p)
    rest = without[odd].p
    if rest > LEVEL:
        others = [mean(v) for k, v in groups.items() if k != odd]
        side = "below" if mean(groups[odd]) < mean(others) else "above"
        return (
            f"{said} It is {named[odd]} alone, {side} the others: without it "
            f"we could not tell them apart (p = {rest:.2g}). {seen}"
        )
    return f"{said} Nor is it one alone: without {named[odd]}, p = {rest:.2g}."


def reshuffling_verdict(
    slug: str, found: Accuracies, wanted: SeedCounts, named: Titles
) -> str | None:
    """Two sentences: what a new order each epoch changes, from seed to the
    same seed, and how the frameworks compare with these runs in place. None
    where a seed of either is missing."""
    same, more = found[slug]["same"], found[slug]["reshuffled"]
    if not len(same) == len(more) == wanted[slug] or len(more) < 2:
        return None
    test = ttest_rel(more, same)
    low, high = test.confidence_interval()
    percent = [100 * d for d in (mean(more) - mean(same), low, high)]
    if any(map(math.isnan, [*percent, test.pvalue])):
        return None
    gained, low, high = (f"{d:+.2f}".replace("-", "−") for d in percent)
    said = (
        f"A new order each epoch gains {named[slug]} {gained} percentage "
        f"points (95 % interval {low} to {high}, paired t-test over "
        f"{len(more)} seeds, p = {test.pvalue:.2g})."
    )
    groups = complete_groups("same", found, wanted)
    if len(groups) < 2:
        return said
    who, _ = tested_and_left_out("same", found, wanted, named)
    p = test_groups(groups | {slug: more}, matched=True).p
    return (
        f"{said} With these runs in its place the test from the same "
        f"weights{who} has p = {p:.2g}."
    )


def seeds_chart(folder: Path = results.FOLDER) -> str:
    """Return a dot for each run: filled from the same weights, hollow from
    own."""
    runs_of, titles_of = (
        accuracies(folder),
        titles.implementation_titles(folder),
    )
    stale = stale_seed_days(folder)
    percentages = [
        100 * accuracy
        for runs in runs_of.values()
        for values in runs.values()
        for accuracy in values
    ]
    low, high = min([98.4, *percentages]), max([99.4, *percentages])
    rows, descriptions = [], []
    for slug, runs in runs_of.items():
        dots = []
        for weights, shift in ("same", -4), ("own", 4):
            percent = [100 * accuracy for accuracy in runs[weights]]
            dots += [Dot(value, weights, shift) for value in percent]
            values = ", ".join(f"{v:.2f}" for v in percent) or NOT_MEASURED
            descriptions.append(
                f"{titles_of[slug]}, {weights} weights: {values}"
            )
        days = stale.get(slug, {})
        rows.append(
            DotRow(
                titles_of[slug],
                dots,
                join_days(days.get("same"), days.get("own")),
            )
        )
    return dot_plot(
        "seeds",
        "Test accuracy of every run",
        "; ".join(descriptions),
        f"Test accuracy, %, after {EPOCHS} epochs",
        rows,
        Axis(low, high, LEFT, RIGHT),
        {f"{value:g}": value for value in (98.5, 98.75, 99, 99.25)},
        top=30,
        radius=3.5,
    )


def result_files(folder: Path = results.FOLDER) -> dict[Path, str]:
    """The table with its verdicts, and the figure."""
    return {
        GENERATED / "seeds.md": seeds_section(folder),
        FIGURES / "seeds.svg": seeds_chart(folder),
    }
