"""`python -m benchmarks report`: docs/generated/benchmarks/ from the results.

Every part is Markdown, or a figure as SVG in it; `--check` compares them."""

import html
import math
import sys
from statistics import mean, median, stdev

from benchmarks import results
from benchmarks.compare import ranks, ratio
from benchmarks.variants import variants
from snippets import running
from snippets.running import ROOT, BadInput

PAGES = ROOT / "docs" / "generated" / "benchmarks"
PRECISION = {"float32": "float32", "tf32": "TF32", "bfloat16": "bfloat16"}
BACKEND = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}
PAIRS = [
    ("keras2", "keras3-tensorflow", "keras3-tensorflow-fast"),
    ("pytorch1", "pytorch2", "pytorch2-fast"),
    ("tensorflow1", "tensorflow2", "tensorflow2-fast"),
    ("cntk2", None, None),
]
# A forward pass takes 7,739,648 operations an image; a training step three
# times that, but for the gradient of the first convolution's input.
FORWARD = 2 * (28 * 28 * 32 * 9 + 14 * 14 * 64 * 9 * 32 + 3136 * 10)
TRAINING = 3 * FORWARD - 2 * 28 * 28 * 32 * 9
# pyperf calls a benchmark unstable above this share of its mean.
UNSTABLE = 0.10


class Machine:
    """The newest results of one machine."""

    def __init__(self, folder):
        self.name = folder.name
        self.folder = max(f for f in folder.iterdir() if f.is_dir())
        self.date = self.folder.name
        self.files = results.folder(self.folder)
        self.variants = {
            v["name"]: v for v in variants() if v["name"] in self.files
        }
        first = next(iter(self.files.values()))
        self.facts = first["machine"]
        self.threads = first["threads"]

    def rounds(self, name, case):
        """{round: seconds}, empty where nothing was measured."""
        measured = self.files.get(name, {"measured": {}})["measured"]
        return results.rounds(measured[case]) if case in measured else {}

    def values(self, name, case, key):
        """A number of the metadata, of each process."""
        measured = self.files.get(name, {"measured": {}})["measured"]
        if case not in measured:
            return []
        found = [r.get_metadata() for r in measured[case].get_runs()]
        return [m[key] for m in found if key in m]

    def group(self, *groups, precision=None):
        return [
            name
            for name, v in self.variants.items()
            if v["group"] in groups
            and precision in (None, self.files[name]["precision"])
        ]

    def peak(self, case):
        """The best rate of a peak's case: (per second, who)."""
        best = 0, None
        for name in self.group("machine"):
            seconds = self.rounds(name, case)
            if seconds:
                unit = "bytes" if case == "copy" else "flop"
                [work, *_] = self.values(name, case, unit)
                rate = work / median(seconds.values())
                best = max(best, (rate, self.title(name)))
        return best

    def title(self, name):
        """Keras 3.15.1 on TensorFlow, fast."""
        v, file = self.variants[name], self.files[name]
        version = (file["version"] or "").partition("+")[0]
        title = f"{v['run']['label']} {version}".strip()
        if v["run"]["backend"] and v["run"]["era"] == "today":
            title += f" on {BACKEND[v['run']['backend']]}"
        return title + (", fast" if v["group"] == "fast" else "")

    def source(self):
        return (
            f"\nFrom [`benchmarks/results/{self.name}/{self.date}/`]"
            f"(benchmark-results.md#{self.name}).\n"
        )


def machines():
    """Every machine of benchmarks/results/, newest results first."""
    folders = [f for f in results.FOLDER.iterdir() if f.is_dir()]
    if not folders:
        raise BadInput(f"{results.FOLDER}: nothing is measured yet")
    found = map(Machine, sorted(folders))
    return sorted(found, key=lambda m: m.date, reverse=True)


def table(head, rows):
    """A Markdown table; the first column is text, the others are numbers."""
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *rows])


def milliseconds(seconds):
    """Three digits: 0.142, 14.2, 1,420."""
    ms = 1000 * seconds
    digits = max(0, 2 - math.floor(math.log10(ms))) if ms else 0
    return f"{ms:,.{min(digits, 3)}f}"


def times(ratio):
    """Two digits after the point, fewer where that would be more than three
    in all: 1.42, 14.2, 142."""
    return f"{ratio:.{2 if ratio < 10 else 1 if ratio < 100 else 0}f}"


