"""Run the ConvNets: `python -m snippets list` and `… train [NAME …]`.

Every framework runs in a process of its own: their runtimes fight over
threads, and those of 2018 need a Python of 2018.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    print(
        f"snippets: Python {sys.version.split()[0]} is too old: use 3.11 or "
        "newer (`make serve` sets up .venv with it)",
        file=sys.stderr,
    )
    sys.exit(2)

import argparse
import signal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from snippets import convert, mnist, parity, seeds
from snippets.running import (
    ERAS,
    BadInput,
    check_json,
    each,
    frameworks,
    report,
    runs,
)

# A gate judges a run of this many epochs or more, at batch 128.
GATE_EPOCHS = {"mnist-5k": 3, "mnist": 1}


def judged(run, result, options):
    """The JSON entry for one run: what was asked, measured, and the gate."""
    entry = {
        "name": run["name"],
        "label": run["label"],
        "era": run["era"],
        "backend": run["backend"] or None,
        "version": None,
        "device": None,
        "data": options.data,
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "seed": options.seed,
        "losses": None,
        "test_accuracy": None,
        "gate": None,
        "seconds": None,
        "images_per_second": None,
        "peak_memory_bytes": None,
    } | result
    if entry["error"]:
        return entry
    enough = options.epochs >= GATE_EPOCHS[options.data]
    if enough and options.batch_size == 128:
        entry["gate"] = run["gates"][options.data]
        # Not `<`: an accuracy that is no number must fail as well.
        if not entry["test_accuracy"] >= entry["gate"]:
            entry["error"] = (
                f"test accuracy {entry['test_accuracy']:.4f} is below the "
                f"gate, {entry['gate']}"
            )
    if options.require_gpu and not entry["device"].startswith("gpu"):
        entry["error"] = f"ran on the {entry['device']}, not on a GPU"
    return entry


def table(entries, options):
    """The runs as a rich table, errors under it in the last column."""
    data = {"mnist-5k": "mnist-5k (1,000 test digits)", "mnist": "MNIST"}
    grid = Table(title=f"{data[options.data]}, seed {options.seed}")
    for name in ["framework", "version", "backend", "device"]:
        grid.add_column(name, overflow="fold")
    for name in ["epochs", "accuracy", "gate", "start-up", "training"]:
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("images/s", justify="right", no_wrap=True)
    grid.add_column("memory", justify="right", no_wrap=True)
    grid.add_column("error", overflow="fold")
    for e in entries:
        row = [e["name"], e["version"], e["backend"], e["device"]]
        row.append(str(e["epochs"]))
        if e["test_accuracy"] is None:
            row += [None] * 6
        else:
            row += [
                f"{e['test_accuracy']:.4f}",
                "not judged" if e["gate"] is None else f"≥ {e['gate']:.3f}",
                f"{e['seconds']['start_up']:.1f} s",
                f"{e['seconds']['training']:.1f} s",
                f"{e['images_per_second']:,.0f}",
                f"{e['peak_memory_bytes'] / 2**20:,.0f} MiB",
            ]
        row.append(e["error"])
        grid.add_row(*(cell or "—" for cell in row[:-1]), row[-1] or "")
    return grid


def train(options, console):
    """`python -m snippets train`; return the exit status."""
    check_json(options.json)
    request = {
        "task": "train",
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "seed": options.seed,
    }
    wanted = runs(options.names, options.era)
    digits = mnist.load(options.data)._asdict()
    jobs = [(run, digits, request) for run in wanted]
    entries = []
    for run, result in each(jobs, options, console, "trained"):
        entries.append(judged(run, result, options))
        result["error"] = entries[-1]["error"]
    console.print(table(entries, options))
    return report(entries, options)


def list_frameworks(console):
    """`python -m snippets list`."""
    grid = Table()
    for name in ["name", "framework", "era", "Python", "backends", "status"]:
        grid.add_column(name)
    for f in frameworks():
        backends = ", ".join(filter(None, (r["backend"] for r in f["runs"])))
        grid.add_row(
            f["name"], f["label"], f["era"], f["python"], backends or "—",
            f["status"],
        )
    console.print(grid)
    return 0


def positive(kind):
    def parse(text):
        value = kind(text)
        if value <= 0:
            raise ValueError
        return value

    parse.__name__ = f"positive {kind.__name__}"
    return parse


def parser():
    top = argparse.ArgumentParser(
        prog="python -m snippets", description="One ConvNet, many frameworks."
    )
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="name every framework")
    sub = commands.add_parser("train", help="train, and print one table")
    add_common(sub)
    add_json(sub)
    sub.add_argument("--data", choices=list(GATE_EPOCHS), default="mnist-5k")
    sub.add_argument("--epochs", type=positive(int), default=3, metavar="N")
    sub.add_argument(
        "--batch-size", type=positive(int), default=128, metavar="N"
    )
    sub.add_argument("--seed", type=int, default=0, metavar="N")
    sub.add_argument(
        "--require-gpu", action="store_true",
        help="fail where a framework did not use a GPU",
    )
    sub = commands.add_parser(
        "parity", help="compare each with float64, number for number"
    )
    add_common(sub)
    add_json(sub)
    sub.add_argument(
        "--control", action="store_true",
        help="also move the reference's weights by half a rounding",
    )
    sub = commands.add_parser(
        "seeds", help="12 epochs of MNIST from several seeds, into results/"
    )
    add_common(sub)
    sub = commands.add_parser(
        "convert", help="weights from one framework's file to another's"
    )
    sub.add_argument(
        "source", metavar="FROM", help="a folder of snippets/, or safetensors"
    )
    sub.add_argument(
        "target", metavar="TO", help="the same, or onnx"
    )
    sub.add_argument("input", metavar="IN", type=Path)
    sub.add_argument("output", metavar="OUT", type=Path)
    sub.add_argument(
        "--force", action="store_true", help="replace OUT, if it is a file"
    )
    sub.add_argument(
        "--timeout", type=positive(float), default=600, metavar="S",
        help="seconds that each framework may take (default: %(default)s)",
    )
    return top


def add_json(sub):
    sub.add_argument(
        "--json", type=Path, metavar="FILE", help="write the results there"
    )


def add_common(sub):
    sub.add_argument(
        "names", metavar="NAME", nargs="*",
        help="a folder of snippets/, or folder/backend (default: all)",
    )
    sub.add_argument("--era", choices=ERAS, help="without names: only these")
    sub.add_argument(
        "--timeout", type=positive(float), default=1800, metavar="S",
        help="seconds that each run may take (default: %(default)s)",
    )
    sub.add_argument(
        "--require-all", action="store_true",
        help="fail where an environment is missing",
    )


def main(arguments=None):
    options = parser().parse_args(arguments)
    # Ended from outside, it ends as with Ctrl-C: every child goes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    try:
        if options.command == "list":
            return list_frameworks(console)
        if options.command == "parity":
            return parity.prove(options, console)
        if options.command == "seeds":
            return seeds.measure(options, console)
        if options.command == "convert":
            return convert.port(options)
        return train(options, console)
    except (BadInput, mnist.DataError) as error:
        print(f"snippets: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "snippets: interrupted; nothing is left running", file=sys.stderr
        )
        return 130


if __name__ == "__main__":
    sys.exit(main())
