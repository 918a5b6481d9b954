"""Past one machine: what was measured in two processes, and what the model
says of it."""

import json
import math
from pathlib import Path
from statistics import median
from typing import Any

from lab.frameworks import ROOT, Implementation, every
from lab.parity import TOLERANCES
from lab.results import FOLDER, Result, distributed
from pages import scaling
from pages.charts.bar_chart import Bar, bar_chart
from pages.machines import machines
from pages.markup import titles
from pages.markup.numbers import factor, scientific, two_digits
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
from pages.markup.text import NOT_MEASURED, NOTHING, small
from pages.paths import GENERATED
from pages.scaling import CONVNET, Fabric, Link

PAGES = GENERATED / "distributed"
KEPT_BUSY = "processor_over_wall"
LOOPBACK = ROOT / "evidence" / "loopback" / "allreduce.json"


def able() -> list[Implementation]:
    """Those that train in several processes."""
    return [i for i in every() if i.backend.distributed]


def proof(folder: Path) -> str:
    """How far two processes of 64 are from float64 and from one of 128."""
    found, named = distributed(folder), titles.implementation_titles(folder)
    rows = []
    when: list[Days] = []
    for i in able():
        cells = [NOT_MEASURED] + [NOTHING] * 5
        when.append(
            stale_days("distributed", filter(None, [found.get(i.slug)]))
        )
        if one := found.get(i.slug):
            cells = [
                scientific(one[key][str(steps)])
                for key in ("max_abs_several", "max_abs_apart")
                for steps in (1, 10, 100)
            ]
        rows.append([named[i.slug], *cells])
    above, rows = label_stale_rows(rows, when)
    limits = [scientific(limit) for limit in TOLERANCES["weights"].values()]
    rows.append(["at most", *limits, *[NOTHING] * 3])
    head = [f"{of}, {steps}" for of in ("float64", "one process")
            for steps in ("1 step", "10 steps", "100 steps")]  # fmt: skip
    return above + table(["framework", *head], rows)


def loopback() -> dict[str, Any] | None:
    """What evidence/loopback/allreduce.py wrote; None where it never ran."""
    if not LOOPBACK.exists():
        return None
    found: dict[str, Any] = json.loads(LOOPBACK.read_text("utf-8"))
    return found


def days_of_loopback() -> Days:
    """When that was, where it is stale."""
    return stale_record_days(LOOPBACK)


def pair(found: dict[str, Any]) -> Fabric:
    """Two processes that talk over the loopback."""
    link = Link(found["bandwidth"], found["latency"])
    return Fabric(link, link, 2)


def busy(
    i: Implementation, cores: int, folder: Path
) -> tuple[float, Days] | None:
    """How many cores one process keeps busy, of a training step of 128 as the
    page has it: the benchmarks' number, and when that was, where it is stale;
    None where there is none."""
    for machine in machines(folder):
        for name in machine.group("page"):
            if machine.variants[name].implementation == i:
                found = machine.values(name, "train-128", KEPT_BUSY)
                if found and machine.facts["cores"] == cores:
                    shares = min(max(median(found), 1), cores)
                    return shares, machine.days(name)
    return None


def predicted(
    i: Implementation, found: Result, folder: Path
) -> tuple[float, Days] | None:
    """Seconds of an epoch of two processes, from those of one and from the
    loopback, and when what is stale of them was measured; None where that or
    the cores busy were not measured."""
    link = loopback()
    cores = found["machine"]["cores"]
    used = busy(i, cores, folder)
    if link is None or used is None:
        return None
    one = median(found["seconds"]["1"])
    steps = math.ceil(found["digits"] / found["batch_size"])
    computation = scaling.shared(one, used[0], 2, cores)
    added = steps * scaling.ring(2, CONVNET.bytes, pair(link))
    return computation + added, join_days(used[1], days_of_loopback())


def speed(folder: Path) -> str:
    """Seconds of an epoch in one process and in two, and what the model says
    of the second: a figure and a table."""
    measured, named = distributed(folder), titles.implementation_titles(folder)
    rows, drawn = [], []
    when: list[Days] = []
    modeled: list[Days] = []
    for i in able():
        found = measured.get(i.slug, {"seconds": {}})
        if not {"1", "2"} <= found["seconds"].keys():
            rows.append([named[i.slug], NOT_MEASURED, *[NOTHING] * 4])
            when.append(None)
            continue
        one, two = (found["seconds"][n] for n in "12")
        guess, old = predicted(i, found, folder) or (None, None)
        modeled.append(old)
        when.append(stale_days("distributed", [found]))
        middle = median(one) / median(two)
        ratios = [a / b for a, b in zip(one, two)]
        drawn.append(Bar(
            i.framework, named[i.slug], middle, min(ratios), max(ratios),
            factor(middle), stale=when[-1],
        ))  # fmt: skip
        rows.append([
            named[i.slug], f"{median(one):.2f}", f"{median(two):.2f}",
            factor(middle),
            f"{guess:.2f}" if guess else NOT_MEASURED,
            f"{guess / median(two) - 1:+.0%}".replace("-", "−")
            if guess else NOTHING,
        ])  # fmt: skip
    above, rows = label_stale_rows(rows, when)
    model = "the model’s two, s"
    if (old := join_days(*modeled)) and not above:
        model += f"<br>{small(stale_phrase(old))}"
    head = ["framework", "one process, s", "two, s", "times as fast",
            model, "off by"]  # fmt: skip
    if not drawn:
        return above + table(head, rows)
    drawn.sort(key=lambda row: -row.value)
    title = "an epoch in two processes on the same two cores"
    unit = "times as fast as in one"
    shown = bar_chart("distributed", title, unit, drawn, above)
    return f"{above}{shown}\n{table(head, rows)}"


def link() -> str:
    """What the loopback was measured as, in a sentence."""
    found = loopback()
    if found is None:
        return "The all-reduce over loopback: not measured.\n"
    took = found["seconds"]["2"][str(CONVNET.parameters)]
    guess = scaling.ring(2, CONVNET.bytes, pair(found))
    said = (
        f"gloo over loopback: {two_digits(found['bandwidth'] / 1e9)} GB/s, "
        f"{two_digits(1e6 * found['latency'])} µs a message. An all-reduce of "
        f"the ConvNet’s {CONVNET.parameters:,} float32 would by that take "
        f"{two_digits(1e6 * guess)} µs; it takes {two_digits(1e6 * took)}."
    )
    return add_stale_remark(said, days_of_loopback()) + "\n"


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """The proof, the speed, and the loopback."""
    return {
        PAGES / "proof.md": proof(folder),
        PAGES / "speed.md": speed(folder),
        PAGES / "link.md": link(),
    }
