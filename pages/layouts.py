"""Tensor layouts: which framework wants what, and what a layout costs."""

import re
from collections.abc import Mapping
from pathlib import Path

from benchmarks.statistics import middle, ratio
from lab.frameworks import Framework, frameworks
from lab.results import FOLDER
from pages.charts.bar_chart import bar_chart
from pages.machines import (
    NO_RESULTS,
    PRECISIONS,
    Machine,
    for_each_machine,
    measured_machines,
    result_sources,
    timing_bar,
)
from pages.markup.numbers import factor, interval, milliseconds
from pages.markup.stale_remarks import (
    Days,
    add_stale_remark,
    join_days,
    label_stale_rows,
    stale_paragraph,
)
from pages.markup.tables import table
from pages.markup.text import NOTHING, escape_markup, join_words
from pages.paths import BENCHMARK_PARTS, GENERATED
from pages.roofline import measured_layers

# The axes of the second convolution's kernel.
KERNEL_SIZES = {"O": 64, "I": 32, "H": 3, "W": 3}


def layout_cells(framework: Framework) -> list[str]:
    """Return the layouts and shapes that a framework wants."""
    kernel = [KERNEL_SIZES[axis] for axis in framework.kernel_layout]
    shapes = kernel, framework.dense_shape
    return [
        framework.image_layout,
        framework.kernel_layout,
        *("×".join(map(str, shape)) for shape in shapes),
    ]


def layouts_table() -> str:
    """Return a row for each label; for each era, where they differ."""
    rows = {}
    for f in frameworks():
        alike = [g for g in frameworks() if g.label == f.label]
        same = all(layout_cells(g) == layout_cells(f) for g in alike)
        name = f.label if same else f"{f.label}, {f.era}"
        rows[name] = [name, *layout_cells(f)]
    head = [
        "framework",
        "images",
        "kernels",
        "second convolution",
        "dense layer",
    ]
    return table(head, list(rows.values()), "lllll")


def find_other_layout(machine: Machine, name: str) -> str | None:
    """Return the fast variant that differs from `name` in the layout alone."""
    v = machine.variants[name]
    rest = {k: o for k, o in v.options.items() if k != "layout"}
    for other in machine.group("fast"):
        fast = machine.variants[other]
        same = fast.implementation == v.implementation
        if same and fast.options == rest:
            return other
    return None


def order_verdict(
    machine: Machine, names: list[tuple[str, str]], over: str = ""
) -> str:
    """Return which order trains faster, of (NCHW, NHWC) variants with rounds.
    What is stale is said behind it, where it is not said above, in `over`."""
    ratios = []
    for nchw, nhwc in names:
        first = machine.rounds(nchw, "train-128")
        last = machine.rounds(nhwc, "train-128")
        if first and last:
            ratios.append((machine.title(nchw), ratio(first, last)))
    if not ratios:
        return ""
    ratios_text = join_words(
        [f"{title} {interval(one)}" for title, one in ratios]
    )
    sure = all(low and low > 1 for _, (_, low, _) in ratios)
    begin = (
        "Yes, use NHWC: a training step in NCHW takes longer wherever both "
        "were measured"
        if sure
        else "It depends: a training step in NCHW, over one in NHWC"
    )
    both = [name for pair in names for name in pair]
    old = None if over else machine.stale_days(*both)
    return add_stale_remark(f"**{begin}, {ratios_text} times.**", old) + "\n\n"


