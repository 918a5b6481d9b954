"""A framework's side of the rows: what its functions take, and its arrays from
and to the shared layout."""

import ast
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lab.errors import BadInput
from lab.float64 import (
    MOVED,
    RATES,
    cotangents,
    differentiable,
    layer,
    moving,
)
from lab.frameworks import Framework
from lab.rows import (
    Arrays,
    Own,
    Row,
    given,
    groups,
    layout,
    owns,
    rows,
    rule_of,
    to_own,
    to_shared,
)

Entry = dict[str, Any]
Sizes = Mapping[str, int]


def listed(framework: Framework) -> bool:
    return (framework.folder / "layers" / "rules.toml").exists()


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def arguments(framework: Framework, name: str) -> dict[str, Any] | None:
    """The arguments of the framework's function `name`, with their defaults,
    ... for those that have none; None where there is no such function."""
    group, _ = rows()[name]
    path = framework.folder / "layers" / f"{group}.py"
    for node in tree(path).body if path.exists() else ():
        if isinstance(node, ast.FunctionDef) and node.name == name:
            names = [a.arg for a in node.args.args]
            values = [ast.literal_eval(d) for d in node.args.defaults]
            bare = len(names) - len(values)
            return dict(zip(names, [...] * bare + values))
    return None


def options_of(framework: Framework, name: str) -> tuple[Any, Any]:
    """What the framework's function is called with, and what float64's is.
    Raises BadInput where an option is neither an argument nor fixed."""
    _, row = rows()[name]
    rule = rule_of(framework, name)
    taken = arguments(framework, name) or {}
    options = {k: v for k, v in row.options.items() if k in taken}
    for key in row.options:
        if key not in taken and key not in rule.fixed:
            raise BadInput(
                f"{framework.name}: layers/: {name} takes no {key!r}, and "
                "rules.toml does not say what it is"
            )
    sizes = {k: v for k, v in row.sizes.items() if k in taken}
    return sizes | options, row.options | rule.fixed


def own_image(array: np.ndarray, axes: str, framework: Framework) -> Any:
    """An image or a sequence of channels as the framework has it."""
    if framework.image_layout == "NCHW" and axes in ("NHWC", "NWC"):
        return np.moveaxis(array, -1, 1)
    return array


def shared_image(array: np.ndarray, axes: str, framework: Framework) -> Any:
    if framework.image_layout == "NCHW" and axes in ("NHWC", "NWC"):
        return np.moveaxis(array, 1, -1)
    return array


def own_arrays(
    framework: Framework, name: str, arrays: Arrays, sizes: Sizes | None = None
) -> Arrays:
    """The arrays of a row as the framework has them, by its names. `sizes`
    are those of axes, where they are not the row's."""
    _, row = rows()[name]
    rule = rule_of(framework, name)
    found: Arrays = {}
    for key, array in arrays.items():
        kind, *_, last = key.split("/")
        if kind == "inputs":
            axes = layout(row.inputs[last])
            found[key] = own_image(array, axes, framework)
        elif kind == "cotangents":
            found[key] = own_image(array, row.outputs.get(last, ""), framework)
    packed: dict[str, dict[int, np.ndarray]] = {}
    for kind, table in ("weights", row.weights), ("states", row.states):
        for key, said in table.items():
            if key not in rule.weights and kind == "states":
                continue  # its own beginning is as good
            if key not in rule.weights:
                raise BadInput(
                    f"{framework.name}: layers/rules.toml: {name}.weights: "
                    f"no {key!r}"
                )
            if f"{kind}/{key}" not in arrays:
                continue
            for own in owns(rule, key):
                array = to_own(
                    arrays[f"{kind}/{key}"],
                    str(said[0]),
                    own,
                    letters(row, said, sizes),
                )
                place = own.part[0] if own.part else 0
                packed.setdefault(f"{kind}/{own.name}", {})[place] = array
    for key, parts in packed.items():
        found[key] = np.concatenate([parts[n] for n in sorted(parts)])
    for key, other in rule.added.items():
        found[f"weights/{key}"] = np.zeros_like(found[f"weights/{other}"])
    return found


def letters(
    row: Row, said: list[str | int], sizes: Sizes | None
) -> dict[str, int]:
    """The size of each axis by its letter, and what the row is made with; or
    `sizes`, where it is another layer than the row's."""
    axes = dict(zip(str(said[0]), map(int, said[1:])))
    return {**row.sizes, **row.options, **axes} if sizes is None else {**sizes}


def axes_of(own: Own, shared: str) -> list[str]:
    """The axes of the framework's array; several that are one in brackets."""
    there = own.axes.split("->")[1] if own.axes else " ".join(shared)
    for group in there.split("(")[1:]:
        inside = group.split(")")[0]
        there = there.replace(f"({inside})", f"({inside.replace(' ', '*')})")
    return there.split()


