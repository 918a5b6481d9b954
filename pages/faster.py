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
from lab.frameworks import Implementation, every, frameworks
from lab.results import FOLDER
from pages.charts.waterfall import Step, waterfall_chart
from pages.machines import (
    NO_RESULTS,
    Machine,
    failure_text,
    for_each_machine,
    measured_machines,
    median_text,
)
from pages.markup.folder_texts import read_text
from pages.markup.numbers import interval
from pages.markup.stale_remarks import join_days, label_stale_rows
from pages.markup.tables import table
from pages.markup.text import NOT_MEASURED, NOTHING, collapsible
from pages.markup.titles import Frameworks, folder_title
from pages.paths import BENCHMARK_PARTS, GENERATED

STEPS = GENERATED / "steps"
CASE = "train-128"
GAPS = {
    "train-128": "training, 128",
    "predict-1": "one digit",
    "predict-1024": "1,024 digits",
}
LONGEST_DIFF = 24  # changed lines: more than these are folded


def fast_tabs(all_frameworks: Frameworks | None = None) -> str:
    """Return a tab for each framework that has a fast.py: its fast.md."""
    all_frameworks = frameworks() if all_frameworks is None else all_frameworks
    fast = [f for f in all_frameworks if (f.folder / "fast.py").exists()]
    for f in fast:
        read_text(f, "fast.md")
    return "\n\n".join(
        f'=== "{folder_title(f, fast)}"\n\n    --8<-- "snippets/'
        f'{f.name}/fast.md"'
        for f in fast
    )


def step_names(
    implementation: Implementation, all_variants: Mapping[str, Variant]
) -> tuple[list[str], list[str]]:
    """Return the names of the steps, from the page's listing to fast.py, and
    those of the alternatives; of a fast.py that is not measured yet, the
    listing's alone."""
    variants = {
        name: v
        for name, v in all_variants.items()
        if v.implementation == implementation
        and v.group in ("page", "step", "fast")
        and CASE in v.cases
    }
    names = list(variants)
    end = next(
        (n for n, x in enumerate(names) if variants[x].group == "fast"), 0
    )
    return names[: end + 1], names[end + 1 :]


def source_lines(v: Variant) -> list[str]:
    """Return the lines of what is run, without the marks of its sections."""
    text = v.implementation.framework.source(f"{v.module}.py")
    for find, put in v.edits:
        text = text.replace(find, put)
    lines = [x for x in text.splitlines() if "# --8<--" not in x]
    return lines


def export_lines(v: Variant) -> list[str]:
    return [f"export {key}={value}" for key, value in v.environment.items()]


def call_lines(v: Variant) -> list[str]:
    options = ", ".join(f"{key}={o!r}" for key, o in v.options.items())
    return [f"model = build_model({options})"]


def diff_lines(old: Variant, new: Variant) -> list[str]:
    """Return the lines of a diff: environment, options, file."""
    changes = []
    for read, context in (export_lines, 0), (call_lines, 0), (source_lines, 1):
        diff = difflib.unified_diff(
            read(old), read(new), n=context, lineterm=""
        )
        lines = list(diff)[3:]
        changes += [
            "…" if x.startswith("@@ ") else f"{x[:1]} {x[1:]}".rstrip()
            for x in lines
        ]
    return changes


def diff_fence(old: Variant, new: Variant) -> str:
    """Return the change as a listing; a long one is folded."""
    lines = diff_lines(old, new)
    count = sum(line[:1] in ("+", "-") for line in lines)
    body = "\n".join(["```diff", *lines, "```"])
    if count <= LONGEST_DIFF:
        return body
    folder = new.implementation.framework.name
    title = f"`{new.module}.py` of `{folder}`, {count} lines changed"
    return collapsible(title, body, "abstract")


def step_numbers(
    machine: Machine, name: str, first: str, count: int
) -> list[str]:
    """ms, speed-up, cores busy, page faults a step; or why there are none."""
    seconds = machine.rounds(name, CASE)
    if not seconds:
        return [failure_text(machine, name, CASE), *[NOTHING] * 3]
    start = machine.rounds(first, CASE)
    times = interval(ratio(start, seconds, count)) if start else NOTHING
    return [
        machine.milliseconds_text(name, CASE),
        "1" if name == first else times,
        machine.cores(name, CASE),
        median_text(machine.values(name, CASE, "page_faults_a_step"), ",.0f"),
    ]


