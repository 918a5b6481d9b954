"""Benchmarks: the machines, their noise, the raw files."""

import html
from pathlib import Path
from statistics import median

from benchmarks.statistics import ratio
from lab.results import FOLDER
from pages.machines import NONE, PAGES, Machine, machines, typical
from pages.markup.numbers import interval
from pages.markup.stale_remarks import add_stale_remark, label_stale_rows
from pages.markup.tables import table
from pages.markup.text import NOTHING, collapsible, escape_markup, join_words

CASE = "train-128"
# Vectors that some kernels have and some processors.
NEWER = "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_tile"


def noise(folder: Path) -> str:
    """The A/A pair and the harness's own cost, for each machine."""
    lines = []
    for machine in machines(folder):
        lines += [again(machine, name) for name in machine.group("noise")]
        for name in machine.group("machine"):
            own = machine.rounds(name, "harness")
            if own:
                cost = median(own.values()) / 0.010 - 1
                lines.append(add_stale_remark(
                    f"The harness itself adds {cost:.2%} to a step of 10 ms.",
                    machine.days(name),
                ))  # fmt: skip
    return "\n\n".join(filter(None, lines)) + "\n" if lines else NONE


def again(machine: Machine, name: str) -> str | None:
    """What parts a variant from the same once more, `name`."""
    mine = machine.variants[name].implementation
    page = next(
        other
        for other in machine.group("page")
        if machine.variants[other].implementation == mine
    )
    second, first = (machine.rounds(n, CASE) for n in (name, page))
    if not (second and first):
        return None
    middle, low, high = ratio(second, first)
    said = (
        f"{machine.title(name)}, measured twice in each of the "
        f"{len(first)} rounds, takes {interval((middle, low, high))} times "
        "as long as itself"
    )
    single = [second[n] / first[n] for n in first if n in second]
    said += f"; in single rounds {min(single):.2f} to {max(single):.2f}."
    return add_stale_remark(said, machine.days(name, page))


def about(folder: Path) -> str:
    """What the machines are."""
    lines = []
    for m in machines(folder):
        f = m.facts
        said = {
            k: escape_markup(str(v)) for k, v in f.items() if v is not None
        }
        vectors = [v for v in ("avx2", "fma", *NEWER) if v in f["vectors"]]
        caches = ", ".join(f"{k} {v}" for k, v in f["caches"].items())
        steal = m.everywhere("steal_of_the_machine")
        everything = (
            f"`{m.name}`: {said['cpu']}, family "
            f"{said.get('family', 'not said')}, model "
            f"{said.get('model', 'not said')}, stepping "
            f"{said.get('stepping', 'not said')}; {said['cores']} cores, "
            "hardware threads of each: "
            f"{said.get('threads_a_core', 'not said')}; "
            f"{escape_markup(join_words(vectors))}; "
            f"{escape_markup(caches)}; hypervisor "
            f"{said.get('hypervisor', 'none')}; "
            f"{said.get('gpu', 'no GPU')}; governor "
            f"{said.get('governor', 'not readable')}; Linux {said['kernel']}; "
            f"Python {said['python']} (3.6 for 2018). Commit "
            f"`{escape_markup(m.commit)}`. The hypervisor "
            f"took {typical(steal, '.1%')} of a core away (median of the "
            f"processes; at most {max(steal, default=0):.1%}).\n"
        )
        short = (
            f"**{said['cpu']}**, {said['cores']} cores, "
            f"{said.get('gpu', 'no GPU')}: {m.threads} threads, {m.count()}, "
            f"{m.date}."
        )
        lines.append(
            f"{add_stale_remark(short, m.days(*m.files))}\n\n"
            + collapsible("All that it says of itself", everything)
        )
    return "\n".join(lines) or NONE


def index(folder: Path) -> str:
    """The raw files of every machine."""
    parts = []
    for machine in machines(folder):
        where = f"raw/{machine.name}/{machine.date}"
        names = [n for n in machine.variants if n in machine.files]
        rows = [
            [
                html.escape(machine.title(name).removesuffix(", fast")),
                what(machine, name),
                machine.ms(name, CASE)
                if machine.rounds(name, CASE)
                else NOTHING,
                f"[{name}]({where}/{name}.json)",
            ]
            for name in names
        ]
        above, rows = label_stale_rows(
            rows, [machine.days(name) for name in names]
        )
        head = ["framework", "what is measured", "ms a step of 128", "file"]
        said = table(head, rows, "llrl")
        parts.append(f"## {machine.name}\n\n{above}{said}")
    return "\n".join(parts) or NONE


def what(machine: Machine, name: str) -> str:
    """What a variant is, in words."""
    v = machine.variants[name]
    file = f"`{v.module}.py`"
    options = ", ".join(f"{key} {o}" for key, o in v.options.items())
    return {
        "page": f"the listing, {file}",
        "noise": "the listing once more",
        "step": v.step or file,
        "layout": f"{file}, {options}",
        "fast": ", ".join(filter(None, [file, options])),
        "machine": "what the machine can do",
        "peer": "prediction from the ONNX file",
    }[v.group]


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """The machines, their noise, and the list of raw files."""
    return {
        PAGES / "machines.md": about(folder),
        PAGES / "noise.md": noise(folder),
        PAGES / "raw.md": index(folder),
    }
