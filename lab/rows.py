"""The layers beyond the ConvNet: what each row of them is given, what float64
makes of it, and how a framework's arrays lie.

A row is a table of snippets/<reference>/layers/<group>.toml and the function
of its name beside it. A framework's is the function of that name in its own
layers/<group>.py, and what it needs to be told of it in layers/rules.toml.
"""

import functools
import inspect
import runpy
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from einops import rearrange

from lab import rules as ruled
from lab.errors import BadInput
from lab.frameworks import Framework, decoded, nearest, reference

Arrays = dict[str, np.ndarray]


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An array that is not drawn from a normal distribution."""

    shape: list[int]
    layout: str = ""
    values: list[float] | None = None
    kind: Literal["normal", "probabilities", "log_probabilities", "bytes"] = (
        "normal"
    )
    dtype: Literal["int64", "float64", "bool"] = "int64"  # of `values`
    gradient: bool = True


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table `rows.<name>`."""

    title: str
    source: str  # of the formula: an address
    # [layout, sizes …], drawn from a normal distribution; or a table.
    inputs: dict[str, list[str | int] | Given] = {}
    weights: dict[str, list[str | int]] = {}
    states: dict[str, list[str | int]] = {}
    outputs: dict[str, str] = {}  # their layouts; none: one number, a loss
    remembers: list[str] = []  # an optimiser
    shape: list[int] = []  # of what is drawn at random
    # What a layer is made from, besides its options.
    sizes: dict[str, Any] = {}
    options: dict[str, Any] = {}
    # What a comparison must notice, in the options' place.
    wrong: list[dict[str, Any]] = []
    steps: int = 1
    training: bool = True
    gradients: bool = True
    scale: float = 1.0  # of the inputs


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file <group>.toml."""

    title: str
    order: int
    rows: dict[str, Row]
    kind: Literal[
        "layers", "optimisers", "schedules", "initialisers", "noise"
    ] = "layers"


# --8<-- [start:keys]
class Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a framework keeps an array of the shared layout, and how."""

    # The name that it has there; "+b" is a part of what b has, added to its
    # first numbers.
    name: str
    # As einops has it, from the shared layout: "H W I O -> O I H W".
    axes: str = ""
    # Axes of the shared layout that are turned round: "H W".
    flip: str = ""
    # Of a recurrent layer: which gate of the shared order stands where; some
    # of them, where the others stand elsewhere.
    gates: list[int] = []
    of: int = 0  # how many gates the shared array has, where not all are here
    # Of several that lie behind each other along the first axis there: which
    # of how many.
    part: tuple[int, int] | None = None


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[<row>]`: what must be known of a framework's function."""

    # Weights and states by their shared names; several where the framework
    # keeps one in parts.
    weights: dict[str, Own | list[Own]] = {}
    # Weights of its own that it adds to others of its own: zero, where the
    # sum comes from elsewhere.
    added: dict[str, str] = {}
    # Options that it has not: what they always are.
    fixed: dict[str, Any] = {}
    # How far it is from the formula, where that is more than rounding.
    off: float = 0.0
    # Why there is no function.
    none: str = ""
    # --8<-- [end:keys]


def groups() -> dict[str, Group]:
    """Every group by its name, in the order of the site. Raises BadInput."""
    return groups_in(reference().framework.folder / "layers")


@functools.cache
def groups_in(folder: Path) -> dict[str, Group]:
    found = {}
    orders: dict[int, str] = {}
    for path in sorted(folder.glob("*.toml")):
        group = found[path.stem] = decoded(path, Group)
        other = orders.setdefault(group.order, path.stem)
        if other != path.stem:
            raise BadInput(f"{path}: order {group.order} is that of {other}")
        for fault in ruled.faults_of_group(group.rows):
            raise BadInput(f"{path}: {fault}")
    return dict(sorted(found.items(), key=lambda pair: pair[1].order))


@functools.cache
def rows() -> dict[str, tuple[str, Row]]:
    """(group, row) of every row by its name. Raises BadInput."""
    found: dict[str, tuple[str, Row]] = {}
    for group, table in groups().items():
        for name, row in table.rows.items():
            if name in found:
                raise BadInput(f"{group}.toml: {name}: a second of that name")
            found[name] = group, row
    return found


def wanted(names: list[str], folders: Iterable[str] = ()) -> list[str]:
    """`names`, each a row or a group of rows; all rows where there are none.
    Raises BadInput for one that is neither, and names what is near, `folders`
    among it."""
    found: list[str] = []
    for name in names:
        if name in groups():
            found += groups()[name].rows
        elif name in rows():
            found.append(name)
        else:
            near = nearest(name, [*rows(), *groups(), *folders])
            raise BadInput(
                f"no layer is called {name!r}: did you mean {near!r}?"
            )
    return list(dict.fromkeys(found)) or list(rows())


def rules(framework: Framework) -> dict[str, Rule]:
    """What layers/rules.toml says. Raises BadInput."""
    return rules_in(framework.folder / "layers" / "rules.toml")


def rule_of(framework: Framework, name: str) -> Rule:
    """The rule of one row. Raises BadInput."""
    return rules(framework).get(name, Rule())


@functools.cache
def rules_in(path: Path) -> dict[str, Rule]:
    found = decoded(path, dict[str, Rule])
    for name in found:
        if name not in rows():
            near = nearest(name, rows())
            raise BadInput(
                f"{path}: no layer is called {name!r}: did you mean {near!r}?"
            )
        row = rows()[name][1]
        options = {*row.options, *inspect.signature(oracle(name)).parameters}
        for fault in ruled.faults(name, found[name], row, options):
            raise BadInput(f"{path}: {fault}")
    return found


@functools.cache
def functions(path: Path) -> dict[str, Any]:
    """What the reference's module `path` defines."""
    return runpy.run_path(str(path))


def oracle(name: str) -> Callable[..., Any]:
    """The reference's function."""
    folder = reference().framework.folder / "layers"
    found: Callable[..., Any] = functions(folder / f"{rows()[name][0]}.py")[
        name
    ]
    return found


def draw(random: np.random.RandomState, said: Any, scale: float) -> np.ndarray:
    """An array as its row has it: float32's numbers in float64, or what a
    table says."""
    if not isinstance(said, Given):
        said = Given(shape=said[1:], layout=said[0])
    if said.values is not None:
        array = np.array(said.values, said.dtype)
        return array.reshape(said.shape)
    if said.kind == "bytes":
        return random.randint(0, 256, said.shape).astype("float64")
    drawn = scale * random.standard_normal(said.shape)
    if said.kind != "normal":
        drawn -= np.log(np.exp(drawn).sum(-1, keepdims=True))
    if said.kind == "probabilities":
        drawn = np.exp(drawn)
    return drawn.astype("float32").astype("float64")


def given(name: str) -> Arrays:
    """The arrays of a row of layers, in the shared layout: inputs/<step>/…,
    weights/…, states/…. The same in each process, for the row's name is the
    seed."""
    _, row = rows()[name]
    seed = sum(i * byte for i, byte in enumerate(name.encode(), 1))
    random = np.random.RandomState(seed)
    found: Arrays = {}
    for step in range(row.steps):
        for key, said in row.inputs.items():
            found[f"inputs/{step}/{key}"] = draw(random, said, row.scale)
    for key, said in row.weights.items():
        found[f"weights/{key}"] = draw(random, said, 0.7)
    for key, said in row.states.items():
        found[f"states/{key}"] = abs(draw(random, said, 1.0)) + 0.5
    return found


def layout(said: Any) -> str:
    return said.layout if isinstance(said, Given) else said[0]


def owns(rule: Rule, key: str) -> list[Own]:
    """Where the shared array `key` is kept: in one place, in several, or
    nowhere."""
    found = rule.weights.get(key, [])
    return found if isinstance(found, list) else [found]


def named(own: Own, sizes: Mapping[str, int]) -> dict[str, int]:
    """The sizes of those axes that `own` names."""
    axes = set(own.axes.replace("(", " ").replace(")", " ").split())
    return {k: v for k, v in sizes.items() if k in axes}


def to_own(
    array: np.ndarray, shared: str, own: Own, sizes: Mapping[str, int]
) -> np.ndarray:
    """`array`, whose axes are the letters `shared`, as a framework has it."""
    if own.gates:
        parts = np.split(array, own.of or len(own.gates), axis=-1)
        array = np.concatenate([parts[n] for n in own.gates], -1)
    axes = tuple(shared.index(letter) for letter in own.flip.split())
    array = np.flip(array, axes)
    if own.axes:
        array = rearrange(array, own.axes, **named(own, sizes))
    return array


def to_shared(
    arrays: list[np.ndarray],
    shared: str,
    owns: list[Own],
    sizes: Mapping[str, int],
) -> np.ndarray:
    """The way back: from what each of `owns` has."""
    gates: dict[int, np.ndarray] = {}
    for array, own in zip(arrays, owns):
        if own.axes:
            there, here = own.axes.split("->")
            array = rearrange(array, f"{here} -> {there}", **named(own, sizes))
        axes = tuple(shared.index(letter) for letter in own.flip.split())
        array = np.flip(array, axes)
        parts = np.split(array, len(own.gates) or 1, axis=-1)
        gates |= dict(zip(own.gates or [0], parts))
    return np.concatenate([gates[n] for n in sorted(gates)], -1)


def kept(name: str) -> dict[str, Any]:
    """What the formula of a row takes for what nobody says."""
    found = inspect.signature(oracle(name)).parameters.values()
    return {p.name: p.default for p in found if p.default is not p.empty}
