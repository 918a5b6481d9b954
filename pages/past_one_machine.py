"""Past one machine: the listings, what was measured in two processes, and
what the model says of that and of many accelerators."""

import json
import math
from pathlib import Path
from statistics import median
from typing import Any

from lab.frameworks import ROOT, Framework, Implementation, every, frameworks
from lab.parity import TOLERANCES
from lab.results import FOLDER, Result, distributed
from pages import allreduce_model
from pages.allreduce_model import (
    ACCELERATORS,
    CONVNET,
    DDP,
    GPT2,
    KAPLAN,
    LLAMA,
    MLPERF,
    NCCL,
    NETWORKS,
    PEAK,
    RESNET,
    UTILISATION,
    Fabric,
    Link,
)
from pages.charts.axis import Axis, Panel
from pages.charts.bar_chart import Bar, bar_chart
from pages.charts.svg import figure, grid_lines, svg_text, text_group
from pages.machines import measured_machines
from pages.markup import titles
from pages.markup.folder_texts import (
    DISTRIBUTED_INCLUDES,
    DISTRIBUTED_SECTIONS,
    listing_fence,
    read_note,
    read_notes,
)
from pages.markup.numbers import factor, percent, scientific, two_digits
from pages.markup.stale_remarks import (
    Days,
    add_stale_remark,
    join_days,
    label_stale_rows,
    stale_days,
    stale_phrase,
    stale_record_days,
)
from pages.markup.tables import table
from pages.markup.tabs import tab_set, tab_set_2018
from pages.markup.text import NOT_MEASURED, NOTHING, small
from pages.markup.titles import (
    Frameworks,
    folder_title,
    newest_of_each_label,
    select_era,
)
from pages.paths import DISTRIBUTED_PARTS, FIGURES, TABS

KEPT_BUSY = "processor_over_wall"
LOOPBACK = ROOT / "evidence" / "loopback" / "allreduce.json"
ACCELERATOR_COUNTS = [8, 64, 256, 1024]
CHART_LEFT, CHART_WIDTH, PANEL_HEIGHT, PANEL_TOPS = 48, 232, 140, (42, 262)
SPEED_TICKS = [1e-3, 0.01, 0.1, 1, 10, 100, 1000]  # of the lower panel


def distributed_listing(f: Framework, section: str) -> str:
    """Return a section of its distributed.py, below the last of which stand
    its sentences; or those alone, where it has no such file."""
    if not (f.folder / "distributed.py").exists():
        return read_note(f, "distributed")
    shown = listing_fence(f, DISTRIBUTED_INCLUDES[section], "distributed.py")
    note = (
        read_notes(f).get("distributed")
        if section == DISTRIBUTED_SECTIONS[-1]
        else ""
    )
    return f"{shown}\n\n{note}" if note else shown


def process_tabs(section: str, all_frameworks: Frameworks) -> str:
    """Return the newest of each label, in several processes."""
    return tab_set(
        [
            (f.label, distributed_listing(f, section))
            for f in newest_of_each_label(all_frameworks)
        ]
    )


def distributed_implementations() -> list[Implementation]:
    """Return those that train in several processes."""
    return [i for i in every() if i.backend.distributed]


def proof_table(folder: Path) -> str:
    """Return how far two processes of 64 are from float64 and from one of
    128."""
    result_of, title_of = (
        distributed(folder),
        titles.implementation_titles(folder),
    )
    rows = []
    when: list[Days] = []
    for i in distributed_implementations():
        cells = [NOT_MEASURED] + [NOTHING] * 5
        when.append(
            stale_days("distributed", filter(None, [result_of.get(i.slug)]))
        )
        if one := result_of.get(i.slug):
            cells = [
                scientific(one[key][str(steps)])
                for key in ("max_abs_several", "max_abs_apart")
                for steps in (1, 10, 100)
            ]
        rows.append([title_of[i.slug], *cells])
    above, rows = label_stale_rows(rows, when)
    limits = [scientific(limit) for limit in TOLERANCES["weights"].values()]
    rows.append(["at most", *limits, *[NOTHING] * 3])
    head = [
        f"{reference_name}, {steps}"
        for reference_name in ("float64", "one process")
        for steps in ("1 step", "10 steps", "100 steps")
    ]
    return above + table(["framework", *head], rows)


def read_loopback() -> dict[str, Any] | None:
    """Return what evidence/loopback/allreduce.py wrote; None where it never
    ran."""
    if not LOOPBACK.exists():
        return None
    measured: dict[str, Any] = json.loads(LOOPBACK.read_text("utf-8"))
    return measured


def loopback_days() -> Days:
    """Return when the loopback was measured, if that is stale."""
    return stale_record_days(LOOPBACK)


