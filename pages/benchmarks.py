"""Benchmarks: the machines, their noise, training and prediction."""

from pathlib import Path
from statistics import median

from benchmarks.compare import Rounds, ranks, ratio
from lab.results import FOLDER
from pages.machines import (
    NONE,
    PAGES,
    PRECISION,
    Machine,
    failure,
    machines,
    side_by_side,
    sources,
    spread,
)
from pages.markdown import (
    NOT_MEASURED,
    NOTHING,
    interval,
    milliseconds,
    percent,
    plain,
    table,
)
from pages.svg import figure, group, text, words

# A forward pass takes 7,739,648 operations an image; a training step three
# times that, but for the gradient of the first convolution's input.
FORWARD = 2 * (28 * 28 * 32 * 9 + 14 * 14 * 64 * 9 * 32 + 3136 * 10)
TRAINING = 3 * FORWARD - 2 * 28 * 28 * 32 * 9


def ranking(
    machine: Machine, names: list[str], case: str, batch: int, operations: int
) -> str:
    """A figure and a table: all `names` in `case`, the fastest first."""
    measured = {name: machine.rounds(name, case) for name in names}
    some = {name: s for name, s in measured.items() if s}
    there = dict(zip(some, side_by_side(some.values())))
    middle = {name: median(s.values()) for name, s in there.items()}
    ordered = sorted(there, key=middle.__getitem__)
    best = ordered[0]
    places = ranks(there)
    peak, _ = machine.peak(f"matmul-{machine.variants[best].precision}")
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
            NOT_MEASURED if share is None else percent(share),
            spread(there[name]),
            str(len(there[name])),
        ])  # fmt: skip
    rows += [
        [machine.title(name), failure(machine, name, case), *[NOTHING] * 6]
        for name in names
        if name not in there
    ]
    head = ["variant", "place", "ms", "images/s", "times the fastest",
            "of the peak", "spread", "rounds"]  # fmt: skip
    return bars(machine, ordered, there, case) + "\n" + table(head, rows)


def bars(
    machine: Machine, ordered: list[str], there: dict[str, Rounds], case: str
) -> str:
    """A bar for each variant: the median; a line: its slowest and fastest
    round."""
    top, step, width = 24, 32, 360
    scale = width / max(max(s.values()) for s in there.values())
    drawn, texts = [], []
    for i, name in enumerate(ordered):
        seconds = list(there[name].values())
        y = top + step * i
        v = machine.variants[name]
        old = v.implementation.framework.era == "2018"
        drawn.append(
            f'<rect x="0" y="{y + 16}" width="{median(seconds) * scale:.1f}" '
            f'height="9" class="{"then" if old else v.group}"/>'
            f'<path d="M{min(seconds) * scale:.1f} {y + 20.5}'
            f'H{max(seconds) * scale:.1f}"/>'
        )
        texts += [
            text(0, y + 12, machine.title(name)),
            text(width, y + 12, milliseconds(median(seconds)), "end"),
        ]
    what, batch = case.split("-")
    unit = {"train": "ms a training step", "predict": "ms a prediction"}[what]
    title = f"{unit}, batch {batch}"
    texts.append(f'<text x="0" y="12" class="strong">{title}</text>')
    said = "; ".join(
        f"{machine.title(n)} {milliseconds(median(there[n].values()))}"
        for n in ordered
    )
    precision = machine.variants[ordered[0]].precision
    return figure("bench", f"{machine.name}-{case}-{precision}", title, said,
                  width, top + step * len(ordered) + 4,
                  [group(drawn), words(texts)])  # fmt: skip


def choices(
    what: str, batches: tuple[int, ...], operations: int, folder: Path
) -> str:
    """A part for each machine, precision and batch; the page's script shows
    one of them, and without it all are there."""
    parts = []
    for machine in machines(folder):
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
                    + "\n</div>\n"
                )
    return ("\n".join(parts) or NONE) + sources(folder)


def noise(folder: Path) -> str:
    """The A/A pair and the harness's own cost, for each machine."""
    lines = []
    for machine in machines(folder):
        lines += [again(machine, name) for name in machine.group("noise")]
        for name in machine.group("machine"):
            own = machine.rounds(name, "harness")
            if own:
                cost = median(own.values()) / 0.010 - 1
                lines.append(
                    f"The harness itself adds {cost:.2%} to a step of 10 ms."
                )
    return "\n\n".join(filter(None, lines)) + "\n" if lines else NONE


def again(machine: Machine, name: str) -> str | None:
    """What parts a variant from the same once more, `name`."""
    mine = machine.variants[name].implementation
    page = next(
        other
        for other in machine.group("page")
        if machine.variants[other].implementation == mine
    )
    second, first = (machine.rounds(n, "train-128") for n in (name, page))
    both = sorted(set(first) & set(second))
    if not both:
        return f"**{machine.name}: what is noise was not measured.**"
    middle, low, high = ratio(second, first)
    single = [second[n] / first[n] for n in both]
    within = abs(middle - 1) <= 0.03
    noise = "too few rounds to tell what is noise"
    if low is not None and high is not None:
        bound = max(abs(low - 1), abs(high - 1))
        noise = f"differences below {bound:.0%} are noise"
    return (
        f"**{machine.name}: {noise}.** {machine.title(name)}, measured twice "
        f"in each of {len(both)} rounds, has a ratio to itself of "
        f"{interval((middle, low, high))}, in single rounds "
        f"{min(single):.2f} to {max(single):.2f}. It "
        f"{'lies' if within else 'does not lie'} within ±3 %."
    )


def about(folder: Path) -> str:
    """What the machines are."""
    lines = []
    for m in machines(folder):
        f = {k: plain(str(v)) for k, v in m.facts.items() if v is not None}
        commits = {file["commit"] for file in m.files.values()} | {
            run.get_metadata().get("commit")
            for file in m.files.values()
            for benchmark in file["measured"].values()
            for run in benchmark.get_runs()
        }
        lines.append(
            f"- **{m.name}**: {f['cpu']}, {f['cores']} cores, "
            f"{f.get('gpu', 'no GPU')}, {m.threads} threads, governor "
            f"{f.get('governor', 'not readable')}, Linux {f['kernel']}, "
            f"Python {f['python']} (3.6 for 2018), {m.date}, commit "
            f"{', '.join(map(plain, sorted(filter(None, commits))))} (+: some "
            "files differed from it).\n"
        )
    return "".join(lines) or NONE


def index(folder: Path) -> str:
    """The raw files of every machine."""
    parts = []
    for machine in machines(folder):
        where = f"raw/{machine.name}/{machine.date}"
        lines = [
            f"- [{name}]({where}/{name}.json)\n" for name in machine.files
        ]
        parts.append(f"## {machine.name}\n\n" + "".join(lines))
    return "\n".join(parts) or NONE


def parts(folder: Path = FOLDER) -> dict[Path, str]:
    """The first half of Benchmarks, and the list of raw files."""
    return {
        PAGES / "machines.md": about(folder),
        PAGES / "noise.md": noise(folder),
        PAGES / "training.md": choices(
            "train", (128, 32, 1024), TRAINING, folder
        ),
        PAGES / "inference.md": choices("predict", (1, 1024), FORWARD, folder),
        PAGES / "raw.md": index(folder),
    }
