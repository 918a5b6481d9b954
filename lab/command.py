"""`python -m snippets`: the command line."""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from lab import (
    check,
    convert,
    distributed,
    gates,
    layers,
    parity,
    seeds,
    states,
    status,
    training,
)
from lab.frameworks import ERAS, GATE_BATCH, GATE_EPOCHS, frameworks
from lab.outcome import outcome
from lab.tables import Grid, show


def list_frameworks(options: argparse.Namespace, console: Console) -> int:
    """`python -m snippets list`."""
    rows = []
    for f in frameworks():
        backends = ", ".join(b.name for b in f.backends if b.name)
        row = [f.name, f.label, f.era, f.python, backends or "—", f.status]
        rows.append(row)
    head = ["name", "framework", "era", "Python", "backends", "status"]
    show(console, Grid(head, rows, folded=["status"]))
    return 0


def positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    """`kind`, int or float, of what is above 0, and a number."""

    def parse(text: str) -> float:
        value = kind(text)
        if not 0 < value < math.inf:  # which NaN is not either
            raise ValueError
        return value

    parse.__name__ = f"positive {kind.__name__}"
    return parse


def seed(text: str) -> int:
    """A seed that every framework takes."""
    value = int(text)
    if not 0 <= value < 2**32:
        raise argparse.ArgumentTypeError("a seed is 0 to 4294967295")
    return value


def parser() -> argparse.ArgumentParser:
    """The command line; every command has the function that carries it out
    as its `do`."""
    top = argparse.ArgumentParser(
        prog="python -m snippets", description="One ConvNet, many frameworks."
    )
    commands = top.add_subparsers(dest="command", required=True)
    sub = commands.add_parser("list", help="name every framework")
    sub.set_defaults(do=list_frameworks)
    for name, do, words in (
        (
            "status",
            status.report,
            "say which kept results are fresh, stale or absent",
        ),
        (
            "refresh",
            status.refresh,
            "measure again those that are stale or absent and take minutes",
        ),
    ):
        sub = commands.add_parser(name, help=words)
        sub.set_defaults(do=do)
        sub.add_argument(
            "names",
            metavar="NAME",
            nargs="*",
            help="a folder of snippets/, or folder/backend (default: all)",
        )
        sub.add_argument(
            "--era", choices=ERAS, help="only frameworks of this era"
        )
    sub = commands.add_parser(
        "train", help="train the ConvNet, and print one table"
    )
    sub.set_defaults(do=training.train)
    add_common(sub)
    add_json(sub)
    sub.add_argument(
        "--data",
        choices=list(GATE_EPOCHS),
        default="mnist-5k",
        help="train on 4,000 images, or all 60,000 (default: %(default)s)",
    )
    sub.add_argument(
        "--epochs",
        type=positive(int),
        default=3,
        metavar="N",
        help="passes over the training set (default: %(default)s)",
    )
    sub.add_argument(
        "--batch-size",
        type=positive(int),
        default=GATE_BATCH,
        metavar="N",
        help="examples in a training step (default: %(default)s)",
    )
    sub.add_argument(
        "--seed",
        type=seed,
        default=0,
        metavar="N",
        help="seed of the weights and the shuffling (default: %(default)s)",
    )
    sub.add_argument(
        "--require-gpu",
        action="store_true",
        help="fail if a framework did not use a GPU",
    )
    sub.add_argument(
        "--gpu",
        metavar="ENVIRONMENT",
        help="only frameworks of environments/gpu/ENVIRONMENT.txt, on the GPU",
    )
    sub.add_argument(
        "--processes",
        type=positive(int),
        metavar="N",
        help="train in N processes, with distributed.py",
    )
    sub.add_argument(
        "--port",
        type=positive(int),
        metavar="N",
        help="with --processes: the first port to use (default: a free one)",
    )
    sub.add_argument(
        "--checkpoint",
        type=Path,
        metavar="DIR",
        help="write a checkpoint into DIR after each epoch",
    )
    sub.add_argument(
        "--resume",
        action="store_true",
        help="resume from the newest complete checkpoint in DIR",
    )
    sub = commands.add_parser(
        "parity", help="compare each with float64, number for number"
    )
    sub.set_defaults(do=parity.prove)
    add_common(sub)
    add_json(sub)
    sub.add_argument(
        "--control",
        action="store_true",
        help="also perturb the reference's weights by half an ULP",
    )
    sub.add_argument(
        "--save",
        action="store_true",
        help="also write results/parity/, or results/parity-gpu/",
    )
    sub.add_argument(
        "--gpu",
        metavar="ENVIRONMENT",
        help="only frameworks of environments/gpu/ENVIRONMENT.txt, on the "
        "GPU in float32, without TF32",
    )
    sub = commands.add_parser(
        "layers", help="compare every layer of the phrasebook with float64"
    )
    sub.set_defaults(do=layers.measure)
    add_common(sub, "a layer, a group of them, a folder, or folder/backend")
    add_json(sub)
    sub.add_argument(
        "--save", action="store_true", help="also write results/layers/"
    )
    sub = commands.add_parser(
        "states", help="move optimizer state from framework to framework"
    )
    sub.set_defaults(do=states.measure)
    add_common(sub)
    add_json(sub)
    sub.add_argument(
        "--save", action="store_true", help="also write results/states/"
    )
    sub = commands.add_parser(
        "distributed", help="compare training in two processes with one"
    )
    sub.set_defaults(do=distributed.measure)
    add_common(sub)
    add_json(sub)
    sub.add_argument(
        "--rounds",
        type=int,
        default=0,
        metavar="N",
        help="also time both, N times in turn (default: %(default)s)",
    )
    sub.add_argument(
        "--save", action="store_true", help="also write results/distributed/"
    )
    sub = commands.add_parser(
        "gates",
        help="train from five seeds where results/gates/ is absent or stale",
    )
    sub.set_defaults(do=gates.measure)
    add_common(sub)
    sub.add_argument(
        "--data",
        action="append",
        choices=list(GATE_EPOCHS),
        help="only with these digits (default: with both)",
    )
    sub = commands.add_parser(
        "seeds",
        help="train 12 epochs where results/seeds/ is absent or stale",
    )
    sub.set_defaults(do=seeds.measure)
    add_common(sub)
    sub = commands.add_parser(
        "convert",
        help="convert weights between frameworks' files",
    )
    sub.set_defaults(do=lambda options, console: convert.port(options))
    add_convert(sub)
    sub = commands.add_parser(
        "check", help="check one framework: contract, gate, parity, convert"
    )
    sub.set_defaults(do=check.check)
    sub.add_argument("name", metavar="NAME", help="a folder of snippets/")
    add_timeout(sub, 1800)
    return top