def order_timings(machine: Machine) -> str:
    """NCHW over NHWC: a training step of 128, predictions of 1,024."""
    rows = []
    when: list[Days] = []
    for name in machine.group("layout"):
        v = machine.variants[name]
        other = find_other_layout(machine, name)
        if v.options.get("layout") != "NCHW" or not other:
            continue
        cells = []
        for case in "train-128", "predict-1024":
            nchw, nhwc = (machine.rounds(n, case) for n in (name, other))
            cells += [
                machine.milliseconds_text(name, case),
                machine.milliseconds_text(other, case),
                interval(ratio(nchw, nhwc)) if nchw and nhwc else NOTHING,
            ]
        rows.append([machine.title(name), PRECISIONS[v.precision], *cells])
        cases = "train-128", "predict-1024"
        when.append(
            join_days(
                *(machine.stale_days_of(n, *cases) for n in (name, other))
            )
        )
    head = [
        "framework",
        "precision",
        "step: NCHW, ms",
        "NHWC, ms",
        "NCHW ÷ NHWC",
        "predict: NCHW, ms",
        "NHWC, ms",
        "NCHW ÷ NHWC",
    ]
    drawn = [
        timing_bar(
            machine, n, "train-128", f"{machine.title(n)}, {order}"
        )._replace(strong=order == "NHWC")
        for name in machine.group("layout")
        if (other := find_other_layout(machine, name))
        and machine.variants[name].options.get("layout") == "NCHW"
        for n, order in ((name, "NCHW"), (other, "NHWC"))
        if all(machine.rounds(n, "train-128") for n in (name, other))
    ]
    title = "a training step, batch 128; outlined: NCHW"
    over, rows = label_stale_rows(rows, when)
    figure = ""
    if drawn:
        figure = bar_chart(f"{machine.name}-layouts", title, "ms", drawn, over)
    both = [
        (name, other)
        for name in machine.group("layout")
        if machine.variants[name].options.get("layout") == "NCHW"
        and (other := find_other_layout(machine, name))
    ]
    section = over + order_verdict(machine, both, over) + figure
    return f"{section}\n{table(head, rows)}" if rows else ""


def transpositions_table(folder: Path) -> str:
    """Return what it costs to move a layer's output from one layout to the
    other."""
    rows = []
    when: list[Days] = []
    for machine in measured_machines(folder):
        for name in machine.group("machine"):
            for case in machine.measured(name):
                if not case.startswith("transpose-"):
                    continue
                seconds = middle(machine.rounds(name, case))
                [moved, *_] = machine.values(name, case, "bytes")
                rows.append(
                    [
                        f"{machine.name}, {machine.title(name)}",
                        escape_markup(
                            case.removeprefix("transpose-").replace("x", "×")
                        ),
                        milliseconds(seconds),
                        f"{moved / seconds / 1e9:,.0f}",
                    ]
                )
                when.append(machine.stale_days(name))
    if not rows:
        return NO_RESULTS
    head = ["where", "NCHW → NHWC", "ms", "GB/s"]
    over, rows = label_stale_rows(rows, when)
    return over + table(head, rows) + result_sources(folder)


def layer_order_table(machine: Machine) -> str:
    """Return each layer of a batch of 128 in NCHW and in NHWC."""
    nchw, nhwc = (
        {
            f"{layer.name}, {layer.way}": layer.seconds
            for layer in measured_layers(machine, order)
            if layer.batch == 128
        }
        for order in ("nchw", "nhwc")
    )
    rows = [
        [
            escape_markup(name),
            milliseconds(nchw[name]),
            milliseconds(nhwc[name]),
            factor(nchw[name] / nhwc[name]),
        ]
        for name in nchw
        if name in nhwc
    ]
    head = ["layer", "NCHW, ms", "NHWC, ms", "NCHW ÷ NHWC"]
    if not rows:
        return ""
    over = stale_paragraph(machine.stale_days(*machine.group("machine")))
    return over + table(head, rows) + difference_by_layer(nchw, nhwc)


def difference_by_layer(
    nchw: Mapping[str, float], nhwc: Mapping[str, float]
) -> str:
    """Return a sentence: which layers the difference comes from."""
    more: dict[str, float] = {}
    for name in nchw.keys() & nhwc.keys():
        kind = re.split(r"\d|,", name)[0]
        more[kind] = more.get(kind, 0) + nchw[name] - nhwc[name]
    total = sum(more.values())
    parts = [
        f"{kind} {1000 * more[kind]:+.2f}".replace("-", "−")
        for kind in sorted(more, key=more.__getitem__, reverse=True)
    ]
    total_text = f"{1000 * total:+.2f}".replace("-", "−")
    return (
        f"\nAll layers together take {total_text} ms in NCHW, against NHWC: "
        f"{', '.join(parts)}.\n"
    )


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """Return what a layout costs from end to end, between two layers, and in
    each layer."""
    return {
        BENCHMARK_PARTS / "layouts.md": for_each_machine(
            folder, order_timings
        ),
        BENCHMARK_PARTS / "transpositions.md": transpositions_table(folder),
        BENCHMARK_PARTS / "layer-orders.md": for_each_machine(
            folder, layer_order_table
        ),
    }


def folder_files() -> dict[Path, str]:
    """Return the table of layouts."""
    return {GENERATED / "layouts.md": layouts_table()}
