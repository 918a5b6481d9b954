"""results/: one file a run, each as its schema in results/schemas/ has it.

What is missing is missing: who asks for an implementation that was not
measured finds nothing under its slug. What is there and broken, or is of a
framework that is not, is a BadInput of one line.
"""

import functools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema

from lab.contradictions import CONTROL, contradictions
from lab.errors import BadInput
from lab.frameworks import ROOT, every

FOLDER = ROOT / "results"
# One of these files, as JSON has it; results/schemas/ says what is in it.
Result = dict[str, Any]


def slug(found: Result) -> str:
    """The slug of the implementation that a result is of."""
    return "-".join(filter(None, [found["name"], found["backend"]]))


# For each kind the name that a file must have, without its .json.
NAMES: dict[str, Callable[[Result], str]] = {
    "gates": lambda r: f"{slug(r)}-{r['data']}-{r['seed']}",
    "parity": slug,
    "parity-gpu": slug,
    "canary": slug,
    "layers": slug,
    "states": slug,
    "distributed": slug,
    "seeds": lambda r: f"{slug(r)}-{r['weights']}-{r['seed']}",
    "benchmarks": lambda r: r["variant"]["name"],
}


@functools.cache
def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind of results. Raises BadInput if its file is
    missing or broken."""
    path = ROOT / "results" / "schemas" / f"{kind}.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        jsonschema.Draft202012Validator.check_schema(found)
    except (
        OSError,
        ValueError,
        RecursionError,
        jsonschema.SchemaError,
    ) as error:
        reason = str(error).partition("\n")[0]
        raise BadInput(f"{path}: {reason[:150]}: restore it") from None
    return found


@functools.cache
def validator(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema(kind))


def finite(text: str) -> float:
    """A number of JSON. Raises ValueError for those that JSON has not, and
    for one that is too large."""
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text[:20]} is no number")
    return value


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises ValueError where a key is there twice: the
    second would stand for both."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twice[:40]!r} is there twice")
    return found


def read(kind: str, path: Path) -> Result:
    """The result file `path`.

    Raises BadInput, in one line, for a file that is truncated, of another
    version of the schema, or not as the schema has it."""
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: not whole: {error}") from None
    check(kind, path, text)
    found: Result = json.loads(text)
    return found


@functools.cache
def check(kind: str, path: Path, text: str) -> None:
    """Raise BadInput if `text` is not what a result file `path` should hold.
    The pages read most files many times, and checking takes long."""
    try:
        found = json.loads(
            text,
            parse_constant=finite,
            parse_float=finite,
            object_pairs_hook=once,
        )
        json.dumps(found, ensure_ascii=False).encode()  # as the pages will
    except (ValueError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise BadInput(f"{path}: not whole: {said[:150]}") from None
    # Of the kinds, one has had versions.
    wanted = schema(kind)["properties"].get("schema")
    if wanted:
        version = found.get("schema") if isinstance(found, dict) else None
        if version != wanted["const"]:
            raise BadInput(
                f"{path}: its schema is {version!r}, not {wanted['const']}: "
                "measure again"
            )
    fault = jsonschema.exceptions.best_match(
        validator(kind).iter_errors(found)
    )
    if fault:
        place = "/".join(map(str, fault.absolute_path)) or "the whole"
        said = " ".join(fault.message.split())
        raise BadInput(f"{path}: {place}: {said[:150]}")
    if kind in NAMES:
        for said in contradictions(kind, found, path.stem):
            raise BadInput(f"{path}: {said[:150]}")


def read_all(kind: str, folder: Path = FOLDER) -> dict[str, Result]:
    """Every result of a kind, by the name of its file without .json.

    Raises BadInput as read() does, for a file whose name is not that of what
    is in it, and for one of a framework that is not there."""
    known = {i.slug for i in every()} | {i.framework.name for i in every()}
    found = {}
    for path in sorted((folder / kind).rglob("*.json")):
        result = read(kind, path)
        variant = result.get("variant")
        of = variant["framework"] if variant else slug(result)
        # A peer of the benchmarks has no folder there, and claims none.
        peer = variant and variant["module"] == "peer"
        if not peer and of.replace("/", "-") not in known:
            raise BadInput(f"{path}: snippets/ has no {of}: remove the file")
        name = NAMES[kind](result)
        if path.stem not in (name, CONTROL if kind == "parity" else name):
            raise BadInput(f"{path}: what is in it is called {name}.json")
        found[str(path.relative_to(folder / kind).with_suffix(""))] = result
    return found


def load(kind: str, folder: Path = FOLDER) -> list[Result]:
    """Return every result of a kind of NAMES.

    Raises BadInput as read_all() does."""
    return list(read_all(kind, folder).values())


def by_slug(found: list[Result]) -> dict[str, list[Result]]:
    """Results by implementation, in the order of the site, seed by seed."""
    found = sorted(found, key=lambda result: result["seed"])
    groups = {i.slug: [r for r in found if slug(r) == i.slug] for i in every()}
    return {name: group for name, group in groups.items() if group}


def gates(data: str, folder: Path = FOLDER) -> dict[str, list[Result]]:
    """Of `data`, "mnist-5k" or "mnist": {slug: a result for each seed}."""
    found = [r for r in load("gates", folder) if r["data"] == data]
    return by_slug(found)


def seeds(folder: Path = FOLDER) -> dict[str, dict[str, list[Result]]]:
    """{slug: {"same", "own" or "reshuffled": a result for each seed}}."""
    return {
        name: {
            weights: [r for r in group if r["weights"] == weights]
            for weights in ("same", "own", "reshuffled")
        }
        for name, group in by_slug(load("seeds", folder)).items()
    }


def parity(folder: Path = FOLDER) -> dict[str, Result]:
    """{slug: how far it is from float64}; the reference's result has the
    losses too."""
    found = read_all("parity", folder)
    return {i.slug: found[i.slug] for i in every() if i.slug in found}


def distributed(folder: Path = FOLDER) -> dict[str, Result]:
    """{slug: how far several processes are from one, and their speed}."""
    found = read_all("distributed", folder)
    return {i.slug: found[i.slug] for i in every() if i.slug in found}


def parity_gpu(folder: Path = FOLDER) -> dict[str, Result]:
    """{slug: how far it is from float64 on a GPU, in float32}."""
    found = read_all("parity-gpu", folder)
    return {i.slug: found[i.slug] for i in every() if i.slug in found}


def canary(folder: Path = FOLDER) -> dict[str, Result]:
    """{slug: whether it works where nothing is pinned}."""
    found = read_all("canary", folder)
    return {i.slug: found[i.slug] for i in every() if i.slug in found}


def control(folder: Path = FOLDER) -> Result | None:
    """How far the reference is from itself, its weights moved by less than a
    rounding; None where that was not measured."""
    return read_all("parity", folder).get(CONTROL)
