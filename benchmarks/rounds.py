"""What is measured when: variants in rounds, each in an order of its own."""

import random
from argparse import Namespace
from collections.abc import Iterator

from benchmarks import results
from benchmarks.suites import Entry, done
from benchmarks.variants import Variant

Job = tuple[int, Variant]


def cases(variant: Variant, options: Namespace) -> list[str]:
    """The cases of `variant` that are asked for, in their order."""
    asked = options.cases or variant.cases
    return [name for name in variant.cases if name in asked]


def missing(
    wanted: list[Variant], options: Namespace, entries: dict[str, Entry]
) -> Iterator[Job]:
    """What has no values yet, round by round: (round, variant)."""
    there = {
        name: done(entry, results.measured(entry))
        for name, entry in entries.items()
    }
    for round_ in range(1, options.rounds + 1):
        order = list(wanted)
        random.Random(round_).shuffle(order)
        for variant in order:
            if round_ not in there[variant.name]:
                yield round_, variant
