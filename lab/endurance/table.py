"""The rows of the table: what is tried, by its seed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

from lab.endurance import (
    images,
    inputs,
    kept,
    kills,
    places,
    servers,
    situations,
    weights,
)
from lab.endurance.corrupt import corrupt
from lab.endurance.inputs import Input
from lab.endurance.trial import Verdict, trial
from lab.frameworks import Framework

Part = Literal["corruptions", "kills", "surroundings"]
CORRUPTIONS = 1000  # of each input
KILLS = 100
SHORT = 12  # of each row, in the short form


Do = Callable[[int, Path], tuple[str, Verdict]]


class Row(NamedTuple):
    """What is tried so many times. `do` does so with a seed, in a folder; it
    returns what was done, and what came of it."""

    part: Part
    name: str
    trials: int
    do: Do
    framework: Framework | None = None  # whose processes are warm
    prepare: Callable[[], object] = lambda: None
    # Those of the short form; none where another test has one.
    short: int = SHORT
    portion: int = 10  # how many between two writes


def corruption(of: Input, seed: int, folder: Path) -> tuple[str, Verdict]:
    """One input, corrupted."""
    random = Random(f"{of.name} {seed}")
    made = folder / "made"
    made.mkdir()
    paths, said = of.make(made, random)
    how = corrupt(paths, random, of.text)
    verdict = trial(
        lambda: of.command(said), lambda: of.judge(said), folder
    )
    return how, verdict


def swift(of: Input) -> bool:
    """Is it read at once, by NumPy?"""
    return of.framework is None or of.framework.reference


def rows(goods: Path) -> list[Row]:
    """Every row; `goods` is a folder for what is made once."""
    found = [
        Row(
            "corruptions", of.name, CORRUPTIONS * of.files,
            partial(corruption, of), portion=100,
        )
        for of in [*inputs.texts(), *images.digits(), kept.checkpoint()]
    ]  # fmt: skip
    for of in weights.weights(goods):
        prepare = partial(weights.make_good, goods, of.framework)
        found.append(
            Row(
                "corruptions", of.name, CORRUPTIONS, partial(corruption, of),
                of.framework, prepare, SHORT * swift(of),
                portion=200,
            )
        )  # fmt: skip
    kill: dict[str, Do] = {
        "a training, and resumed": partial(kept.a_training, goods),
        "a convert": partial(kills.a_convert, goods),
        "a result that is written": kills.a_write,
        "a download": kills.a_download,
    }
    for name, do in kill.items():
        short = 0 if name == "a training, and resumed" else 2
        found.append(Row("kills", name, KILLS, do, short=short))
    place: dict[str, Callable[[Path, int, Path], tuple[str, Verdict]]] = {
        "no room": places.full,
        "missing and read-only folders": places.folders,
        "no home": situations.no_home,
        "other locales": situations.locales,
        "odd paths": situations.paths,
        "two at once": situations.two,
        "a clock that was set back": situations.clock,
    }
    for name, bad in place.items():
        do = partial(bad, goods)
        found.append(Row("surroundings", name, KILLS, do, short=2))
    found.append(
        Row(
            "surroundings", "slow and lying servers", KILLS, servers.lied_to,
            short=2,
        )
    )
    return found