def add_convert(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "source", metavar="FROM", help="a folder of snippets/, or safetensors"
    )
    sub.add_argument("target", metavar="TO", help="the same, or onnx")
    sub.add_argument("input", metavar="IN", type=Path, help="FROM's file")
    sub.add_argument("output", metavar="OUT", type=Path, help="TO's file")
    sub.add_argument(
        "--force", action="store_true", help="replace OUT, if it is a file"
    )
    add_timeout(sub, 600)


def add_json(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write the results to FILE too",
    )


def add_timeout(sub: argparse.ArgumentParser, seconds: float) -> None:
    sub.add_argument(
        "--timeout",
        type=positive(float),
        default=seconds,
        metavar="S",
        help="seconds that each process may take (default: %(default)s)",
    )


def add_common(
    sub: argparse.ArgumentParser,
    what: str = "a folder of snippets/, or folder/backend",
) -> None:
    sub.add_argument(
        "names", metavar="NAME", nargs="*", help=f"{what} (default: all)"
    )
    sub.add_argument("--era", choices=ERAS, help="only frameworks of this era")
    add_timeout(sub, 1800)
    sub.add_argument(
        "--require-all",
        action="store_true",
        help="fail if an environment is missing",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line; return the exit status."""
    options = parser().parse_args(arguments)
    options.said = " ".join(["python -m snippets", *sys.argv[1:]])
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)

    def do() -> int:
        frameworks()  # a manifest that is wrong stops every command
        status: int = options.do(options, console)
        return status

    said = "interrupted; nothing is left running"
    return outcome("snippets", do, said)
