"""What is measured: the variants of every framework, and the cases that they
go through.

Each implementation's convnet.py as its page shows it is a variant; those of
snippets/<framework>/variants.toml come besides, a table each; one of the
listing's own name says how the listing is measured. A variant is a module of
its folder, imported and never retyped.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec

from benchmarks import manifest
from lab.errors import BadInput
from lab.frameworks import (
    SNIPPETS,
    Framework,
    Implementation,
    decoded,
    every,
    frameworks,
    nearest,
    reference,
)

# The rounds behind every number, fixed before the first is measured.
ROUNDS = 12
# What a process goes through, in this order: the case that matters most meets
# a process that nothing has gone before. An epoch is `count` digits, a
# multiple of the batch; the first one compiles, the second is the value. The
# value of a prediction is the mean of enough calls to last 0.3 s.
CASES: dict[str, dict[str, Any]] = {
    f"train-{batch}": {
        "task": "train",
        "batch": batch,
        "count": count,
        "warmups": 1,
        "values": 1,
        "loops": 1,
    }
    for batch, count in [(128, 2048), (32, 1024), (1024, 2048)]
} | {
    f"predict-{batch}": {
        "task": "predict",
        "batch": batch,
        "warmups": 0,
        "values": 1,
        "loops": 1,
    }
    for batch in (1, 1024)
}
# Those that a table of variants.toml names.
MORE_CASES: dict[str, dict[str, Any]] = {
    "peak": {"task": "peak", "warmups": 1, "values": 1, "loops": 1},
    "layers": {"task": "layers", "warmups": 1, "values": 1, "loops": 1},
    "harness": {"task": "harness", "warmups": 1, "values": 1, "loops": 1},
}
CHECK: dict[str, Any] = {
    "name": "check",
    "task": "check",
    "steps": 10,
    "warmups": 0,
    "values": 1,
    "loops": 1,
}
PREDICTING = tuple(name for name in CASES if name.startswith("predict"))
# What predicts with weights that were trained elsewhere, and trains nothing:
# a module of benchmarks/peers/ for each table of its peers.toml.
PEERS = Path(__file__).parent / "peers"


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of variants.toml: each key below is one of its keys."""

    # One of the framework's backends; left out where it has but one.
    backend: str = ""
    module: Literal["convnet", "fast"] = "convnet"
    # Keyword arguments of its build_model().
    options: dict[str, str | bool | int | float] = {}
    # Variables that its process gets, the allocator's too.
    environment: dict[str, str] = {}
    # Pairs of texts: find in the module, replace.
    edits: tuple[tuple[str, str], ...] = ()
    group: Literal["page", "noise", "fast", "step", "layout", "machine"] = (
        "page"
    )
    # What a reader is told of it in "Step by step".
    step: str | None = None
    # Instead of those that all have.
    cases: tuple[str, ...] = tuple(CASES)
    # Digits of an epoch, instead of what all have: fewer where a step takes
    # seconds, more where an epoch begins with what is no step.
    digits: int | None = None


class Peer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of benchmarks/peers/peers.toml: what predicts with weights
    that were trained elsewhere, and trains nothing. Its module is beside
    that file, under the table's name."""

    # As its authors write it.
    label: str
    # Where its __version__ is.
    import_name: str


class Variant(msgspec.Struct, frozen=True):
    """A variant: whose, and what variants.toml says of it. A peer has the
    reference's place: its weights are of no framework."""

    name: str
    implementation: Implementation
    said: Said = Said()
    peer: Peer | None = None

    @property
    def module(self) -> str:
        return "peer" if self.peer else self.said.module

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.said.options)

    @property
    def environment(self) -> dict[str, str]:
        return dict(self.said.environment)

    @property
    def edits(self) -> list[list[str]]:
        return [list(edit) for edit in self.said.edits]

    @property
    def group(self) -> str:
        return "peer" if self.peer else self.said.group

    @property
    def step(self) -> str | None:
        return self.said.step

    @property
    def cases(self) -> list[str]:
        return list(self.said.cases)

    def case(self, name: str) -> dict[str, Any]:
        """The request of a case: at least one whole batch of digits. Raises
        BadInput for an unknown name."""
        asked = case(name) | {"name": name}
        if self.said.digits and "count" in asked:
            asked["count"] = max(asked["batch"], self.said.digits)
        return asked

    @property
    def precision(self) -> str:
        return str(self.said.options.get("precision", "float32"))

    @property
    def framework(self) -> str:
        """Whose it is, as results name it."""
        return self.name if self.peer else called(self.implementation)

    @property
    def record(self) -> dict[str, Any]:
        """As a result file has it: one of another record is not gone on
        with."""
        return {
            "name": self.name,
            "framework": self.framework,
            "module": self.module,
            "options": self.options,
            "environment": self.environment,
            "edits": self.edits,
        }


