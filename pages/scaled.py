"""Past one machine: what the model says of many accelerators."""

import math
from collections.abc import Callable
from pathlib import Path

from pages import scaling
from pages.charts.svg import figure, grid_lines, svg_text, text_group
from pages.distributed import PAGES
from pages.markup.numbers import percent, two_digits
from pages.markup.tables import table
from pages.markup.text import NOTHING
from pages.paths import FIGURES
from pages.scaling import (
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
    Network,
)

COUNTS = [8, 64, 256, 1024]
LEFT, WIDTH, HEIGHT, TOPS = 48, 232, 140, (42, 262)
DECADES = [1e-3, 0.01, 0.1, 1, 10, 100, 1000]  # of the lower panel


def share(value: float) -> str:
    """99.9 %, 62 %, 0.1 %."""
    digits = 1 if not 0.01 <= value < 0.995 else 0
    return f"{100 * value:.{digits}f} %"


def gains() -> str:
    """The model's weak and strong scaling of each network."""
    rows = [
        [f"{n:,}"]
        + [share(scaling.weak(n, network)) for network in NETWORKS]
        + [
            two_digits(scaling.strong(n, network))
            if n <= network.whole else NOTHING
            for network in NETWORKS
        ]
        for n in COUNTS
    ]  # fmt: skip
    names = [network.name for network in NETWORKS]
    head = [f"{how}: {name}" for how in ("grows", "divided") for name in names]
    return table(["accelerators", *head], rows, "r")


def seconds(value: float) -> str:
    """In µs below one ms, else in ms."""
    if value < 1e-3:
        return f"{two_digits(1e6 * value)} µs"
    return f"{two_digits(1e3 * value)} ms"


def sizes() -> str:
    """What each network sends and computes in a step."""
    rows = []
    for network in NETWORKS:
        size = network.bytes
        rows.append([
            network.name, f"{float(f'{size / 1e6:.3g}'):,g} MB",
            f"{network.each:,} {network.unit}",
            seconds(scaling.step(1, network.each, network)),
            *(seconds(scaling.ring(n, size, ACCELERATORS)) for n in (8, 1024)),
            seconds(scaling.halving(1024, size, ACCELERATORS)),
            *(f"{scaling.enough(n, network):,}" for n in (8, 1024)),
        ])  # fmt: skip
    head = ["network", "gradients", "a process has", "arithmetic",
            "ring of 8", "ring of 1,024", "halving, 1,024",
            "8 pay from", "1,024 pay from"]  # fmt: skip
    return table(head, rows, "lr")


def verdict() -> str:
    """What the model says of the ConvNet, and which size pays."""
    few = scaling.enough(8, CONVNET)
    flop = few * CONVNET.flop
    return (
        f"**In the model this ConvNet does not pay: eight accelerators go "
        f"through a batch of 128 at {share(scaling.strong(8, CONVNET))} of "
        "the speed of one.** Its 128 digits are "
        f"{seconds(scaling.step(1, 128, CONVNET))} of arithmetic, and a ring "
        "of eight takes "
        f"{seconds(scaling.ring(8, CONVNET.bytes, ACCELERATORS))} for its 200 "
        f"kB, nearly all of it latency. Nine tenths would be arithmetic with "
        f"{few:,} digits in each of the eight, {flop / 1e9:.0f} GFLOP a step: "
        "more digits in one step than MNIST has.\n"
    )


def curve(
    n: int, network: Network, at: Callable[[float, float], str],
    value: Callable[[int, Network], float], last: int,
) -> str:  # fmt: skip
    """The line of one network, from one accelerator to `last`."""
    counts = [2**k for k in range(round(math.log2(last)) + 1)]
    points = "L".join(at(count, value(count, network)) for count in counts)
    return f'<path class="curve of-{n}" d="M{points}"/>'


