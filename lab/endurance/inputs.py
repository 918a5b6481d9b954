"""What the product reads: how a good one comes into a folder, what reads it,
and whether what was read is right."""

import json
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec

from benchmarks import results as benchmark_results
from benchmarks import variants
from lab import command, frameworks, results, rows, symptoms
from lab.endurance import sound
from lab.endurance.trial import Verdict
from lab.frameworks import ROOT, Framework
from lab.outcome import outcome

# A good input: the files that may be corrupted, and what reads it is told.
Good = tuple[list[Path], Any]


class Input(NamedTuple):
    """A row of the table. `files` are those that the seeds are divided
    among, where each is to have as many trials as a row has."""

    name: str
    text: bool
    make: Callable[[Path, Random], Good]
    command: Callable[[Any], int]
    judge: Callable[[Any], Verdict]
    framework: Framework | None = None
    files: int = 1


def compared(good: Any, found: Any, faults: Iterator[str]) -> Verdict:
    """The verdict on a value that was read, where `good` is the right one."""
    if found == good:
        return Verdict("equal")
    for fault in faults:
        return Verdict("wrong", fault[:300])
    return Verdict("untold", difference(good, found))


def difference(good: Any, found: Any, place: str = "") -> str:
    """The first place where two values of JSON part."""
    if type(good) is type(found) and good != found:
        if isinstance(good, dict):
            for key in [*good, *found]:
                one, other = good.get(key), found.get(key)
                if one != other:
                    return difference(one, other, f"{place}/{key}")
        if isinstance(good, list) and len(good) == len(found):
            for n, (one, other) in enumerate(zip(good, found)):
                if one != other:
                    return difference(one, other, f"{place}/{n}")
    return f"{place}: {str(good)[:60]!r} became {str(found)[:60]!r}"


def loaded(do: Callable[[], object]) -> int:
    """The exit status of a command that begins with do()."""
    return outcome("endure", lambda: int(do() is NotImplemented))


def plain(value: Any) -> Any:
    return msgspec.to_builtins(value)


def links(folder: Path, to: Path, *, but: str) -> None:
    """A new folder of links to what is in `to`, `but` left out."""
    folder.mkdir()
    for path in to.iterdir():
        if path.name != but:
            (folder / path.name).symlink_to(path)


def copy_of(folder: Path, name: str, file: str) -> Path:
    """snippets/ in `folder`: of the framework `name` the `file` is a copy,
    all else is links."""
    copy, parts = folder / "snippets", Path(file).parts
    real = frameworks.SNIPPETS
    links(copy, real, but=name)
    for n, part in enumerate(parts):
        inner = Path(name, *parts[:n])
        links(copy / inner, real / inner, but=part)
    shutil.copy(real / name / file, copy / name / file)
    return copy


def of_some(file: str) -> Callable[[Path, Random], Good]:
    """`file` of one of the frameworks that have it."""

    def make(folder: Path, random: Random) -> Good:
        known = frameworks.frameworks()
        chosen = random.choice(
            [f for f in known if (f.folder / file).exists()]
        )
        copy = copy_of(folder, chosen.name, file)
        return [copy / chosen.name / file], (copy, chosen)

    return make


def list_them(said: tuple[Path, Framework]) -> int:
    frameworks.SNIPPETS = said[0]
    return command.main(["list"])


def judge_framework(said: tuple[Path, Framework]) -> Verdict:
    found = [f for f in frameworks.load(said[0]) if f.name == said[1].name]
    value = plain(found[0])
    return compared(plain(said[1]), value, sound.framework(value))


def load_variants(said: tuple[Path, Framework]) -> int:
    return loaded(lambda: variants.load(said[0]))


def judge_variants(said: tuple[Path, Framework]) -> Verdict:
    good, found = (
        {v.name: plain(v.said) for v in variants.read(said[1], folder)}
        for folder in (frameworks.SNIPPETS, said[0])
    )
    faults = [*sound.variants(found), *sound.edits(said[1], found)]
    return compared(good, found, iter(faults))


def load_rules(said: tuple[Path, Framework]) -> int:
    path = said[0] / said[1].name / "layers" / "rules.toml"
    return loaded(lambda: rows.rules_in(path))


