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
    """Return each implementation's accuracies from the same weights, from its
    own, and from the same with a new order of the digits in each epoch."""
    runs_of = results.seeds(folder)
    return {
        i.slug: {
            weights: [
                run["test_accuracy"]
                for run in runs_of.get(i.slug, {}).get(weights, [])
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
            weights: stale_days("seeds", group)
            for weights, group in runs.items()
        }
        for slug, runs in results.seeds(folder).items()
    }


def planned_seeds() -> SeedCounts:
    """Return how many seeds each implementation is to have."""
    return {i.slug: len(SEEDS[i.framework.era]) for i in every()}


def accuracy_spread(values: list[float], planned: int) -> str:
    """99.01 ± 0.10, in percent, and how many of the `planned` these are."""
    percent = [100 * accuracy for accuracy in values]
    if not percent:
        return NOT_MEASURED
    cell = f"{mean(percent):.2f}"
    if len(percent) > 1:
        cell += f" ± {stdev(percent):.2f}"
    return f"{cell}, n = {len(percent)}" + seed_count_note(
        len(percent), planned
    )


def seeds_section(folder: Path = results.FOLDER) -> str:
    """Mean ± standard deviation, and what they say together."""
    accuracies_of, seed_counts = accuracies(folder), planned_seeds()
    title_of, days_by_slug = (
        titles.implementation_titles(folder),
        stale_seed_days(folder),
    )
    rows: list[list[str]] = []
    when: list[Days] = []
    for slug, runs in accuracies_of.items():
        same, own_weights, more = (
            accuracy_spread(runs[weights], seed_counts[slug])
            for weights in ("same", "own", "reshuffled")
        )
        rows.append([title_of[slug], same, own_weights])
        days = days_by_slug.get(slug, {})
        when.append(join_days(days.get("same"), days.get("own")))
        if runs["reshuffled"]:
            title = f"{title_of[slug]}, a new order each epoch"
            rows.append([title, more, NOTHING])
            when.append(days.get("reshuffled"))

    def over(text: str | None, *weights: str) -> str:
        """Return what is said over these runs, and that some are stale."""
        days = [runs.get(w) for runs in days_by_slug.values() for w in weights]
        return add_stale_remark(text, join_days(*days)) if text else ""

    verdicts = [
        over(
            difference_verdict(weights, accuracies_of, seed_counts, title_of),
            weights,
        )
        for weights in ("same", "own")
    ]
    verdicts += [
        over(
            reshuffling_verdict(s, accuracies_of, seed_counts, title_of),
            "same",
            "reshuffled",
        )
        for s in accuracies_of
    ]
    verdicts.append(
        "From `results/seeds/*.json`; `make seeds` measures what is absent "
        "or stale."
    )
    above, rows = label_stale_rows(rows, when)
    lines = table(["framework", "the same initial weights", "its own"], rows)
    lines = above + lines.rstrip()
    return "\n\n".join([lines, *filter(None, verdicts)]) + "\n"


def complete_groups(
    weights: str, accuracies_of: Accuracies, seed_counts: SeedCounts
) -> dict[str, list[float]]:
    """Return those that have all their seeds."""
    return {
        slug: runs[weights]
        for slug, runs in accuracies_of.items()
        if len(runs[weights]) >= seed_counts[slug]
    }


def tested_and_left_out(
    weights: str,
    accuracies_of: Accuracies,
    seed_counts: SeedCounts,
    title_of: Titles,
) -> tuple[str, str]:
    """Return whom a statistic is over, and whom not and why; two empty texts
    where it is over all."""
    there = complete_groups(weights, accuracies_of, seed_counts)
    lacking = []
    for slug, runs in accuracies_of.items():
        if slug not in there:
            have = len(runs[weights])
            why = (
                f"{have} of {seed_counts[slug]} seeds"
                if have
                else NOT_MEASURED
            )
            lacking.append(f"{title_of[slug]}: {why}")
    if not lacking:
        return "", ""
    who = join_words([title_of[slug] for slug in there])
    return f" over {who}", "; " + "; ".join(lacking)


def test_groups(groups: Mapping[str, list[float]], matched: bool) -> FTest:
    """Do they? Runs of one place in the lists are of one seed."""
    runs = {slug: dict(enumerate(values)) for slug, values in groups.items()}
    return compare_groups(runs, matched)


def difference_verdict(
    weights: str,
    accuracies_of: Accuracies,
    seed_counts: SeedCounts,
    title_of: Titles,
) -> str | None:
    """Do the frameworks differ by more than their seeds do, and would it have
    shown? Runs from the same weights are matched by their seed. None where
    fewer than two have all their seeds."""
    from_weights = {
        "same": "From the same weights",
        "own": "From their own weights",
    }[weights]
    groups = complete_groups(weights, accuracies_of, seed_counts)
    if len(groups) < 2:
        return None
    matched = weights == "same"
    test = test_groups(groups, matched)
    who, lacking = tested_and_left_out(
        weights, accuracies_of, seed_counts, title_of
    )
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
    verdict = f"{from_weights}, the frameworks differ ({how})."
    if len(groups) == 2:
        return verdict
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
            f"{verdict} It is {title_of[odd]} alone, {side} the others: "
            f"without it we could not tell them apart (p = {rest:.2g}). {seen}"
        )
    return (
        f"{verdict} Nor is it one alone: without {title_of[odd]}, p = "
        f"{rest:.2g}."
    )


def reshuffling_verdict(
    slug: str,
    accuracies_of: Accuracies,
    seed_counts: SeedCounts,
    title_of: Titles,
) -> str | None:
    """Two sentences: what a new order each epoch changes, from seed to the
    same seed, and how the frameworks compare with these runs in place. None
    where a seed of either is missing."""
    same, more = accuracies_of[slug]["same"], accuracies_of[slug]["reshuffled"]
    if not len(same) == len(more) == seed_counts[slug] or len(more) < 2:
        return None
    test = ttest_rel(more, same)
    low, high = test.confidence_interval()
    percent = [100 * d for d in (mean(more) - mean(same), low, high)]
    if any(map(math.isnan, [*percent, test.pvalue])):
        return None
    gained, low, high = (f"{d:+.2f}".replace("-", "−") for d in percent)
    sentence = (
        f"A new order each epoch gains {title_of[slug]} {gained} percentage "
        f"points (95 % interval {low} to {high}, paired t-test over "
        f"{len(more)} seeds, p = {test.pvalue:.2g})."
    )
    groups = complete_groups("same", accuracies_of, seed_counts)
    if len(groups) < 2:
        return sentence
    who, _ = tested_and_left_out("same", accuracies_of, seed_counts, title_of)
    p = test_groups(groups | {slug: more}, matched=True).p
    return (
        f"{sentence} With these runs in its place the test from the same "
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
    """Return the table with its verdicts, and the figure."""
    return {
        GENERATED / "seeds.md": seeds_section(folder),
        FIGURES / "seeds.svg": seeds_chart(folder),
    }