def interval(found):
    """1.42 (1.38–1.47)."""
    middle, low, high = found
    if low is None:
        return times(middle)
    return f"{times(middle)} ({times(low)}–{times(high)})"


def percent(share):
    """12%, or <1%."""
    return f"{share:.0%}" if share >= 0.005 else "<1%"


def spread(seconds):
    """The standard deviation of the rounds, as a share of their mean."""
    values = list(seconds.values())
    if len(values) < 2:
        return "—"
    share = stdev(values) / mean(values)
    return percent(share) + (" unstable" if share > UNSTABLE else "")


def failure(machine, name, case):
    """Why a variant has no such number."""
    for error in machine.files[name]["errors"]:
        if error["case"] == case:
            last = error["error"].strip().splitlines()[-1]
            return "failed: " + html.escape(last[:80]).replace("|", "\\|")
    return "not measured"


def ranking(machine, names, case, batch, operations):
    """A figure and a table: all `names` in `case`, the fastest first."""
    measured = {name: machine.rounds(name, case) for name in names}
    there = {name: s for name, s in measured.items() if s}
    if not there:
        return "Not measured.\n"
    there = dict(zip(there, side_by_side(list(there.values()))))
    middle = {name: median(s.values()) for name, s in there.items()}
    ordered = sorted(there, key=middle.get)
    best = ordered[0]
    places = ranks(there)
    precision = machine.files[best]["precision"]
    peak, _ = machine.peak(f"matmul-{precision}")
    rows = []
    for name in ordered:
        first, last = places[name]
        share = operations * batch / middle[name] / peak if peak else None
        rows.append([
            machine.title(name),
            str(first) if first == last else f"{first}–{last}",
            milliseconds(middle[name]),
            f"{batch / middle[name]:,.0f}",
            "1" if name == best else interval(
                ratio(there[name], there[best])
            ),
            "not measured" if share is None else percent(share),
            spread(there[name]),
            str(len(there[name])),
        ])  # fmt: skip
    rows += [
        [machine.title(name), failure(machine, name, case), *["—"] * 6]
        for name in names
        if name not in there
    ]
    head = ["variant", "place", "ms", "images/s", "times the fastest",
            "of the peak", "spread", "rounds"]  # fmt: skip
    return bars(machine, ordered, there, case) + "\n" + table(head, rows)


def bars(machine, ordered, there, case):
    """A bar for each variant: the median; a line: its slowest and fastest
    round."""
    top, step, width = 24, 32, 360
    longest = max(max(s.values()) for s in there.values())
    scale = width / longest
    drawn, texts = [], []
    for i, name in enumerate(ordered):
        seconds = list(there[name].values())
        y = top + step * i
        v = machine.variants[name]
        kind = "then" if v["run"]["era"] == "2018" else v["group"]
        drawn.append(
            f'<rect x="0" y="{y + 16}" width="{median(seconds) * scale:.1f}" '
            f'height="9" class="{kind}"/>'
            f'<path d="M{min(seconds) * scale:.1f} {y + 20.5}'
            f'H{max(seconds) * scale:.1f}"/>'
        )
        texts.append(
            f'<text x="0" y="{y + 12}">{machine.title(name)}</text>'
            f'<text x="{width}" y="{y + 12}" text-anchor="end">'
            f"{milliseconds(median(seconds))}</text>"
        )
    what, batch = case.split("-")
    unit = {"train": "ms a training step", "predict": "ms a prediction"}[what]
    texts.append(
        f'<text x="0" y="12" class="strong">{unit}, batch {batch}</text>'
    )
    key = f"{machine.name}-{case}-{machine.files[ordered[0]]['precision']}"
    said = "; ".join(
        f"{machine.title(n)} {milliseconds(median(there[n].values()))}"
        for n in ordered
    )
    return svg("bench", key, f"{unit}, batch {batch}", said, width,
               top + step * len(ordered) + 4, drawn, texts)  # fmt: skip


def svg(kind, key, title, said, width, height, drawn, texts):
    return (
        f'<svg class="{kind}" viewBox="0 0 {width} {height:.0f}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" '
        'xmlns="http://www.w3.org/2000/svg" '
        'font-family="system-ui, sans-serif" font-size="12">\n'
        f'<title id="{key}-title">{title}</title>\n'
        f'<desc id="{key}-desc">{html.escape(said)}</desc>\n'
        f"<g>{''.join(drawn)}</g>\n"
        f'<g fill="currentColor">{"".join(texts)}</g>\n</svg>\n'
    )


