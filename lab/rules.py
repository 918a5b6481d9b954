"""What a layers/rules.toml may say, besides what its keys and types allow."""

import math
import re
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

from lab.manifest import ADDRESS

if TYPE_CHECKING:
    from lab.rows import Own, Row, Rule


def faults(
    name: str, rule: "Rule", row: "Row", options: Container[str]
) -> Iterator[str]:
    """What is wrong with the rule of the row `name`, each in words that
    follow the file's path; `options` are those that its formula takes."""
    arrays = {**row.weights, **row.states}
    known = {key: str(said[0]) for key, said in arrays.items()}
    if not 0 <= rule.off < math.inf:
        yield f"{name}.off: {rule.off} is no number of roundings"
    for key in rule.fixed:
        if key not in options:
            yield f"{name}.fixed: the formula takes no {key!r}"
    for key, owns in rule.weights.items():
        if key not in known and key not in row.remembers:
            yield f"{name}.weights: the row has no {key!r}"
        for own in owns if isinstance(owns, list) else [owns]:
            for fault in faults_of(own, known.get(key, "")):
                yield f"{name}.weights.{key}: {fault}"
    for key, other in rule.added.items():
        if not key or not other:
            yield f"{name}.added: {key!r} = {other!r} names no weight"


def faults_of(own: "Own", shared: str) -> Iterator[str]:
    """Of an array whose axes are the letters `shared` otherwise."""
    if not own.name.strip("+"):
        yield "it has no name"
    if own.axes and not fits(own.axes, len(shared)):
        yield f"axes: {own.axes!r} is no way from {' '.join(shared) or 'none'}"
    if not set(own.flip.split()) <= set(shared):
        yield f"flip: {own.flip!r} are not of {' '.join(shared) or 'none'}"
    count = own.of or len(own.gates)
    if len(set(own.gates)) < len(own.gates) or not all(
        0 <= gate < count for gate in own.gates
    ):
        yield f"gates: {own.gates} are not of {count}, or one is there twice"
    if own.part and not 0 <= own.part[0] < own.part[1]:
        yield f"part: {own.part[0]} is not of {own.part[1]}"


def fits(axes: str, count: int) -> bool:
    """Does einops take that for an array of `count` axes? The same names must
    stand on both sides, each once."""
    sides = axes.split("->")
    if len(sides) != 2 or not re.fullmatch(r"[\w ()>-]+", axes):
        return False
    names = [re.findall(r"\w+", side) for side in sides]
    one, other = ([n for n in side if n != "1"] for side in names)
    outer = re.sub(r"\([^()]*\)", " x ", sides[0]).split()
    bare = [re.sub(r"\([^()]*\)", "", side) for side in sides]
    return (
        sorted(one) == sorted(other)
        and len(set(one)) == len(one)
        and len(outer) == count
        and not re.search("[()>-]", "".join(bare))
        and not any(name[0].isdigit() for name in one)
    )


def faults_of_group(rows: dict[str, "Row"]) -> Iterator[str]:
    """What is wrong with the rows of a <group>.toml, in the same way."""
    for name, row in rows.items():
        if not name.isidentifier():
            yield f"rows.{name!r}: no function is called so"
        if not ADDRESS.fullmatch(row.source):
            yield f"rows.{name}.source: {row.source!r} is no address"
        if row.steps < 1 or not 0 < row.scale < math.inf:
            yield f"rows.{name}: steps and scale are above 0"
        for key, said in {**row.weights, **row.states}.items():
            sizes = said[1:]
            if len(sizes) != len(str(said[0] if said else "")) or not all(
                isinstance(size, int) and size > 0 for size in sizes
            ):
                yield f"rows.{name}: {key}: {said} is no layout and its sizes"
