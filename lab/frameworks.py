"""The frameworks: every folder of snippets/, as its framework.toml says.

A manifest is checked once, when it is first asked for: a key that is unknown,
missing or of another type, an edit that finds no place, and two frameworks of
one place in the order are each a BadInput of one line.
"""

import difflib
import functools
import runpy
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from lab import manifest
from lab.errors import BadInput
from lab.formats import File

ROOT = Path(__file__).parent.parent
SNIPPETS = ROOT / "snippets"
ERAS = ["today", "2018"]
T = TypeVar("T")


# --8<-- [start:keys]
class Distributed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[backends.distributed]`: what starts distributed.py; lab/several.py
    has the words after $."""

    launcher: tuple[str, ...] = ()  # a command, that of the program after it
    variables: dict[str, str] = {}
    files: dict[str, str] = {}  # in the folder where the processes run


class Backend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[backends]]`: one of the libraries that the framework runs on, or
    itself, without a name."""

    # As the framework names it: "torch". Empty where there is but one.
    name: str = ""
    # Variables that its process gets.
    environment: dict[str, str] = {}
    # environments/gpu/<name>.txt: where it runs on a GPU.
    gpu: str = ""
    # Variables under which it computes in float32 there, not in TF32.
    float32: dict[str, str] = {}
    # Of requirements.txt, what it needs: a result holds for their versions,
    # and the canary lifts the pins of today's.
    packages: tuple[str, ...] = ()
    # Compiled code that those bring along: a result holds for its version too.
    libraries: tuple[str, ...] = ()
    # What `seeds` measures beside: [find, replace], an edit of convnet.py.
    reshuffled: tuple[str, str] | None = None
    distributed: Distributed | None = None


class Gates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[gates]`: the least test accuracy of three epochs of mnist-5k, and of
    one of mnist."""

    small: float = msgspec.field(name="mnist-5k")
    whole: float = msgspec.field(name="mnist")

    def of(self, data: str) -> float:
        return {"mnist-5k": self.small, "mnist": self.whole}[data]


# A gate judges a run of this many epochs or more, at this batch size.
GATE_EPOCHS = {"mnist-5k": 3, "mnist": 1}
GATE_BATCH = 128


class Breaks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[breaks]`: edits [find, replace] of convnet.py that spoil the
    optimiser and the loss, and after which it still trains."""

    optimiser: tuple[str, str]
    loss: tuple[str, str]


class Refuses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[refuses]`: words of the errors that predict() raises, where it is
    given images in the other layout, and text in the place of numbers; each
    backend may have its own."""

    shape: tuple[str, ...]
    dtype: tuple[str, ...]


class Arrays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[arrays]`: how the layout calculator writes y as x, transposed, and
    how the tests execute that line."""

    # Its statement that imports it: "import jax.numpy as jnp".
    imports: str = ""
    # x of a NumPy array `array`, and a NumPy array of `y`. Where the batch
    # stays first, `array` has one, and x may be what stands for it.
    x: str = "array"
    numpy: str = "y"
    # The module whose functions reshape() and transpose() take x: "jnp".
    module: str = ""
    # Where x has methods instead: the name of the one that transposes.
    method: str = ""
    # Written around all of that, with {} in its place.
    whole: str = "{}"
    # Makes y of the layouts that `also` names, in the shape that x has: with
    # {} in the place of the name.
    same_shape: str = ""
    # Does the batch stay the first axis, whatever is asked?
    batch_first: bool = False