def choices(what, batches, operations, found):
    """A part for each machine, precision and batch; the page's script shows
    one of them, and without it all are there."""
    parts = []
    for machine in found:
        for precision in PRECISION:
            names = machine.group("page", "fast", precision=precision)
            for batch in batches:
                case = f"{what}-{batch}"
                if not any(machine.rounds(name, case) for name in names):
                    continue
                parts.append(
                    f'<div class="measured" data-machine="{machine.name}" '
                    f'data-precision="{PRECISION[precision]}" '
                    f'data-batch="{batch}" markdown>\n\n'
                    f"**{machine.name}, {PRECISION[precision]}, "
                    f"batch {batch}**\n\n"
                    + ranking(machine, names, case, batch, operations)
                    + "\n\n</div>\n"
                )
    return "\n".join(parts) or "Not measured.\n"


def noise(found):
    """The A/A pair and the harness's own cost, for each machine."""
    lines = []
    for machine in found:
        for again in machine.group("noise"):
            name = again.removesuffix("-again")
            pair = [machine.rounds(n, "train-128") for n in (again, name)]
            both = sorted(set(pair[0]) & set(pair[1]))
            if not both:
                continue
            middle, low, high = ratio(*pair)
            single = [pair[0][n] / pair[1][n] for n in both]
            within = abs(middle - 1) <= 0.03
            noise = "too few rounds to tell what is noise"
            if low:
                bound = max(abs(low - 1), abs(high - 1))
                noise = f"differences below {bound:.0%} are noise"
            lines.append(
                f"**{machine.name}: {noise}.** {machine.title(name)}, "
                f"measured twice in each of {len(both)} rounds, has a ratio "
                "to itself of "
                f"{interval((middle, low, high))}, in single rounds "
                f"{min(single):.2f} to {max(single):.2f}. It "
                f"{'lies' if within else 'does not lie'} within ±3 %."
            )
        own = machine.rounds("harness", "harness")
        if own:
            cost = median(own.values()) / 0.010 - 1
            lines.append(
                f"The harness itself adds {cost:.2%} to a step of 10 ms."
            )
    return "\n\n".join(lines) + "\n"


def about(found):
    """What the machines are."""
    lines = []
    for m in found:
        f = m.facts
        gpu = f", {f['gpu']}" if f["gpu"] else ", no GPU"
        commits = {file["commit"] for file in m.files.values()} | {
            run.get_metadata().get("commit")
            for file in m.files.values()
            for benchmark in file["measured"].values()
            for run in benchmark.get_runs()
        }
        lines.append(
            f"- **{m.name}**: {f['cpu']}, {f['cores']} cores{gpu}, "
            f"{m.threads} threads, governor "
            f"{f['governor'] or 'not readable'}, Linux {f['kernel']}, Python "
            f"{f['python']} (3.6 for 2018), {m.date}, commit "
            f"{', '.join(sorted(filter(None, commits)))} (+: some files "
            "differed from it)."
        )
    return "\n".join(lines) + "\n"


def start(found):
    """Start-up, the first epoch, memory."""
    parts = []
    for machine in found:
        rows = []
        for name in machine.group("page", "fast"):
            case = "train-128"
            if not machine.rounds(name, case):
                continue
            [warm] = [
                [r.warmups[0][1] - mean(r.values) for r in b.get_runs()]
                for b in [machine.files[name]["measured"][case]]
            ]
            steps = 8192 // 128
            faults = machine.values(name, case, "page_faults_a_step")
            peak = median(machine.values(name, case, "mem_max_rss"))
            seconds = [
                median(machine.values(name, case, "import_seconds")),
                median(machine.values(name, case, "start_seconds")),
                max(0, steps * median(warm)),
            ]
            rows.append([
                machine.title(name) + precision_of(machine, name),
                *(f"{value:.1f}" for value in seconds),
                f"{peak / 2**20:,.0f}",
                f"{median(faults):,.0f}",
            ])
        head = ["variant", "import, s", "to a model, s", "first epoch more, s",
                "peak memory, MiB", "page faults a step"]  # fmt: skip
        parts.append(table(head, rows) + "\n" + machine.source())
    return "\n".join(parts)


