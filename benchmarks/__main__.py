"""Measure the ConvNets: `python -m benchmarks run|compare`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import compare, measure
from benchmarks.variants import CASES, MORE_CASES, ROUNDS
from lab.command import positive
from lab.errors import BadInput
from lab.mnist import DataError


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m benchmarks", description="One ConvNet, measured."
    )
    commands = top.add_subparsers(dest="command", required=True)
    sub = commands.add_parser("run", help="measure what is missing, in rounds")
    sub.add_argument(
        "names", metavar="VARIANT", nargs="*",
        help="a folder of snippets/, folder-backend, or a table of its "
        "variants.toml (default: all)",
    )  # fmt: skip
    sub.add_argument(
        "--rounds", type=positive(int), default=ROUNDS, metavar="N",
        help="fixed for all of a campaign; default: %(default)s",
    )  # fmt: skip
    sub.add_argument(
        "--cases", metavar="CASE,…", type=lambda text: text.split(","),
        help=", ".join(CASES | MORE_CASES) + " (default: each variant's own)",
    )  # fmt: skip
    sub.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    sub.add_argument(
        "--threads", type=positive(int), metavar="N",
        help="default: one for each core",
    )  # fmt: skip
    sub.add_argument(
        "--machine", metavar="NAME", help="default: from its CPU or its GPU"
    )
    sub.add_argument(
        "--into", type=Path, metavar="FOLDER",
        help="default: results/benchmarks/<machine>/<day>, the newest that is "
        "of this commit, or today's",
    )  # fmt: skip
    sub.add_argument(
        "--timeout", type=positive(float), default=900, metavar="S",
        help="seconds that each process may take (default: %(default)s)",
    )  # fmt: skip
    sub = commands.add_parser("compare", help="one folder with another")
    sub.add_argument("before", type=Path, metavar="FOLDER")
    sub.add_argument("after", type=Path, metavar="FOLDER")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    # Ended from outside, it ends as with Ctrl-C: every child goes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    commands = {"run": measure.measure, "compare": compare.show}
    try:
        return commands[options.command](options, console)
    except (BadInput, DataError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        said = f"benchmarks: {error}; what was measured before is kept"
        print(said, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "benchmarks: interrupted; what was measured is kept, and the same "
            "command goes on",
            file=sys.stderr,
        )
        return 130


if __name__ == "__main__":
    sys.exit(main())
