"""What is measured when: variants in rounds, each in an order of its own."""

import random
from argparse import Namespace
from collections.abc import Iterator

from benchmarks.suites import Entry, rounds_done
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
    done = {
        v.name: [rounds_done(entries[v.name], c) for c in cases(v, options)]
        for v in wanted
    }
    for round_ in range(1, options.rounds + 1):
        order = list(wanted)
        random.Random(round_).shuffle(order)
        for variant in order:
            if not all(round_ in case for case in done[variant.name]):
                yield round_, variant