def step_title(machine: Machine, name: str) -> str:
    """Return what a reader calls a step."""
    v = machine.variants[name]
    title = machine.title(name).removesuffix(", fast")
    return v.step or f"`{v.module}.py` on {title}"


def steps_table(
    machine: Machine, names: Sequence[str], first: str, count: int
) -> tuple[str, str]:
    """Return a paragraph above it, where all is stale, and the table."""
    head = ["step", "ms", "speed-up", "cores busy", "page faults a step"]
    above, labeled = label_stale_rows(
        [
            [
                f"{step_title(machine, n)}<br>`{n}`",
                *step_numbers(machine, n, first, count - 1),
            ]
            for n in names
        ],
        [machine.stale_days_of(n, CASE) for n in names],
    )
    return above, table(head, labeled)


def steps_waterfall(machine: Machine, names: Sequence[str], above: str) -> str:
    """Return the waterfall, where its first and its last step were
    measured."""
    steps = []
    for name in names:
        rounds = machine.rounds(name, CASE)
        title_text = html.escape(step_title(machine, name).replace("`", ""))
        steps.append(
            Step(
                title_text.removesuffix(" (fast.py)"),
                middle(rounds) if rounds else None,
                machine.stale_days_of(name, CASE),
            )
        )
    if steps[0].seconds is None or steps[-1].seconds is None:
        return ""
    framework = machine.variants[names[0]].implementation.framework
    title = f"{machine.title(names[0])}, step by step"
    key = f"steps-{names[0]}"
    return waterfall_chart(framework, key, title, steps, above) + "\n"


def step_files(
    i: Implementation, all_variants: Mapping[str, Variant], folder: Path
) -> dict[Path, str]:
    """Of an implementation: waterfall-<slug>.md and alternatives-<slug>.md,
    and what each step changed, <variant>.md."""
    names, others = step_names(i, all_variants)
    base = {"convnet": names[0], "fast": names[-1]}
    changes = [
        *itertools.pairwise(names),
        *((base[all_variants[name].module], name) for name in others),
    ]
    texts = {
        STEPS / f"{new}.md": diff_fence(all_variants[old], all_variants[new])
        + "\n"
        for old, new in changes
    }
    fall = STEPS / f"waterfall-{i.slug}.md"
    rest = STEPS / f"alternatives-{i.slug}.md"
    if not measured_machines(folder):
        return texts | {fall: NO_RESULTS, rest: NO_RESULTS}
    machine = measured_machines(folder)[0]
    count = len(names) + len(others)
    above, listed = steps_table(machine, names, names[0], count)
    listed += machine.source_line()
    picture = steps_waterfall(machine, names, above)
    if picture:
        listed = collapsible("The same as a table", listed)
    texts[fall] = above + picture + listed
    texts[rest] = "".join(steps_table(machine, others, names[0], count))
    return texts


def gap_table(machine: Machine) -> str:
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
            factor_text = (
                interval(ratio(slow, quick)) if slow and quick else ""
            )
            cells.append(factor_text or NOT_MEASURED)
        rows.append([machine.title(page), *cells])
        when.append(
            join_days(*(machine.stale_days_of(n, *GAPS) for n in (page, fast)))
        )
    above, rows = label_stale_rows(rows, when)
    return above + table(["listing ÷ fast", *GAPS.values()], rows)


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """Return the steps of each implementation that has a fast.py, and how far
    it is from its listing."""
    texts = {BENCHMARK_PARTS / "gap.md": for_each_machine(folder, gap_table)}
    all_variants = load()
    for implementation in every():
        if (implementation.framework.folder / "fast.py").exists():
            texts |= step_files(implementation, all_variants, folder)
    return texts


def folder_files() -> dict[Path, str]:
    """Return the tab set of what the folders say of their fast.py."""
    return {GENERATED / "faster.md": f"{fast_tabs()}\n"}