def precision_of(machine, name):
    precision = machine.files[name]["precision"]
    return "" if precision == "float32" else f", {PRECISION[precision]}"


def to_99(found):
    parts = []
    for machine in found:
        rows = []
        for name in machine.group("page", "fast"):
            seconds = machine.rounds(name, "to-99")
            cells = ["not measured", "—", "—", "—"]
            if seconds:
                epochs = machine.values(name, "to-99", "epochs")
                cells = [
                    f"{median(seconds.values()):,.0f}",
                    "–".join(map(str, sorted({min(epochs), max(epochs)}))),
                    f"{sum(seconds.values()) / sum(epochs):,.1f}",
                    str(len(seconds)),
                ]
            title = machine.title(name) + precision_of(machine, name)
            rows.append([title, *cells])
        head = ["variant", "training, s", "epochs", "s an epoch", "runs"]
        parts.append(table(head, rows) + "\n" + machine.source())
    return "\n".join(parts)


def then_and_now(found):
    """2018 over today, a training step of 128."""
    parts = []
    for machine in found:
        rows = []
        for then, page, fast in PAIRS:
            was, *today = side_by_side(
                [machine.rounds(n, "train-128") for n in (then, page, fast)]
            )
            if not was:
                continue
            cells = [milliseconds(median(was.values()))]
            for now in today:
                cells += [milliseconds(median(now.values())),
                          interval(ratio(was, now))] if now else ["—", "—"]
            rows.append([machine.title(then), *cells])
        if rows:
            head = ["2018", "ms", "today, ms", "times faster", "fast, ms",
                    "times faster"]  # fmt: skip
            parts.append(table(head, rows) + "\n" + machine.source())
    return "\n".join(parts) or "Not measured.\n"


def transpositions(found):
    """What it costs to move a layer's output from one layout to the other."""
    rows = []
    for machine in found:
        for name in machine.group("machine"):
            for case in machine.files[name]["measured"]:
                if not case.startswith("transpose-"):
                    continue
                seconds = median(machine.rounds(name, case).values())
                [moved, *_] = machine.values(name, case, "bytes")
                rows.append([
                    f"{machine.name}, {machine.title(name)}",
                    case.removeprefix("transpose-").replace("x", "×"),
                    milliseconds(seconds),
                    f"{moved / seconds / 1e9:,.0f}",
                ])  # fmt: skip
    if not rows:
        return "Not measured.\n"
    return table(["where", "NCHW → NHWC", "ms", "GB/s"], rows) + "\n"


def layouts(found):
    """NCHW over NHWC: a training step of 128, predictions of 1,024."""
    parts = []
    for machine in found:
        names = machine.group("layout")
        rows = []
        for name in names:
            v = machine.variants[name]
            if v["options"].get("layout") != "NCHW":
                continue
            other = name.replace("-nchw", "-fast")
            cells = []
            for case in "train-128", "predict-1024":
                nchw, nhwc = side_by_side(
                    [machine.rounds(n, case) for n in (name, other)]
                )
                cells += [
                    milliseconds(median(s.values())) if s
                    else failure(machine, n, case) if n in machine.files
                    else "not measured"
                    for n, s in ((name, nchw), (other, nhwc))
                ]
                both = nchw and nhwc
                cells.append(interval(ratio(nchw, nhwc)) if both else "—")
            title = machine.title(name)
            precision = PRECISION[machine.files[name]["precision"]]
            rows.append([title, precision, *cells])
        if rows:
            head = ["framework", "precision", "step: NCHW, ms", "NHWC, ms",
                    "NCHW ÷ NHWC", "predict: NCHW, ms", "NHWC, ms",
                    "NCHW ÷ NHWC"]  # fmt: skip
            parts.append(table(head, rows) + "\n" + machine.source())
    return "\n".join(parts) or "Not measured.\n"


def side_by_side(measured):
    """Of each {round: seconds} what all have that have any: numbers that
    stand in one table were measured in the same rounds."""
    sets = [set(m) for m in measured if m]
    shared = set.intersection(*sets) if sets else set()
    return [{n: m[n] for n in m if n in shared} or m for m in measured]


