"""What is measured when: variants in rounds, each in an order of its own."""

import random
from argparse import Namespace
from collections.abc import Iterator

from benchmarks.suites import Entry, rounds_done
from benchmarks.variants import Variant

Job = tuple[int, Variant, str]


def missing(
    wanted: list[Variant], options: Namespace, entries: dict[str, Entry]
) -> Iterator[Job]:
    """The jobs that have no values yet, round by round."""
    done = {
        (v.name, name): rounds_done(entries[v.name], name)
        for v, name in shuffled(wanted, options.cases, 1)
    }
    for round_ in range(options.first, options.first + options.rounds):
        for variant, name in shuffled(wanted, options.cases, round_):
            if round_ not in done[variant.name, name]:
                yield round_, variant, name


def shuffled(
    wanted: list[Variant], cases: list[str] | None, round_: int
) -> list[tuple[Variant, str]]:
    """The (variant, case) pairs of a round, in an order of its own."""
    pairs = [
        (variant, name)
        for variant in wanted
        for name in variant.cases
        if not cases or name in cases
    ]
    # to-99 is no variant's own: it is there only where it is asked for.
    pairs += [
        (variant, name)
        for variant in wanted
        for name in cases or ()
        if name == "to-99"
    ]
    random.Random(round_).shuffle(pairs)
    return pairs
