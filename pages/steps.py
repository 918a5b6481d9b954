"""Faster: what each step from the page's listing to fast.py changed, and what
that bought.

A step begins from the one before it. What comes after fast.py is no step but
an alternative: it begins from the file that it names.
"""

import difflib
import html
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.statistics import middle, ratio
from benchmarks.variants import Variant, load
from lab.frameworks import Implementation, every
from lab.results import FOLDER
from pages.charts.waterfall import Step, waterfall_chart
from pages.machines import (
    NONE,
    PAGES,
    Machine,
    each,
    failure,
    machines,
    typical,
)
from pages.markup.numbers import interval
from pages.markup.stale_remarks import join_days, label_stale_rows
from pages.markup.tables import table
from pages.markup.text import NOT_MEASURED, NOTHING, collapsible
from pages.paths import GENERATED

STEPS = GENERATED / "steps"
CASE = "train-128"
GAPS = {
    "train-128": "training, 128",
    "predict-1": "one digit",
    "predict-1024": "1,024 digits",
}
LONG = 24  # changed lines: more than these are folded


def ladder(
    implementation: Implementation, known: Mapping[str, Variant]
) -> tuple[list[str], list[str]]:
    """The names of the steps, from the page's listing to fast.py, and those
    of the alternatives; of a fast.py that is not measured yet, the listing's
    alone."""
    own = {
        name: v
        for name, v in known.items()
        if v.implementation == implementation
        and v.group in ("page", "step", "fast")
        and CASE in v.cases
    }
    names = list(own)
    end = next((n for n, x in enumerate(names) if own[x].group == "fast"), 0)
    return names[: end + 1], names[end + 1 :]


def source(v: Variant) -> list[str]:
    """The lines of what is run, without the marks of its sections."""
    text = v.implementation.framework.source(f"{v.module}.py")
    for find, put in v.edits:
        text = text.replace(find, put)
    lines = [x for x in text.splitlines() if "# --8<--" not in x]
    return lines


def shell(v: Variant) -> list[str]:
    return [f"export {key}={value}" for key, value in v.environment.items()]


def call(v: Variant) -> list[str]:
    options = ", ".join(f"{key}={o!r}" for key, o in v.options.items())
    return [f"model = build_model({options})"]


def changed(old: Variant, new: Variant) -> list[str]:
    """The lines of a diff: environment, options, file."""
    found = []
    for read, context in (shell, 0), (call, 0), (source, 1):
        diff = difflib.unified_diff(
            read(old), read(new), n=context, lineterm=""
        )
        lines = list(diff)[3:]
        found += [
            "…" if x.startswith("@@ ") else f"{x[:1]} {x[1:]}".rstrip()
            for x in lines
        ]
    return found


def fence(old: Variant, new: Variant) -> str:
    """The change as a listing; a long one is folded."""
    lines = changed(old, new)
    count = sum(line[:1] in ("+", "-") for line in lines)
    body = "\n".join(["```diff", *lines, "```"])
    if count <= LONG:
        return body
    folder = new.implementation.framework.name
    named = f"`{new.module}.py` of `{folder}`, {count} lines changed"
    return collapsible(named, body, "abstract")


def numbers(machine: Machine, name: str, first: str, count: int) -> list[str]:
    """ms, speed-up, cores busy, page faults a step; or why there are none."""
    seconds = machine.rounds(name, CASE)
    if not seconds:
        return [failure(machine, name, CASE), *[NOTHING] * 3]
    start = machine.rounds(first, CASE)
    times = interval(ratio(start, seconds, count)) if start else NOTHING
    return [
        machine.ms(name, CASE),
        "1" if name == first else times,
        machine.cores(name, CASE),
        typical(machine.values(name, CASE, "page_faults_a_step"), ",.0f"),
    ]


def called(machine: Machine, name: str) -> str:
    """What a reader is told of it."""
    v = machine.variants[name]
    title = machine.title(name).removesuffix(", fast")
    return v.step or f"`{v.module}.py` on {title}"


def rows(
    machine: Machine, names: Sequence[str], first: str, count: int
) -> tuple[str, str]:
    """A paragraph above it, where all is stale, and the table."""
    head = ["step", "ms", "speed-up", "cores busy",
            "page faults a step"]  # fmt: skip
    above, found = label_stale_rows(
        [
            [f"{called(machine, n)}<br>`{n}`",
             *numbers(machine, n, first, count - 1)]
            for n in names
        ],
        [machine.days_of(n, CASE) for n in names],
    )  # fmt: skip
    return above, table(head, found)


def drawn(machine: Machine, names: Sequence[str], above: str) -> str:
    """The waterfall, where its first and its last step were measured."""
    found = []
    for name in names:
        rounds = machine.rounds(name, CASE)
        said = html.escape(called(machine, name).replace("`", ""))
        found.append(
            Step(
                said.removesuffix(" (fast.py)"),
                middle(rounds) if rounds else None,
                machine.days_of(name, CASE),
            )
        )
    if found[0].seconds is None or found[-1].seconds is None:
        return ""
    framework = machine.variants[names[0]].implementation.framework
    title = f"{machine.title(names[0])}, step by step"
    key = f"steps-{names[0]}"
    return waterfall_chart(framework, key, title, found, above) + "\n"


def ladders(
    i: Implementation, known: Mapping[str, Variant], folder: Path
) -> dict[Path, str]:
    """Of an implementation: waterfall-<slug>.md and alternatives-<slug>.md,
    and what each step changed, <variant>.md."""
    names, others = ladder(i, known)
    base = {"convnet": names[0], "fast": names[-1]}
    changes = [
        *itertools.pairwise(names),
        *((base[known[name].module], name) for name in others),
    ]
    found = {
        STEPS / f"{new}.md": fence(known[old], known[new]) + "\n"
        for old, new in changes
    }
    fall = STEPS / f"waterfall-{i.slug}.md"
    rest = STEPS / f"alternatives-{i.slug}.md"
    if not machines(folder):
        return found | {fall: NONE, rest: NONE}
    machine = machines(folder)[0]
    count = len(names) + len(others)
    above, listed = rows(machine, names, names[0], count)
    listed += machine.source()
    picture = drawn(machine, names, above)
    if picture:
        listed = collapsible("The same as a table", listed)
    found[fall] = above + picture + listed
    found[rest] = "".join(rows(machine, others, names[0], count))
    return found


def gap(machine: Machine) -> str:
    """Of each implementation: how many times as long as its fast.py the
    page's listing takes."""
    rows, when = [], []
    for fast in machine.group("fast", precision="float32"):
        [page] = [
            name
            for name in machine.group("page")
            if machine.variants[name].implementation
            == machine.variants[fast].implementation
        ]
        cells = []
        for case in GAPS:
            slow, quick = (machine.rounds(n, case) for n in (page, fast))
            said = interval(ratio(slow, quick)) if slow and quick else ""
            cells.append(said or NOT_MEASURED)
        rows.append([machine.title(page), *cells])
        when.append(
            join_days(*(machine.days_of(n, *GAPS) for n in (page, fast)))
        )
    above, rows = label_stale_rows(rows, when)
    return above + table(["listing ÷ fast", *GAPS.values()], rows)


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """The steps of each implementation that has a fast.py; gap.md."""
    found, known = {PAGES / "gap.md": each(folder, gap)}, load()
    for i in every():
        if (i.framework.folder / "fast.py").exists():
            found |= ladders(i, known, folder)
    return found