def steps(found, folder):
    """What each change bought: from the page's listing to fast.py."""
    machine = found[0]
    mine = [
        name
        for name in machine.group("page", "step", "fast")
        if machine.variants[name]["framework"].split("/")[0] == folder
        and "train-128" in machine.variants[name]["cases"]
    ]
    parts = []
    for framework in dict.fromkeys(
        machine.variants[name]["framework"] for name in mine
    ):
        rows, start = [], None
        names = [
            name
            for name in mine
            if machine.variants[name]["framework"] == framework
        ]
        measured = side_by_side(
            [machine.rounds(name, "train-128") for name in names]
        )
        for name, seconds in zip(names, measured):
            if not seconds:
                rows.append([step_of(machine, name),
                             failure(machine, name, "train-128"), "—", "—"])
                continue
            start = start or seconds
            faults = machine.values(name, "train-128", "page_faults_a_step")
            rows.append([
                step_of(machine, name),
                milliseconds(median(seconds.values())),
                "1" if seconds is start else interval(ratio(start, seconds)),
                f"{median(faults):,.0f}",
            ])  # fmt: skip
        head = ["step", "ms", "times as fast as the first",
                "page faults a step"]  # fmt: skip
        parts.append(table(head, rows) + "\n")
    return "\n".join(parts) + machine.source()


def step_of(machine, name):
    v = machine.variants[name]
    file = "fast.py" if v["module"] == "fast" else "convnet.py"
    default = f"`{file}` on {machine.title(name).removesuffix(', fast')}"
    return v["step"] or default


def peaks(found):
    rows = []
    for machine in found:
        for case, unit, what in [
            ("matmul-float32", "GFLOP/s", "matrix product, float32"),
            ("matmul-bfloat16", "GFLOP/s", "matrix product, bfloat16"),
            ("copy", "GB/s", "copy, read and written"),
        ]:
            rate, who = machine.peak(case)
            cell = f"{rate / 1e9:,.0f} {unit}" if who else "not measured"
            rows.append([machine.name, what, cell, who or "—"])
    head = ["machine", "what", "rate", "by"]
    return table(head, rows) + "\n"


def layer_rows(machine, order):
    """(layer, batch, way, flop, bytes, seconds) of each layer measured in
    this order."""
    for name in machine.group("machine"):
        for case, benchmark in machine.files[name]["measured"].items():
            if case.startswith(f"layer-{order}-"):
                *_, layer, batch, way = case.split("-")
                m = benchmark.get_runs()[0].get_metadata()
                seconds = median(results.rounds(benchmark).values())
                yield layer, int(batch), way, m["flop"], m["bytes"], seconds


def layer_orders(found):
    """Each layer of a batch of 128 in NCHW and in NHWC."""
    parts = []
    for machine in found:
        nchw, nhwc = (
            {
                f"{layer}, {way}": seconds
                for layer, batch, way, *_, seconds in layer_rows(machine, o)
                if batch == 128
            }
            for o in ("nchw", "nhwc")
        )
        rows = [
            [name, milliseconds(nchw[name]), milliseconds(nhwc[name]),
             times(nchw[name] / nhwc[name])]
            for name in nchw
        ]  # fmt: skip
        if rows:
            head = ["layer", "NCHW, ms", "NHWC, ms", "NCHW ÷ NHWC"]
            parts.append(table(head, rows) + "\n" + machine.source())
    return "\n".join(parts) or "Not measured.\n"


def roofline(found):
    """Layer by layer: the table at each batch, and the figure."""
    machine = found[0]
    rows = [row for row in layer_rows(machine, "nhwc") if row[3]]
    if not rows:
        return "Not measured.\n"
    compute, _ = machine.peak("matmul-float32")
    memory, _ = machine.peak("copy")
    parts = [roof_figure(machine, rows, compute, memory)]
    for batch in sorted({row[1] for row in rows}):
        total = sum(row[5] for row in rows if row[1] == batch)
        lines = []
        for layer, size, way, flop, moved, seconds in rows:
            if size == batch:
                limit = min(compute, memory * flop / moved)
                bound = "memory" if limit < compute else "arithmetic"
                lines.append([
                    f"{layer}, {way}",
                    f"{flop / moved:.{2 if flop < 100 * moved else 3}g}",
                    milliseconds(seconds),
                    percent(seconds / total),
                    f"{flop / seconds / 1e9:,.1f}",
                    f"{moved / seconds / 1e9:,.1f}",
                    bound,
                    percent(flop / seconds / limit),
                ])  # fmt: skip
        head = ["layer", "FLOP/byte", "ms", "share", "GFLOP/s", "GB/s",
                "roof", "of the roof"]  # fmt: skip
        parts.append(f"**Batch {batch}**\n\n" + table(head, lines) + "\n")
    return "\n".join(parts) + machine.source()