def lengths(
    framework: Framework, name: str, sizes: Sizes | None
) -> dict[str, list[int]]:
    """Of each array of the framework's that holds several parts: how many
    rows each has. Raises BadInput where `sizes` does not say it."""
    _, row = rows()[name]
    rule = rule_of(framework, name)
    found: dict[str, dict[int, int]] = {}
    for key, said in (row.weights | row.states).items():
        known = letters(row, said, sizes)
        for own in owns(rule, key):
            if not own.part:
                continue
            first = axes_of(own, str(said[0]))[0]
            if not first.isdigit() and first not in known:
                raise BadInput(
                    f"{own.name} of {framework.name} holds {own.part[1]} "
                    f"arrays: say how long {first} is, {first}=…"
                )
            size = int(first) if first.isdigit() else known[first]
            if own.gates and first == str(said[0])[-1]:
                size = size * len(own.gates) // (own.of or len(own.gates))
            found.setdefault(own.name, {})[own.part[0]] = size
    return {n: [parts[k] for k in sorted(parts)] for n, parts in found.items()}


def shared_arrays(
    framework: Framework, name: str, arrays: Arrays, sizes: Sizes | None = None
) -> Arrays:
    """The way back: outputs, gradients and states in the shared layout."""
    _, row = rows()[name]
    rule = rule_of(framework, name)
    found: Arrays = {}
    for key, array in arrays.items():
        kind, last = key.split("/", 1)
        if kind == "outputs":
            axes = row.outputs.get(last, "")
            found[key] = shared_image(array, axes, framework)
        elif kind == "gradients":
            axes = layout(row.inputs[last])
            found[key] = shared_image(array, axes, framework)
    ends = lengths(framework, name, sizes)
    for kind, there, table in (
        ("weights", "gradients", row.weights),
        ("states", "states", row.states),
    ):
        for key, said in table.items():
            parts = []
            for own in owns(rule, key):
                part = arrays.get(f"{kind}/{own.name}")
                if part is not None and own.part:
                    cuts = np.cumsum(ends[own.name])[:-1]
                    part = np.split(part, cuts)[own.part[0]]
                if part is not None:
                    parts.append(part)
            if parts:
                found[f"{there}/{key}"] = to_shared(
                    parts,
                    str(said[0]),
                    owns(rule, key),
                    letters(row, said, sizes),
                )
    return found


def by_row(arrays: Arrays) -> dict[str, Arrays]:
    """The arrays of each row, whose name all of theirs begin with."""
    found: dict[str, Arrays] = {}
    for key, array in arrays.items():
        row, name = key.split("/", 1)
        found.setdefault(row, {})[name] = array
    return found


def request_of(framework: Framework, name: str) -> tuple[Entry, Arrays]:
    """What the child is asked for a row, and its arrays."""
    group, row = rows()[name]
    make, options = options_of(framework, name)
    kind = groups()[group].kind
    asked: Entry = {
        "name": name,
        "group": group,
        "kind": kind,
        "make": make,
        "function": name,
    }
    arrays: Arrays = {}
    if kind == "layers":
        shared = given(name)
        outputs = layer(name, shared, options, gradients=False)
        named = list(row.outputs) or ["y"]
        drawn = cotangents(name, [outputs[f"outputs/{k}"] for k in named])
        for key, c in zip(named, drawn):
            shared[f"cotangents/{key}"] = c
        arrays = own_arrays(framework, name, shared)
        keys = list(row.inputs)
        asked |= {
            "inputs": keys,
            "outputs": named,
            "steps": row.steps,
            "training": row.training,
            "differentiable": [
                n
                for n, key in enumerate(keys)
                if row.gradients
                and differentiable(row, key, shared[f"inputs/0/{key}"])
            ],
        }
    elif kind == "optimisers":
        weights, gradients = moving(name)
        arrays = {f"weights/{key}": a for key, a in weights.items()}
        for t, now in enumerate(gradients):
            arrays |= {f"gradients/{t}/{key}": a for key, a in now.items()}
    elif kind == "schedules":
        asked["count"] = RATES
    else:
        asked["shape"] = row.shape
        first = framework.image_layout == "NCHW"
        if kind == "noise":
            images, high, wide, channels = row.shape
            shape = [images, channels, high, wide]
            asked["shape"] = shape if first else row.shape
            asked["image"] = [2, 3] if first else [1, 2]
    return asked, arrays


def states_of(framework: Framework, name: str, arrays: Arrays) -> Arrays:
    """What an optimiser remembers, by its shared names."""
    _, row = rows()[name]
    rule = rule_of(framework, name)
    found = {k: a for k, a in arrays.items() if k.startswith("weights/")}
    for said in row.remembers:
        for own in owns(rule, said):
            for key in MOVED:
                there = f"states/{own.name}/{key}"
                if there in arrays:
                    found[f"states/{said}/{key}"] = arrays[there]
    return found
