"""What can be told of a value without the file that it should have been: its
parts must agree with each other and with what else is known.

Said anew, and not by what the product checks with: a trial asks both.
"""

import datetime
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from einops import EinopsError, rearrange

from lab.frameworks import ROOT, Framework, every, frameworks
from lab.rows import kept, rows

PLAIN = re.compile(r"[A-Za-z0-9 .,:;@()+/~=#_-]+")
ADDRESS = re.compile(r"https://[^\s\"'<>|()]+")
FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
# Digits to train on, and to test on.
COUNTS = {"mnist-5k": (4000, 1000), "mnist": (60000, 10000)}
SIX = [(3, 3, 1, 32), (32,), (3, 3, 32, 64), (64,), (3136, 10), (10,)]


def framework(f: dict[str, Any]) -> Iterator[str]:
    """A framework.toml."""
    for key in "label", "status", "licence_name":
        if not PLAIN.fullmatch(f[key]):
            yield f"{key} is {f[key]!r}"
    for key in "project", "licence":
        if not ADDRESS.fullmatch(f[key]):
            yield f"{key} is {f[key]!r}"
    if f["order"] < 1:
        yield f"order is {f['order']}"
    if sorted(f["kernel_layout"]) != sorted("HWIO"):
        yield f"kernel_layout is {f['kernel_layout']!r}"
    if sorted(f["dense_layout"]) != sorted("HWCO"):
        yield f"dense_layout is {f['dense_layout']!r}"
    if math.prod(f["dense_shape"]) != 31360 or min(f["dense_shape"]) < 1:
        yield f"dense_shape is {f['dense_shape']}"
    for gate in f["gates"].values():
        if not 0 < gate < 1:
            yield f"a gate is {gate}"
    names = [b["name"] for b in f["backends"]]
    if len(set(names)) < len(names):
        yield f"two backends are called {names}"
    for b in f["backends"]:
        if not re.fullmatch("[a-z0-9_]*", b["name"]):
            yield f"a backend is called {b['name']!r}"
        path = ROOT / "environments" / "gpu" / f"{b['gpu']}.txt"
        if b["gpu"] and not path.exists():
            yield f"gpu is {b['gpu']!r}"
    file = f["file"]
    for name in [file["name"], *file["holds"]]:
        if not FILE.fullmatch(name):
            yield f"a file is called {name!r}"
    for part in [*file["parts"], file["ends"]]:
        if part and not FILE.fullmatch(f"x{part}"):
            yield f"a file's name ends in {part!r}"
    if not file["parts"]:
        yield "the file has no part"
    if not file["name"].endswith(file["ends"]):
        yield f"{file['name']!r} does not end in {file['ends']!r}"
    shapes = [tuple(shape) for shape in file["tensors"].values()]
    if shapes and [*map(math.prod, shapes)] != [*map(math.prod, SIX)]:
        yield f"its tensors are {shapes}"
    for words in f["refuses"].values():
        if not words or not all(words):
            yield "an error has no words"
    for layout, name in f["also"].items():
        if sorted(layout) not in (sorted("NHWC"), sorted("HWIO")):
            yield f"also has {layout!r}"
        if not name:
            yield f"{layout} has no name"


def variants(said: dict[str, Any]) -> Iterator[str]:
    """What variants.toml and peers.toml have."""
    for name, v in said.items():
        if not re.fullmatch("[a-z0-9_-]+", name):
            yield f"a variant is called {name!r}"
        digits = v.get("digits")
        if digits is not None and digits < 1:
            yield f"{name}: {digits} digits"
        if "cases" in v and not (
            v["cases"] and len(set(v["cases"])) == len(v["cases"])
        ):
            yield f"{name}: cases are {v['cases']}"
        if "import_name" in v and not (
            PLAIN.fullmatch(v["label"])
            and all(map(str.isidentifier, v["import_name"].split(".")))
        ):
            yield f"{name}: {v}"


def edits(of: Framework, said: dict[str, Any]) -> Iterator[str]:
    """What variants.toml says of the modules beside it."""
    for name, v in said.items():
        text = of.source(f"{v['module']}.py")
        for find, replace in v["edits"]:
            if text.count(find) != 1:
                yield f"{name}: no place for {find!r}"
            text = text.replace(find, replace)
        head = re.search(r"^def build_model\((.*?)\)", text, re.M | re.S)
        for key in v["options"]:
            if not head or not re.search(rf"\b{re.escape(key)}\b", head[1]):
                yield f"{name}: build_model takes no {key!r}"


def rules(said: dict[str, Any]) -> Iterator[str]:
    """A layers/rules.toml."""
    for name, rule in said.items():
        _, row = rows()[name]
        known = {**row.weights, **row.states}
        remembered = row.remembers
        if not 0 <= rule["off"] < math.inf:
            yield f"{name}: off is {rule['off']}"
        for key in rule["weights"]:
            if key not in known and key not in remembered:
                yield f"{name}: there is no {key!r}"
        for key in rule["fixed"]:
            if key not in row.options and key not in kept(name):
                yield f"{name}: fixed has {key!r}"
        for key, owns in rule["weights"].items():
            shared = str(known[key][0]) if key in known else ""
            for own in owns if isinstance(owns, list) else [owns]:
                yield from own_of(name, key, shared, own)