def roof_figure(machine, rows, compute, memory):
    """Both axes logarithmic; a dot for each layer forward at batch 128 and
    1,024, under the two roofs."""
    left, right, top, bottom = 44, 356, 30, 250
    low, high, floor, roof = 0.05, 1000, 0.3e9, 1e12

    def x(intensity):
        share = math.log(intensity / low) / math.log(high / low)
        return left + share * (right - left)

    def y(rate):
        share = math.log(rate / floor) / math.log(roof / floor)
        return bottom - share * (bottom - top)

    knee = compute / memory
    drawn = [
        f'<path class="roof" d="M{x(low):.1f} {y(memory * low):.1f}'
        f'L{x(knee):.1f} {y(compute):.1f}H{right}"/>'
    ]
    texts = []
    for layer, batch, way, flop, moved, seconds in rows:
        if way == "forward" and batch in (128, 1024):
            at = x(flop / moved), y(flop / seconds)
            drawn.append(
                f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="4.5" '
                f'class="batch-{batch}"/>'
            )
            if batch == 128:
                texts.append(
                    f'<text x="{at[0] + 7:.1f}" y="{at[1] - 5:.1f}">'
                    f"{layer}</text>"
                )
    ticks = [(0.1, "0.1"), (1, "1"), (10, "10"), (100, "100")]
    texts += [
        f'<text x="{x(v):.1f}" y="{bottom + 18}" text-anchor="middle">{t}'
        "</text>"
        for v, t in ticks
    ] + [
        f'<text x="{left - 6}" y="{y(v * 1e9) + 4:.1f}" text-anchor="end">'
        f"{v:,}</text>"
        for v in (1, 10, 100, 1000)
    ]
    texts += [
        f'<text x="0" y="14">GFLOP/s</text><text x="{right}" '
        f'y="{bottom + 34}" text-anchor="end">FLOP a byte</text>'
    ]
    said = "; ".join(
        f"{layer}, batch {batch}, {way}: {flop / moved:.2g} FLOP a byte, "
        f"{flop / seconds / 1e9:.1f} GFLOP/s"
        for layer, batch, way, flop, moved, seconds in rows
    )
    return svg("bench roofline", "roofline", "Roofline of the layers", said,
               360, bottom + 40, drawn, texts)  # fmt: skip


def index(found):
    """The raw files of every machine, and its commands."""
    parts = []
    for machine in found:
        where = f"raw/{machine.name}/{machine.date}"
        lines = [
            f"- [{name}]({where}/{name}.json)" for name in machine.files
        ]
        parts.append(f"## {machine.name}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def parts():
    """Every generated file of the benchmarks: path to text."""
    found = machines()
    source = "".join(machine.source() for machine in found)
    folders = [f["name"] for f in running.frameworks()
               if (running.HERE / f["name"] / "fast.py").exists()]
    return {
        "machines.md": about(found),
        "noise.md": noise(found),
        "training.md": choices("train", (128, 32, 1024), TRAINING, found)
        + source,
        "inference.md": choices("predict", (1, 1024), FORWARD, found)
        + source,
        "start.md": start(found),
        "to-99.md": to_99(found),
        "then-and-now.md": then_and_now(found),
        "layouts.md": layouts(found),
        "transpositions.md": transpositions(found) + source,
        "layer-orders.md": layer_orders(found),
        "peaks.md": peaks(found) + source,
        "roofline.md": roofline(found),
        "raw.md": index(found),
    } | {f"steps-{folder}.md": steps(found, folder) for folder in folders}


def write(options, console):
    """`python -m benchmarks report`; return the exit status."""
    written = {PAGES / name: text for name, text in parts().items()}
    differ = [
        path
        for path, text in written.items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    if PAGES.exists():
        differ += sorted(set(PAGES.iterdir()) - set(written))
    for path in differ:
        if options.check:
            print(
                f"benchmarks: {path.relative_to(ROOT)} is not what the "
                "results say: run `python -m benchmarks report`",
                file=sys.stderr,
            )
        elif path not in written:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            running.write_text(path, written[path])
            console.print("wrote", str(path.relative_to(ROOT)))
    return int(options.check and bool(differ))