def loopback_fabric(measured: dict[str, Any]) -> Fabric:
    """Two processes that talk over the loopback."""
    link = Link(measured["bandwidth"], measured["latency"])
    return Fabric(link, link, 2)


def cores_busy(
    i: Implementation, cores: int, folder: Path
) -> tuple[float, Days] | None:
    """Return how many cores one process keeps busy, of a training step of 128
    as the page has it: the benchmarks' number, and when that was, where it is
    stale; None where there is none."""
    for machine in measured_machines(folder):
        for name in machine.group("page"):
            if machine.variants[name].implementation == i:
                shares = machine.values(name, "train-128", KEPT_BUSY)
                if shares and machine.facts["cores"] == cores:
                    busy = min(max(median(shares), 1), cores)
                    return busy, machine.stale_days(name)
    return None


def predict_epoch(
    i: Implementation, result: Result, folder: Path
) -> tuple[float, Days] | None:
    """Seconds of an epoch of two processes, from those of one and from the
    loopback, and when what is stale of them was measured; None where that or
    the cores busy were not measured."""
    link = read_loopback()
    cores = result["machine"]["cores"]
    used = cores_busy(i, cores, folder)
    if link is None or used is None:
        return None
    one = median(result["seconds"]["1"])
    steps = math.ceil(result["digits"] / result["batch_size"])
    computation = allreduce_model.shared_cores_seconds(one, used[0], 2, cores)
    added = steps * allreduce_model.ring_seconds(
        2, CONVNET.bytes, loopback_fabric(link)
    )
    return computation + added, join_days(used[1], loopback_days())


def speed_section(folder: Path) -> str:
    """Seconds of an epoch in one process and in two, and what the model says
    of the second: a figure and a table."""
    measured, title_of = (
        distributed(folder),
        titles.implementation_titles(folder),
    )
    rows, drawn = [], []
    when: list[Days] = []
    modeled: list[Days] = []
    for i in distributed_implementations():
        result = measured.get(i.slug, {"seconds": {}})
        if not {"1", "2"} <= result["seconds"].keys():
            rows.append([title_of[i.slug], NOT_MEASURED, *[NOTHING] * 4])
            when.append(None)
            continue
        one, two = (result["seconds"][n] for n in "12")
        guess, old = predict_epoch(i, result, folder) or (None, None)
        modeled.append(old)
        when.append(stale_days("distributed", [result]))
        middle = median(one) / median(two)
        ratios = [a / b for a, b in zip(one, two)]
        drawn.append(
            Bar(
                i.framework,
                title_of[i.slug],
                middle,
                min(ratios),
                max(ratios),
                factor(middle),
                stale=when[-1],
            )
        )
        rows.append(
            [
                title_of[i.slug],
                f"{median(one):.2f}",
                f"{median(two):.2f}",
                factor(middle),
                f"{guess:.2f}" if guess else NOT_MEASURED,
                f"{guess / median(two) - 1:+.0%}".replace("-", "−")
                if guess
                else NOTHING,
            ]
        )
    above, rows = label_stale_rows(rows, when)
    model = "the model’s two, s"
    if (old := join_days(*modeled)) and not above:
        model += f"<br>{small(stale_phrase(old))}"
    head = [
        "framework",
        "one process, s",
        "two, s",
        "times as fast",
        model,
        "off by",
    ]
    if not drawn:
        return above + table(head, rows)
    drawn.sort(key=lambda row: -row.value)
    title = "an epoch in two processes on the same two cores"
    unit = "times as fast as in one"
    shown = bar_chart("distributed", title, unit, drawn, above)
    return f"{above}{shown}\n{table(head, rows)}"


def loopback_sentence() -> str:
    """Return what the loopback was measured as, in a sentence."""
    measured = read_loopback()
    if measured is None:
        return "The all-reduce over loopback: not measured.\n"
    took = measured["seconds"]["2"][str(CONVNET.parameters)]
    guess = allreduce_model.ring_seconds(
        2, CONVNET.bytes, loopback_fabric(measured)
    )
    sentence = (
        f"gloo over loopback: {two_digits(measured['bandwidth'] / 1e9)} GB/s, "
        f"{two_digits(1e6 * measured['latency'])} µs a message. An all-reduce "
        f"of the ConvNet’s {CONVNET.parameters:,} float32 would by that take "
        f"{two_digits(1e6 * guess)} µs; it takes {two_digits(1e6 * took)}."
    )
    return add_stale_remark(sentence, loopback_days()) + "\n"