def judge_rules(said: tuple[Path, Framework]) -> Verdict:
    path = said[0] / said[1].name / "layers" / "rules.toml"
    good, found = plain(rows.rules(said[1])), plain(rows.rules_in(path))
    return compared(good, found, sound.rules(found))


def a_group(folder: Path, random: Random) -> Good:
    of = frameworks.reference().framework
    file = f"layers/{random.choice([*rows.groups()])}.toml"
    copy = copy_of(folder, of.name, file)
    return [copy / of.name / file], copy / of.name / "layers"


def load_groups(folder: Path) -> int:
    return loaded(lambda: rows.groups_in(folder))


def judge_groups(folder: Path) -> Verdict:
    good, found = plain(rows.groups()), plain(rows.groups_in(folder))
    return compared(good, found, sound.groups(found))


def copied(*parts: str) -> Callable[[Path, Random], Good]:
    def make(folder: Path, random: Random) -> Good:
        path = Path(shutil.copy(ROOT.joinpath(*parts), folder))
        return [path], path

    return make


def a_peer(folder: Path, random: Random) -> Good:
    links(folder / "peers", variants.PEERS, but="peers.toml")
    path = shutil.copy(variants.PEERS / "peers.toml", folder / "peers")
    return [Path(path)], Path(path)


def load_peers(path: Path) -> int:
    variants.PEERS = path.parent
    return loaded(lambda: variants.peers())


def judge_peers(path: Path) -> Verdict:
    found = {v.name: plain(v.peer) for v in variants.peers()}
    good = tomllib.loads((ROOT / "benchmarks/peers/peers.toml").read_text())
    return compared(good, found, sound.variants(found))


def load_symptoms(path: Path) -> int:
    symptoms.FILE = path
    return loaded(lambda: symptoms.symptoms())


def judge_symptoms(path: Path) -> Verdict:
    good = symptoms.Symptoms
    known = frameworks.decoded(ROOT / "evidence/symptoms/symptoms.toml", good)
    found = symptoms.symptoms()
    return compared(plain(known), plain(found), iter(()))


def a_result(kind: str) -> Callable[[Path, Random], Good]:
    def make(folder: Path, random: Random) -> Good:
        there = sorted((results.FOLDER / kind).rglob("*.json"))
        chosen = random.choice(there)
        path = folder / chosen.relative_to(results.FOLDER)
        path.parent.mkdir(parents=True)
        shutil.copy(chosen, path)
        return [path], (folder, kind, chosen)

    return make


def load_results(said: tuple[Path, str, Path]) -> int:
    folder, kind, _ = said

    def do() -> None:
        found = results.read_all(kind, folder)
        if kind == "benchmarks":
            for name, result in found.items():
                path = folder / kind / f"{name}.json"
                benchmark_results.opened(result, path)

    return loaded(do)


def judge_results(said: tuple[Path, str, Path]) -> Verdict:
    folder, kind, chosen = said
    (found,) = results.read_all(kind, folder).values()
    good = json.loads(chosen.read_text("utf-8"))
    found = found | {"control": True} if chosen.stem == "control" else found
    verdict = compared(good, found, sound.result(kind, found))
    return verdict


def texts() -> list[Input]:
    """Manifests and results."""
    rules = "layers/rules.toml"
    found = [
        Input("framework.toml", True, of_some("framework.toml"), list_them,
              judge_framework),
        Input("variants.toml", True, of_some("variants.toml"), load_variants,
              judge_variants),
        Input(rules, True, of_some(rules), load_rules, judge_rules),
        Input("layers/group.toml", True, a_group, load_groups, judge_groups),
        Input("peers.toml", True, a_peer, load_peers, judge_peers),
        Input("symptoms.toml", True, copied("evidence/symptoms/symptoms.toml"),
              load_symptoms, judge_symptoms),
    ]  # fmt: skip
    for kind in results.NAMES:
        if not (results.FOLDER / kind).is_dir():
            continue  # none was measured
        found.append(
            Input(f"results/{kind}", True, a_result(kind), load_results,
                  judge_results)
        )  # fmt: skip
    return found