class Framework(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A folder of snippets/. The keys of framework.toml, but for `name`."""

    label: str  # as a reader knows it: "Keras"
    era: Literal["today", "2018"]
    order: int  # its place among those of its era, from 1
    # Of its charts, tabs and tables, 3:1 on white and on black; its mark
    # there, a path in a square of 16. The eras of a label share both.
    colour: str
    mark: str
    image_layout: Literal["NCHW", "NHWC"]
    kernel_layout: str  # of a convolution: "HWIO"
    dense_shape: list[int]  # of the last layer's kernel
    dense_layout: str  # the same in letters: "HWCO"
    python: Literal["3.11", "3.6"]
    import_name: str
    project: str  # address
    licence: str  # address
    licence_name: str
    status: str  # "active"
    file: File
    backends: list[Backend]
    refuses: Refuses
    gates: Gates
    breaks: Breaks
    # The weights that it draws where nobody says otherwise: an edit of
    # convnet.py. Left out where those are Glorot-uniform, or none.
    defaults: tuple[str, str] | None = None
    # Layouts that it can keep in memory besides: {layout: its name for it}.
    also: dict[str, str] = {}
    arrays: Arrays | None = None
    # Is it what the others are compared with? One framework is.
    reference: bool = False
    name: str = ""  # the folder
    # --8<-- [end:keys]

    @property
    def folder(self) -> Path:
        return SNIPPETS / self.name

    def source(self, file: str = "convnet.py") -> str:
        """The text of one of the folder's files."""
        return (self.folder / file).read_text("utf-8")

    def functions(self) -> dict[str, Any]:
        """What its convnet.py and its weights.py define, run anew in this
        process, which must have its library: the reference's is NumPy."""
        found: dict[str, Any] = {}
        for file in "convnet.py", "weights.py":
            found |= runpy.run_path(str(self.folder / file))
        return found


class Implementation(msgspec.Struct, frozen=True):
    """A framework on one of its backends: what is trained and measured."""

    framework: Framework
    backend: Backend

    @property
    def title(self) -> str:
        """As the commands name it: folder, or folder/backend."""
        both = self.framework.name, self.backend.name
        return "/".join(filter(None, both))

    @property
    def slug(self) -> str:
        """The same, as files are named: folder-backend."""
        return self.title.replace("/", "-")


def decoded(path: Path, kind: type[T]) -> T:
    """What `path`, a TOML file, holds. Raises BadInput, which names it."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except (
        OSError,
        msgspec.DecodeError,
        UnicodeDecodeError,
        RecursionError,
    ) as error:
        said = " ".join(str(error).split())
        raise BadInput(f"{path}: {said[:300]}") from None


def read(path: Path) -> Framework:
    """The manifest `path`. Raises BadInput, which names what is wrong."""
    found = decoded(path, Framework)
    for fault in manifest.faults(found):
        raise BadInput(f"{path}: {fault}")
    found = msgspec.structs.replace(found, name=path.parent.name)
    try:
        source = found.source()
    except (OSError, ValueError) as error:
        raise BadInput(f"{path.parent}: no convnet.py: {error}") from None
    edits = {
        "breaks.optimiser": found.breaks.optimiser,
        "breaks.loss": found.breaks.loss,
        "defaults": found.defaults,
    } | {f"backends.{b.name}": b.reshuffled for b in found.backends}
    for key, edit in edits.items():
        if edit and source.count(edit[0]) != 1:
            raise BadInput(
                f"{path}: {key}: {edit[0]!r} is not once in convnet.py: "
                "edit one to match the other"
            )
    return found


@functools.cache
def load(folder: Path) -> tuple[Framework, ...]:
    """Every framework of `folder`: today's, then those of 2018, each in
    their order. Raises BadInput."""
    found = [read(path) for path in sorted(folder.glob("*/framework.toml"))]
    places: dict[tuple[str, int], str] = {}
    for f in found:
        other = places.setdefault((f.era, f.order), f.name)
        if other != f.name:
            raise BadInput(
                f"{folder / f.name / 'framework.toml'}: order {f.order} is "
                f"that of {other}: two frameworks of one era need two places"
            )
    references = [f.name for f in found if f.reference]
    if len(references) != 1:
        raise BadInput(
            f"{folder}: one framework.toml must say `reference = true`, not "
            f"{len(references)} ({', '.join(references) or 'none'})"
        )
    return tuple(sorted(found, key=lambda f: (ERAS.index(f.era), f.order)))


def frameworks() -> tuple[Framework, ...]:
    """Every framework, in the order of the site."""
    return load(SNIPPETS)


def reference() -> Implementation:
    """What the others are compared with."""
    [found] = [i for i in every() if i.framework.reference]
    return found


def every() -> list[Implementation]:
    """Every framework on every backend, in the order of the site."""
    return [Implementation(f, b) for f in frameworks() for b in f.backends]


def implementations(
    names: Iterable[str] = (), era: str | None = None
) -> list[Implementation]:
    """Those that `names` ask for: a folder, or folder/backend for one of its
    backends; no names mean all of `era`, or all there are.

    Raises BadInput for an unknown name, and for one of another era."""
    available: dict[str, list[Implementation]] = {}
    for i in every():
        for name in dict.fromkeys([i.framework.name, i.title]):
            available.setdefault(name, []).append(i)
    names = list(names)
    if not names:
        return [i for i in every() if era in (None, i.framework.era)]
    wanted: list[Implementation] = []
    for name in names:
        if name not in available:
            raise BadInput(
                f"no framework is called {name!r}: did you mean "
                f"{nearest(name, available)!r}? `python -m snippets list` "
                "names them all"
            )
        wanted += [i for i in available[name] if i not in wanted]
    for i in wanted:
        if era not in (None, i.framework.era):
            raise BadInput(
                f"{i.title} is a framework of {i.framework.era}: leave out "
                f"`--era {era}`"
            )
    return wanted


def nearest(name: str, names: Iterable[str]) -> str:
    """The one of `names` that is most like `name`."""
    return difflib.get_close_matches(name, list(names), 1, cutoff=0)[0]