def share_text(value: float) -> str:
    """99.9 %, 62 %, 0.1 %."""
    digits = 1 if not 0.01 <= value < 0.995 else 0
    return f"{100 * value:.{digits}f} %"


def gains_table() -> str:
    """Return the model's weak and strong scaling of each network."""
    rows = [
        [f"{n:,}"]
        + [
            share_text(allreduce_model.weak_scaling(n, network))
            for network in NETWORKS
        ]
        + [
            two_digits(allreduce_model.strong_scaling(n, network))
            if n <= network.whole
            else NOTHING
            for network in NETWORKS
        ]
        for n in ACCELERATOR_COUNTS
    ]
    names = [network.name for network in NETWORKS]
    head = [f"{how}: {name}" for how in ("grows", "divided") for name in names]
    return table(["accelerators", *head], rows, "r")


def duration_text(value: float) -> str:
    """In µs below one ms, else in ms."""
    if value < 1e-3:
        return f"{two_digits(1e6 * value)} µs"
    return f"{two_digits(1e3 * value)} ms"


def sizes_table() -> str:
    """Return what each network sends and computes in a step."""
    rows = []
    for network in NETWORKS:
        size = network.bytes
        rows.append(
            [
                network.name,
                f"{float(f'{size / 1e6:.3g}'):,g} MB",
                f"{network.each:,} {network.unit}",
                duration_text(
                    allreduce_model.step_seconds(1, network.each, network)
                ),
                *(
                    duration_text(
                        allreduce_model.ring_seconds(n, size, ACCELERATORS)
                    )
                    for n in (8, 1024)
                ),
                duration_text(
                    allreduce_model.halving_seconds(1024, size, ACCELERATORS)
                ),
                *(
                    f"{allreduce_model.fewest_examples(n, network):,}"
                    for n in (8, 1024)
                ),
            ]
        )
    head = [
        "network",
        "gradients",
        "a process has",
        "arithmetic",
        "ring of 8",
        "ring of 1,024",
        "halving, 1,024",
        "8 pay from",
        "1,024 pay from",
    ]
    return table(head, rows, "lr")


def model_verdict() -> str:
    """Return what the model says of the ConvNet, and which size pays."""
    few = allreduce_model.fewest_examples(8, CONVNET)
    flop = few * CONVNET.flop
    speed = share_text(allreduce_model.strong_scaling(8, CONVNET))
    arithmetic = duration_text(allreduce_model.step_seconds(1, 128, CONVNET))
    ring = duration_text(
        allreduce_model.ring_seconds(8, CONVNET.bytes, ACCELERATORS)
    )
    return (
        "**In the model this ConvNet does not pay: eight accelerators go "
        f"through a batch of 128 at {speed} of the speed of one.** Its 128 "
        f"digits are {arithmetic} of arithmetic, and a ring of eight takes "
        f"{ring} for its 200 kB, nearly all of it latency. Nine tenths would "
        f"be arithmetic with {few:,} digits in each of the eight, "
        f"{flop / 1e9:.0f} GFLOP a step: more digits in one step than MNIST "
        "has.\n"
    )


