"""Measure the ConvNets: `python -m benchmarks run|compare`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import compare, measure
from benchmarks.variants import CASES, MORE_CASES, ROUNDS
from lab.command import add_timeout, positive
from lab.outcome import outcome


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m benchmarks", description="One ConvNet, measured."
    )
    commands = top.add_subparsers(dest="command", required=True)
    sub = commands.add_parser(
        "run", help="measure what is absent or stale, in rounds"
    )
    sub.add_argument(
        "names",
        metavar="VARIANT",
        nargs="*",
        help="a folder of snippets/, folder-backend, or a table of its "
        "variants.toml (default: all)",
    )
    sub.add_argument(
        "--rounds",
        type=positive(int),
        default=ROUNDS,
        metavar="N",
        help="rounds to measure, the same for all (default: %(default)s)",
    )
    sub.add_argument(
        "--cases",
        metavar="CASE,…",
        type=lambda text: text.split(","),
        help=", ".join(CASES | MORE_CASES) + " (default: each variant's own)",
    )
    sub.add_argument(
        "--device",
        choices=["cpu", "cuda"],
        default="cpu",
        help="the device to measure on (default: %(default)s)",
    )
    sub.add_argument(
        "--threads",
        type=positive(int),
        metavar="N",
        help="threads of each process (default: one for each core)",
    )
    sub.add_argument(
        "--machine",
        metavar="NAME",
        help="name of this machine (default: from its CPU or GPU)",
    )
    sub.add_argument(
        "--into",
        type=Path,
        metavar="FOLDER",
        help="write there (default: results/benchmarks/<machine>/<day>, the "
        "newest of this commit, or today's)",
    )
    add_timeout(sub, 900)
    sub = commands.add_parser("compare", help="compare two folders of results")
    sub.add_argument("before", type=Path, metavar="FOLDER")
    sub.add_argument("after", type=Path, metavar="FOLDER")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    commands = {"run": measure.measure, "compare": compare.show}
    return outcome(
        "benchmarks",
        lambda: commands[options.command](options, console),
        "interrupted; what was measured is kept, and the same command goes on",
    )


if __name__ == "__main__":
    sys.exit(main())