def own_of(
    name: str, key: str, shared: str, own: dict[str, Any]
) -> Iterator[str]:
    if not own["name"]:
        yield f"{name}.{key}: no name"
    if own["axes"]:
        sizes = [2, 3, 5, 7, 11, 13][: len(shared)]
        try:
            # An axis that is several has the others as 1.
            first = own["axes"].split("->")[0]
            ones = re.findall(r"\((\w+) \w+\)", first)
            made = rearrange(
                np.zeros(sizes), own["axes"], **dict.fromkeys(ones, 1)
            )
            if made.size != math.prod(sizes):
                yield f"{name}.{key}: {own['axes']}"
        except EinopsError as error:
            yield f"{name}.{key}: {own['axes']!r}: {str(error)[:80]}"
    if not set(own["flip"].split()) <= set(shared):
        yield f"{name}.{key}: {own['flip']!r} is flipped"
    gates = own["gates"]
    if len(set(gates)) < len(gates) or (
        gates and not 0 <= min(gates) <= max(gates) < (own["of"] or len(gates))
    ):
        yield f"{name}.{key}: gates are {gates}"
    if own["part"] and not 0 <= own["part"][0] < own["part"][1]:
        yield f"{name}.{key}: part is {own['part']}"


def groups(said: dict[str, Any]) -> Iterator[str]:
    """The reference's layers/<group>.toml."""
    orders = [group["order"] for group in said.values()]
    if len(set(orders)) < len(orders):
        yield "two groups have one place"
    for name, group in said.items():
        for key, row in group["rows"].items():
            if not key.isidentifier():
                yield f"{name}: a row is called {key!r}"
            if not ADDRESS.fullmatch(row["source"]):
                yield f"{key}: source is {row['source']!r}"
            if row["steps"] < 1 or not 0 < row["scale"] < math.inf:
                yield f"{key}: steps, scale"
            for kind in "weights", "states":
                for of, sizes in row[kind].items():
                    if len(sizes) != 1 + len(str(sizes[0])) or not all(
                        type(s) is int and s > 0 for s in sizes[1:]
                    ):
                        yield f"{key}: {of} is {sizes}"


def result(kind: str, r: dict[str, Any]) -> Iterator[str]:
    """A file of results/."""
    try:
        datetime.datetime.fromisoformat(r["date"])
    except ValueError:
        yield f"date is {r['date']}"
    if kind == "benchmarks":
        yield from benchmark(r)
        return
    known = {
        (i.framework.name, i.backend.name or None): i.framework
        for i in every()
    }
    of = known.get((r["name"], r["backend"]))
    if not of or (of.label, of.era) != (r["label"], r["era"]):
        yield f"{r['label']} of {r['era']}"
    if "losses" in r and kind in ("gates", "seeds"):
        train, test = COUNTS[r.get("data", "mnist")]
        if len(r["losses"]) != r["epochs"]:
            yield f"{len(r['losses'])} losses of {r['epochs']} epochs"
        if min(r["losses"]) < 0:
            yield "a loss is below 0"
        right = r["test_accuracy"] * test
        # What float32 has of a share of so many digits.
        if abs(right - round(right)) > 1e-3:
            yield f"{right} digits are right"
        rate = train * r["epochs"] / max(1e-9, r["seconds"]["training"])
        if not math.isclose(rate, r["images_per_second"], rel_tol=1e-6):
            yield f"{r['images_per_second']} images/s, not {rate}"
    if kind == "gates":
        gate, accuracy = r["gate"], r["test_accuracy"]
        if gate is not None and (accuracy < gate) != bool(r["error"]):
            yield f"accuracy {accuracy}, gate {gate}: {r['error']}"
    if kind == "parity":
        names = {i.slug for i in every() if i.framework.reference}
        if ("losses" in r) != (r["name"] in names and not r.get("control")):
            yield "losses"
    if kind == "layers":
        for name, row in r["rows"].items():
            if name not in rows():
                yield f"no layer is called {name}"
            measured = [k in row for k in ("max_abs", "units", "where")]
            if any(measured) != all(measured) or all(measured) == bool(
                row["none"]
            ):
                yield f"{name}: neither measured nor none"
    if kind == "states":
        for source, found in r["from"].items():
            if source not in {i.slug for i in every()}:
                yield f"from {source}"
            for name in found:
                if name not in rows():
                    yield f"no optimiser is called {name}"


def benchmark(r: dict[str, Any]) -> Iterator[str]:
    from benchmarks.results import TOLERANCE

    check = r["check"]
    if check:
        if check["tolerance"] not in TOLERANCE.values():
            yield f"tolerance is {check['tolerance']}"
        if check["farthest"] > check["tolerance"] and not r["errors"]:
            yield f"{check['farthest']} apart"
    names = {f.name for f in frameworks()}
    of = r["variant"]["framework"].split("/")[0]
    if r["variant"]["module"] != "peer" and of not in names:
        yield f"framework is {of}"
    if len(set(r["cases"])) < len(r["cases"]):
        yield f"cases are {r['cases']}"
