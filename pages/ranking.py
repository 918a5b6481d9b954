"""Benchmarks: who is fastest in training and in prediction."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.statistics import Rounds, middle, pairs, places, ratio, spread
from benchmarks.variants import ROUNDS, environment
from lab.results import FOLDER
from pages.charts.bar_chart import bar_chart
from pages.machines import (
    NO_RESULTS,
    PRECISIONS,
    Machine,
    failure_text,
    measured_machines,
    result_sources,
    timing_bar,
)
from pages.markup.numbers import interval, milliseconds, percent
from pages.markup.stale_remarks import (
    Days,
    add_stale_remark,
    label_stale_rows,
    stale_phrase,
)
from pages.markup.tables import table
from pages.markup.text import (
    NOT_MEASURED,
    NOTHING,
    collapsible,
    join_words,
    small,
)
from pages.paths import BENCHMARK_PARTS

# A forward pass takes 7,739,648 operations an image, 2 for each multiply-add,
# those with the zeros of the padding too, as PyTorch's counter has it; a
# training step three times that, but for the gradient of the first
# convolution's input.
FORWARD_FLOP = 2 * (28 * 28 * 32 * 9 + 14 * 14 * 64 * 9 * 32 + 3136 * 10)
TRAINING_FLOP = 3 * FORWARD_FLOP - 2 * 28 * 28 * 32 * 9
QUESTIONS = {
    "train-128": "To train, 128 digits a step",
    "train-32": "To train, 32 digits a step",
    "train-1024": "To train, 1,024 digits a step",
    "predict-1": "For one digit",
    "predict-1024": "For 1,024 digits at once",
}


def has_too_few_rounds(rounds: Rounds) -> bool:
    """Too few rounds for an interval?"""
    return len(rounds) < ROUNDS


def ranking_verdict(
    machine: Machine,
    there: Mapping[str, Rounds],
    place: Mapping[str, tuple[int, int]],
    case: str,
    above: str = "",
) -> str:
    """Who is fastest, who is not told apart from it, who comes next; the
    variants that are `there` begin with the fastest. What is stale is said
    behind it, where it is not said `above`."""
    best, *others = there
    old = None if above else machine.stale_days(*there)
    sentences = (
        f"{QUESTIONS[case]}: **{machine.title(best)}**, "
        f"{milliseconds(middle(there[best]))} ms."
    )
    if has_too_few_rounds(there[best]):
        sentences += (
            f" {machine.round_count().capitalize()}: too few to say more."
        )
        return (
            f"{add_stale_remark(sentences, old)}\n\n"
            f"{repeat_command(machine, best, case)}"
        )
    equal = [name for name in others if place[name][0] == 1]
    if equal:
        names = join_words([machine.title(name) for name in equal])
        sentences += f" Not told apart from it: {names}."
    later = [name for name in others if place[name][0] > 1]
    if later:
        factor_range = ratio(there[later[0]], there[best], pairs(len(there)))
        next_one = machine.title(later[0])
        sentences += (
            f" Then {next_one}, {interval(factor_range)} times as long."
        )
    return (
        f"{add_stale_remark(sentences, old)}\n\n"
        f"{repeat_command(machine, best, case)}"
    )


def repeat_command(machine: Machine, name: str, case: str) -> str:
    """Return what makes a row again, and the variables that its process
    gets."""
    device = "cuda" if machine.facts["gpu"] else "cpu"
    variables = environment(machine.variants[name], machine.threads, device)
    lines = [f"{key}={value} \\" for key, value in variables.items()]
    lines.append(f".venv/bin/python -m benchmarks run {name} --cases {case}")
    return collapsible(
        "The command that measures it again, and the variables that it sets",
        "```console\n$ " + "\n    ".join(lines) + "\n```\n",
    )


def ranking_section(
    machine: Machine, names: list[str], case: str, operations: int
) -> str:
    """Return the verdict, a figure and a table: all `names` in `case`, the
    fastest first."""
    measured = [(name, machine.rounds(name, case)) for name in names]
    there: dict[str, Rounds] = dict(
        sorted(filter(lambda m: m[1], measured), key=lambda m: middle(m[1]))
    )
    best, place, compared = next(iter(there)), places(there), pairs(len(there))
    batch = int(case.split("-")[1])
    peak, who = machine.peak(f"matmul-{machine.variants[best].precision}")
    rows = []
    when: list[Days] = []
    for name in there:
        first, last = place[name]
        seconds = middle(there[name])
        share = operations * batch / seconds / peak if peak else None
        when.append(machine.stale_days(name))
        rows.append(
            [
                machine.row_title(name),
                NOTHING
                if has_too_few_rounds(there[name])
                else f"{first}–{last}"
                if first < last
                else str(first),
                machine.milliseconds_text(name, case),
                "1"
                if name == best
                else interval(ratio(there[name], there[best], compared)),
                f"{batch / seconds:,.0f}",
                NOT_MEASURED if share is None else percent(share),
                machine.cores(name, case),
                percent(spread(there[name]))
                if len(there[name]) > 1
                else NOTHING,
            ]
        )
    rows += [
        [
            machine.row_title(name),
            failure_text(machine, name, case),
            *[NOTHING] * 6,
        ]
        for name in names
        if name not in there
    ]
    when += [None] * (len(rows) - len(when))
    above, rows = label_stale_rows(rows, when)
    of_the_peak = "of the peak"
    if (old := machine.stale_days(who)) and not above:
        of_the_peak += f"<br>{small(stale_phrase(old))}"
    head = [
        "variant",
        "place",
        "ms",
        "times the fastest",
        "images/s",
        of_the_peak,
        "cores busy",
        "spread",
    ]
    return above + "\n".join(
        [
            ranking_verdict(machine, there, place, case, above),
            ranking_chart(machine, there, case, above),
            table(head, rows),
        ]
    )


def ranking_chart(
    machine: Machine, there: Mapping[str, Rounds], case: str, above: str
) -> str:
    """Return a row for each variant, the mean of its rounds; a line, its
    slowest and its fastest round."""
    rows = [timing_bar(machine, name, case) for name in there]
    what, batch = case.split("-")
    unit = {"train": "a training step", "predict": "a prediction"}[what]
    precision = machine.variants[next(iter(there))].precision
    return bar_chart(
        f"{machine.name}-{case}-{precision}",
        f"{unit}, batch {batch}; outlined: the page’s listing",
        "ms",
        rows,
        above,
    )


def ranking_choices(
    what: str, batches: tuple[int, ...], operations: int, folder: Path
) -> str:
    """Return a part for each machine, precision and batch; the page's script
    shows one of them, and without it all are there."""
    parts = []
    for machine in measured_machines(folder):
        for precision in PRECISIONS:
            names = machine.group("page", "fast", precision=precision)
            if what == "predict":
                names += machine.group("peer", precision=precision)
            for batch in batches:
                case = f"{what}-{batch}"
                if not any(machine.rounds(name, case) for name in names):
                    continue
                parts.append(
                    f'<div class="measured" data-machine="{machine.name}" '
                    f'data-precision="{PRECISIONS[precision]}" '
                    f'data-batch="{batch}" markdown>\n\n'
                    f"**{machine.name}, {PRECISIONS[precision]}, "
                    f"batch {batch}, {machine.round_count()}**\n\n"
                    + ranking_section(machine, names, case, operations)
                    + "\n</div>\n"
                )
    return ("\n".join(parts) or NO_RESULTS) + result_sources(folder)


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """Training and prediction."""
    return {
        BENCHMARK_PARTS / "training.md": ranking_choices(
            "train", (128, 32, 1024), TRAINING_FLOP, folder
        ),
        BENCHMARK_PARTS / "inference.md": ranking_choices(
            "predict", (1, 1024), FORWARD_FLOP, folder
        ),
    }