def called(implementation: Implementation) -> str:
    """As results and commands name it: by its folder alone where that has
    one backend."""
    one = len(implementation.framework.backends) == 1
    return implementation.framework.name if one else implementation.title


def read(framework: Framework, snippets: Path = SNIPPETS) -> list[Variant]:
    """The variants of a framework's variants.toml, none where it has no such
    file. Raises BadInput, which names the file and the key."""
    path = snippets / framework.name / "variants.toml"
    if not path.exists():
        return []
    found = decoded(path, dict[str, Said])
    backends = {i.backend.name: i for i in every() if i.framework == framework}
    known = CASES | MORE_CASES
    variants = []
    for name, said in found.items():
        if said.backend not in backends:
            raise BadInput(
                f"{path}: {name}.backend: {said.backend!r} is not one of "
                + ", ".join(map(repr, backends))
            )
        for case in said.cases:
            if case not in known:
                raise BadInput(
                    f"{path}: {name}.cases: no case is called {case!r}: did "
                    f"you mean {nearest(case, known)!r}?"
                )
        for fault in manifest.faults(framework, name, said):
            raise BadInput(f"{path}: {fault}")
        variants.append(Variant(name, backends[said.backend], said))
    return variants


def page(implementation: Implementation) -> Variant:
    """convnet.py as its page shows it."""
    name = called(implementation).replace("/", "-")
    return Variant(name, implementation)


def of_page(said: Said) -> bool:
    """Does a table say nothing but how a listing is measured?"""
    return said == Said(said.backend, digits=said.digits, cases=said.cases)


def peers() -> list[Variant]:
    """A variant for each table of peers.toml. Raises BadInput."""
    found = decoded(PEERS / "peers.toml", dict[str, Peer])
    said = Said(cases=PREDICTING)
    for name, peer in found.items():
        for fault in manifest.peer_faults(PEERS, name, peer):
            raise BadInput(f"{PEERS / 'peers.toml'}: {fault}")
    return [
        Variant(name, reference(), said, peer) for name, peer in found.items()
    ]


def load(snippets: Path = SNIPPETS) -> dict[str, Variant]:
    """Every variant by its name, in the order of the site: of each
    implementation first convnet.py, then what variants.toml has; the peers
    last. Raises BadInput, for two of one name too."""
    said = [v for f in frameworks() for v in read(f, snippets)]
    found: dict[str, Variant] = {}
    for i in every():
        # What the others are compared with is no candidate for speed.
        its = [v for v in said if v.implementation == i]
        own = page(i)
        if not i.framework.reference and own.name not in {v.name for v in its}:
            its.insert(0, own)
        for v in its:
            if v.name == own.name and not of_page(v.said):
                path = snippets / i.framework.name / "variants.toml"
                raise BadInput(
                    f"{path}: {v.name}: is the listing itself, which is told "
                    "digits and cases alone"
                )
            if v.name in found:
                path = snippets / i.framework.name / "variants.toml"
                raise BadInput(f"{path}: {v.name}: a second of that name")
            found[v.name] = v
    return found | {v.name: v for v in peers()}


def variants(
    names: Iterable[str] = (), snippets: Path = SNIPPETS
) -> list[Variant]:
    """All variants, or those of `names`. Raises BadInput for an unknown name,
    and names the nearest."""
    found = load(snippets)
    wanted = set(names)
    for name in wanted:
        if name not in found:
            raise unknown(name, found, "variant")
    return [v for v in found.values() if not wanted or v.name in wanted]


def environment(variant: Variant, threads: int, device: str) -> dict[str, str]:
    """What a process of `variant` gets: threads, "cpu" or "cuda", its own."""
    found = {
        "OMP_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        "TF_NUM_INTRAOP_THREADS": str(threads),
    }
    if device == "cpu":
        found |= {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    own = variant.implementation.backend.environment
    return found | own | variant.environment


def case(name: str) -> dict[str, Any]:
    """The request of a case. Raises BadInput for an unknown name."""
    cases = CASES | MORE_CASES
    if name not in cases:
        raise unknown(name, cases, "case")
    return cases[name]


def unknown(name: str, names: Iterable[str], what: str) -> BadInput:
    """The error: no `what` is called `name`."""
    return BadInput(
        f"no {what} is called {name!r}: did you mean {nearest(name, names)!r}?"
    )