def picture() -> str:
    """Both scalings of each network, from one accelerator to 1,024."""
    weak, strong = TOPS
    most = COUNTS[-1]

    def x(count: float) -> float:
        return LEFT + WIDTH * math.log2(count) / math.log2(most)

    def low(count: float, value: float) -> str:
        return f"{x(count):.1f} {weak + HEIGHT * (1 - value):.1f}"

    def y(value: float) -> float:
        part = math.log(value / DECADES[0]) / math.log(most / DECADES[0])
        return strong + HEIGHT * (1 - part)

    behind = "".join(
        f"M{x(n):.1f} {top}v{HEIGHT}" for n in (1, 8, 64, 512) for top in TOPS
    )
    behind += "".join(
        f"M{LEFT} {weak + HEIGHT * k / 4:g}h{WIDTH}" for k in range(5)
    ) + "".join(f"M{LEFT} {y(v):.1f}h{WIDTH}" for v in DECADES)
    lines = [
        f'<path class="ideal" d="M{x(1):.1f} {y(1):.1f}'
        f'L{x(most):.1f} {y(most):.1f}"/>'
    ]
    names: list[str] = []
    for n, network in enumerate(NETWORKS):
        end = min(most, network.whole)
        lines.append(curve(n, network, low, scaling.weak, most))
        lines.append(curve(
            n, network, lambda c, v: f"{x(c):.1f} {y(v):.1f}",
            scaling.strong, end,
        ))  # fmt: skip
        at = weak + HEIGHT * (1 - scaling.weak(most, network))
        names.append(svg_text(LEFT + WIDTH + 6, f"{at + 4:.1f}", network.name))
        at = y(scaling.strong(end, network))
        names.append(
            svg_text(f"{x(end) + 6:.1f}", f"{at + 4:.1f}", network.name)
        )
    labels = [
        '<text x="0" y="12" class="strong">the model: the batch grows</text>',
        svg_text(0, 28, "of n times the speed of one"),
        f'<text x="0" y="{strong - 30}" class="strong">the model: the batch '
        "is divided</text>",
        svg_text(0, strong - 14, "times the speed of one; dotted: n times"),
        *(
            svg_text(f"{x(n):.1f}", top + HEIGHT + 16, f"{n:,}", "middle")
            for n in (1, 8, 64, 512) for top in TOPS
        ),
        *(
            svg_text(LEFT - 6, weak + HEIGHT * k / 4 + 4, f"{said} %", "end")
            for k, said in enumerate((100, 75, 50, 25, 0))
        ),
        *(
            svg_text(LEFT - 6, f"{y(v) + 4:.1f}", f"{v:,g}", "end")
            for v in DECADES[::2]
        ),
        svg_text(LEFT + WIDTH + 6, strong + HEIGHT + 16, "accelerators"),
        svg_text(LEFT + WIDTH + 6, weak + HEIGHT + 16, "accelerators"),
    ]  # fmt: skip
    said = "; ".join(
        f"{network.name}: {share(scaling.weak(n, network))} at {n:,}"
        for network in NETWORKS for n in (8, 64, 1024)
    )  # fmt: skip
    return figure(
        "bench scaling", "scaling", "Scaling, by the model",
        f"Where the batch grows: {said}", 370, strong + HEIGHT + 24,
        [grid_lines(behind), *lines, text_group([*labels, *names])],
    )  # fmt: skip


def parameters() -> str:
    """The model's numbers, and where each is from."""

    def at(address: str, said: str) -> str:
        return f"[{said}]({address})"

    inside, between = ACCELERATORS.inside, ACCELERATORS.between
    rows = [
        ["arithmetic of an H100", f"{PEAK / 1e12:.0f} TFLOP/s",
         f"bfloat16, of which {percent(UTILISATION)} are reached: "
         + at(LLAMA, "Llama 3, table 4")],
        ["inside a machine of 8", f"{inside.bandwidth / 1e9:.0f} GB/s",
         "NVLink, one direction: " + at(MLPERF, "MLPerf")],
        ["between two machines", f"{between.bandwidth / 1e9:.0f} GB/s",
         "8 × 400 Gb/s: " + at(MLPERF, "MLPerf")],
        ["latency of a hop",
         f"{1e6 * inside.latency:.1f} µs inside, "
         f"{1e6 * between.latency:.0f} µs between",
         "a ring’s, in " + at(NCCL, "NCCL’s own model")],
        ["a bucket of gradients", "25 MiB",
         at(DDP, "DistributedDataParallel")],
        ["ResNet-50", "25,557,032 parameters, 24.5 GFLOP an image",
         "six times " + at(RESNET, "4.09 G multiplications")],
        ["GPT-2 XL", "1,557,611,200 parameters, 9.6 TFLOP a text",
         at(GPT2, "its card") + ", 6 a parameter and token: "
         + at(KAPLAN, "Kaplan et al., 2.1")],
    ]  # fmt: skip
    return table(["what", "value", "from"], rows, "lll")


def folder_files() -> dict[Path, str]:
    """The verdict, the tables and the figure."""
    return {
        PAGES / "verdict.md": verdict(),
        PAGES / "gains.md": gains(),
        PAGES / "sizes.md": sizes(),
        PAGES / "parameters.md": parameters(),
        FIGURES / "scaling.svg": picture(),
    }
