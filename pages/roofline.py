"""Benchmarks: what the machine can do at most, and what each layer does."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import results
from benchmarks.statistics import middle
from lab.results import FOLDER
from pages.charts.axis import Axis
from pages.charts.svg import draw_dot, figure, group, svg_text, text_group
from pages.machines import (
    NO_RESULTS,
    Machine,
    measured_machines,
    result_sources,
)
from pages.markup.numbers import milliseconds, percent
from pages.markup.stale_remarks import (
    Days,
    label_stale_rows,
    stale_paragraph,
    stale_sentence,
)
from pages.markup.tables import table
from pages.markup.text import NOT_MEASURED, NOTHING, collapsible, escape_markup
from pages.paths import BENCHMARK_PARTS


class MeasuredLayer(NamedTuple):
    """A layer that was measured alone, forward or backward."""

    name: str
    batch: int
    way: str
    flop: float
    bytes: float
    seconds: float

    @property
    def intensity(self) -> float:
        """FLOP a byte."""
        return self.flop / self.bytes

    @property
    def rate(self) -> float:
        """FLOP a second."""
        return self.flop / self.seconds


def measured_layers(machine: Machine, order: str) -> Iterator[MeasuredLayer]:
    """Yield each layer measured in this order of the axes."""
    for name in machine.group("machine"):
        for case, benchmark in machine.measured(name).items():
            if case.startswith(f"layer-{order}-"):
                *_, layer, batch, way = case.split("-")
                m = benchmark.get_runs()[0].get_metadata()
                seconds = middle(results.rounds(benchmark))
                yield MeasuredLayer(
                    escape_markup(layer),
                    int(batch),
                    escape_markup(way),
                    m["flop"],
                    m["bytes"],
                    seconds,
                )


def peaks_table(folder: Path) -> str:
    """Return the best rates of every machine."""
    rows = []
    when: list[Days] = []
    for machine in measured_machines(folder):
        for case, unit, what in [
            ("matmul-float32", "GFLOP/s", "matrix product, float32"),
            ("matmul-bfloat16", "GFLOP/s", "matrix product, bfloat16"),
            ("copy", "GB/s", "copy of 256 MiB, read and written"),
            ("copy-cached", "GB/s", "the same of 4 MiB, in the cache"),
        ]:
            rate, who = machine.peak(case)
            cell = f"{rate / 1e9:,.0f} {unit}" if who else NOT_MEASURED
            title = machine.title(who) if who else NOTHING
            rows.append([what, cell, title, machine.name])
            when.append(machine.stale_days(who))
    if not rows:
        return NO_RESULTS
    head, align = ["limit", "rate", "by", "machine"], "lrll"
    if len({row[-1] for row in rows}) == 1:
        head, rows, align = head[:-1], [row[:-1] for row in rows], "lrl"
    over, rows = label_stale_rows(rows, when)
    return over + table(head, rows, align) + result_sources(folder)


def roofline_section(folder: Path) -> str:
    """Layer by layer: the table at each batch, and the figure."""
    for machine in measured_machines(folder):
        layers = [row for row in measured_layers(machine, "nhwc") if row.flop]
        compute, _ = machine.peak("matmul-float32")
        memory, _ = machine.peak("copy")
        cache, _ = machine.peak("copy-cached")
        if layers and compute and memory and cache:
            break
    else:
        return NO_RESULTS
    when = machine.stale_days(*machine.group("machine"))
    drawn = roofline_chart(layers, compute, memory, cache, when)
    parts = [stale_paragraph(when) + drawn]
    held = last_cache_bytes(machine)
    for batch in sorted({layer.batch for layer in layers}):
        some = [layer for layer in layers if layer.batch == batch]
        total = sum(layer.seconds for layer in some)
        rows = []
        for layer in some:
            near = layer.bytes <= held
            speed = cache if near else memory
            limit = min(compute, speed * layer.flop / layer.bytes)
            digits = 2 if layer.flop < 100 * layer.bytes else 3
            rows.append(
                [
                    f"{layer.name}, {layer.way}",
                    f"{layer.intensity:.{digits}g}",
                    milliseconds(layer.seconds),
                    percent(layer.seconds / total),
                    f"{layer.rate / 1e9:,.1f}",
                    f"{layer.bytes / layer.seconds / 1e9:,.1f}",
                    "arithmetic"
                    if limit == compute
                    else "cache"
                    if near
                    else "memory",
                    percent(layer.rate / limit),
                ]
            )
        head = [
            "layer",
            "FLOP/byte",
            "ms",
            "share",
            "GFLOP/s",
            "GB/s",
            "roof",
            "of the roof",
        ]
        title = f"Layer by layer, batch {batch:,}"
        parts.append(collapsible(title, table(head, rows)))
    return "\n".join(parts) + machine.source_line()


def last_cache_bytes(machine: Machine) -> float:
    """Bytes of the last level, as lscpu has it: "32 MiB (1 instance)"."""
    units = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
    caches = machine.facts["caches"]
    if not caches:
        return 0
    size, unit, *_ = caches[max(caches)].split()
    return float(size) * units[unit]


def roofline_chart(
    layers: list[MeasuredLayer],
    compute: float,
    memory: float,
    cache: float,
    when: Days,
) -> str:
    """Both axes logarithmic; a dot for each layer forward at batch 128 and
    1,024, under the roofs of memory and of the cache."""
    right, bottom = 356, 250
    intensities = Axis(0.05, 1000, 44, right, logarithmic=True)
    rates = Axis(0.3e9, 1e12, bottom, 30, logarithmic=True)
    x, y = intensities.place, rates.place
    marks = [
        f'<path class="roof" d="M{x(intensities.low):.1f} '
        f"{y(speed * intensities.low):.1f}"
        f'L{x(compute / speed):.1f} {y(compute):.1f}H{right}"/>'
        for speed in (memory, cache)
    ]
    texts = []
    dot_names: list[tuple[float, float, str]] = []
    for layer in layers:
        if layer.way == "forward" and layer.batch in (128, 1024):
            across, down = x(layer.intensity), y(layer.rate)
            style = f"batch-{layer.batch}"
            marks.append(draw_dot(f"{across:.1f}", f"{down:.1f}", 4.5, style))
            if layer.batch == 128:
                dot_names.append((down, across, layer.name))
    # Names stand right of the slopes' dots and left of the others; none lies
    # on another.
    slopes = [dot for dot in dot_names if dot[1] < x(1)]
    others = [dot for dot in dot_names if dot[1] >= x(1)]
    for dots, aside, anchor in (slopes, 8, ""), (others, -8, "end"):
        down = 0.0
        for y_dot, x_dot, name in sorted(dots):
            down = max(y_dot + 4, down + 11)
            texts.append(
                svg_text(f"{x_dot + aside:.1f}", f"{down:.1f}", name, anchor)
            )
    texts += [
        svg_text(f"{x(v):.1f}", bottom + 18, f"{v:g}", "middle")
        for v in (0.1, 1, 10, 100)
    ] + [
        svg_text(
            intensities.start - 6, f"{y(v * 1e9) + 4:.1f}", f"{v:,}", "end"
        )
        for v in (1, 10, 100, 1000)
    ]
    texts += [
        svg_text(
            f"{x(0.8):.1f}",
            f"{y(cache * 0.8) - 6:.1f}",
            f"cache, {cache / 1e9:,.0f} GB/s",
            "end",
        ),
        svg_text(
            f"{x(0.7):.1f}",
            f"{y(memory * 0.1) + 6:.1f}",
            f"memory, {memory / 1e9:,.0f} GB/s",
        ),
        svg_text(
            right,
            f"{y(compute) - 6:.1f}",
            f"arithmetic, {compute / 1e9:,.0f} GFLOP/s",
            "end",
        ),
    ]
    for n, batch in enumerate((128, 1024)):
        at = bottom - 34 + 18 * n
        marks.append(draw_dot(right - 76, at, 4.5, f"batch-{batch}"))
        texts.append(svg_text(right - 68, at + 4, f"batch {batch:,}"))
    texts.append(svg_text(0, 14, "GFLOP/s"))
    texts.append(svg_text(right, bottom + 34, "FLOP a byte", "end"))
    description = "; ".join(
        f"{layer.name}, batch {layer.batch}, {layer.way}: "
        f"{layer.intensity:.2g} FLOP a byte, {layer.rate / 1e9:.1f} GFLOP/s"
        for layer in layers
    )
    return figure(
        "bench roofline",
        "roofline",
        "Roofline of the layers",
        description,
        360,
        bottom + 40,
        [group(marks), text_group(texts)],
        remark=stale_sentence({"": when}),
        remark_below=False,
    )


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """Return the peaks, and the layers under them."""
    return {
        BENCHMARK_PARTS / "peaks.md": peaks_table(folder),
        BENCHMARK_PARTS / "roofline.md": roofline_section(folder),
    }
