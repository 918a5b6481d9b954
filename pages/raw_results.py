"""Raw results: the files of every machine."""

import html
from pathlib import Path

from lab.results import FOLDER
from pages.benchmarks import CASE
from pages.machines import NO_RESULTS, Machine, measured_machines
from pages.markup.stale_remarks import label_stale_rows
from pages.markup.tables import table
from pages.markup.text import NOTHING
from pages.paths import BENCHMARK_PARTS


def raw_files(folder: Path) -> str:
    """Return the raw files of every machine."""
    parts = []
    for machine in measured_machines(folder):
        where = f"raw/{machine.name}/{machine.date}"
        names = [n for n in machine.variants if n in machine.files]
        rows = [
            [
                html.escape(machine.title(name).removesuffix(", fast")),
                describe_variant(machine, name),
                machine.milliseconds_text(name, CASE)
                if machine.rounds(name, CASE)
                else NOTHING,
                f"[{name}]({where}/{name}.json)",
            ]
            for name in names
        ]
        above, rows = label_stale_rows(
            rows, [machine.stale_days(name) for name in names]
        )
        head = ["framework", "what is measured", "ms a step of 128", "file"]
        text = table(head, rows, "llrl")
        parts.append(f"## {machine.name}\n\n{above}{text}")
    return "\n".join(parts) or NO_RESULTS


def describe_variant(machine: Machine, name: str) -> str:
    """Return what a variant is, in words."""
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
    """Return the list of raw files."""
    return {BENCHMARK_PARTS / "raw.md": raw_files(folder)}