def scaling_chart() -> str:
    """Return both scalings of each network, from one accelerator to 1,024."""
    most = ACCELERATOR_COUNTS[-1]
    left, width, height = CHART_LEFT, CHART_WIDTH, PANEL_HEIGHT
    right = left + width
    counts = Axis(1, most, left, right, logarithmic=True)
    top, low_top = PANEL_TOPS
    shares_axis = Axis(0, 1, top + height, top)
    times_axis = Axis(SPEED_TICKS[0], most, low_top + height, low_top, True)
    weak = Panel(left, top, width, height, counts, shares_axis)
    strong = Panel(left, low_top, width, height, counts, times_axis)
    shares = [1, 0.75, 0.5, 0.25, 0]
    shown = [1, 8, 64, 512]
    path = "".join(
        f"M{counts.place(n):.1f} {panel.top}v{height}"
        for n in shown
        for panel in (weak, strong)
    )
    path += "".join(
        f"M{left} {weak.y.place(share):g}h{width}" for share in shares
    )
    path += strong.grid([], SPEED_TICKS)
    lines = [
        f'<path class="ideal" d="{strong.curve([(1, 1), (most, most)])}"/>'
    ]
    names = []
    for n, network in enumerate(NETWORKS):
        last = min(most, network.whole)
        for panel, scaling, end, gap in (
            (weak, allreduce_model.weak_scaling, most, right + 6),
            (strong, allreduce_model.strong_scaling, last, None),
        ):
            powers = range(round(math.log2(end)) + 1)
            points = [(2**k, scaling(2**k, network)) for k in powers]
            lines.append(
                f'<path class="curve of-{n}" d="{panel.curve(points)}"/>'
            )
            x = gap or f"{counts.place(end) + 6:.1f}"
            y = panel.y.place(scaling(end, network))
            names.append(svg_text(x, f"{y + 4:.1f}", network.name))
    labels = [
        '<text x="0" y="12" class="strong">the model: the batch grows</text>',
        svg_text(0, 28, "of n times the speed of one"),
        f'<text x="0" y="{strong.top - 30}" class="strong">the model: the '
        "batch is divided</text>",
        svg_text(
            0, strong.top - 14, "times the speed of one; dotted: n times"
        ),
    ]
    labels += [
        svg_text(
            f"{counts.place(n):.1f}", panel.top + height + 16, n, "middle"
        )
        for n in shown
        for panel in (weak, strong)
    ]
    labels += [
        svg_text(
            left - 6, weak.y.place(share) + 4, f"{100 * share:g} %", "end"
        )
        for share in shares
    ]
    labels += [
        svg_text(left - 6, f"{strong.y.place(v) + 4:.1f}", f"{v:,g}", "end")
        for v in SPEED_TICKS[::2]
    ]
    labels += [
        svg_text(right + 6, panel.top + height + 16, "accelerators")
        for panel in (strong, weak)
    ]
    description = "; ".join(
        f"{network.name}: "
        f"{share_text(allreduce_model.weak_scaling(n, network))} at {n:,}"
        for network in NETWORKS
        for n in (8, 64, 1024)
    )
    return figure(
        "bench scaling",
        "scaling",
        "Scaling, by the model",
        f"Where the batch grows: {description}",
        370,
        strong.top + height + 24,
        [grid_lines(path), *lines, text_group([*labels, *names])],
    )


def parameters_table() -> str:
    """Return the model's numbers, and where each is from."""

    def at(address: str, name: str) -> str:
        return f"[{name}]({address})"

    inside, between = ACCELERATORS.inside, ACCELERATORS.between
    rows = [
        [
            "arithmetic of an H100",
            f"{PEAK / 1e12:.0f} TFLOP/s",
            f"bfloat16, of which {percent(UTILISATION)} are reached: "
            + at(LLAMA, "Llama 3, table 4"),
        ],
        [
            "inside a machine of 8",
            f"{inside.bandwidth / 1e9:.0f} GB/s",
            "NVLink, one direction: " + at(MLPERF, "MLPerf"),
        ],
        [
            "between two machines",
            f"{between.bandwidth / 1e9:.0f} GB/s",
            "8 × 400 Gb/s: " + at(MLPERF, "MLPerf"),
        ],
        [
            "latency of a hop",
            f"{1e6 * inside.latency:.1f} µs inside, "
            f"{1e6 * between.latency:.0f} µs between",
            "a ring’s, in " + at(NCCL, "NCCL’s own model"),
        ],
        [
            "a bucket of gradients",
            "25 MiB",
            at(DDP, "DistributedDataParallel"),
        ],
        [
            "ResNet-50",
            "25,557,032 parameters, 24.5 GFLOP an image",
            "six times " + at(RESNET, "4.09 G multiplications"),
        ],
        [
            "GPT-2 XL",
            "1,557,611,200 parameters, 9.6 TFLOP a text",
            at(GPT2, "its card")
            + ", 6 a parameter and token: "
            + at(KAPLAN, "Kaplan et al., 2.1"),
        ],
    ]
    return table(["what", "value", "from"], rows, "lll")


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """Return the proof, the speed, and the loopback."""
    return {
        DISTRIBUTED_PARTS / "proof.md": proof_table(folder),
        DISTRIBUTED_PARTS / "speed.md": speed_section(folder),
        DISTRIBUTED_PARTS / "link.md": loopback_sentence(),
    }


def folder_files() -> dict[Path, str]:
    """Return the tab sets of the listings; what the model says."""
    texts = {
        f"past-one-machine-{section}": process_tabs(section, frameworks())
        for section in DISTRIBUTED_INCLUDES
    }
    old = select_era("2018", frameworks())
    texts["past-one-machine-2018"] = tab_set_2018(
        [(folder_title(f, old), distributed_listing(f, "whole")) for f in old]
    )
    return {
        DISTRIBUTED_PARTS / "verdict.md": model_verdict(),
        DISTRIBUTED_PARTS / "gains.md": gains_table(),
        DISTRIBUTED_PARTS / "sizes.md": sizes_table(),
        DISTRIBUTED_PARTS / "parameters.md": parameters_table(),
        FIGURES / "scaling.svg": scaling_chart(),
        **{TABS / f"{name}.md": f"{text}\n" for name, text in texts.items()},
    }
