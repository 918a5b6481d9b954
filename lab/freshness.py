"""Does a kept result still hold?

Every result records its `sources`: a digest of each input that determined it.
Such an input is a file; a part of a file, `path#part`; a package of a lock,
`environments/locks/today.txt#torch`, whose version stands for its digest; or
the digits. A result is fresh as long as this tree, asked what that run is
determined by, gives the same digests. Otherwise, and where it records none, it
is stale.

Python is digested by its syntax tree: comments, docstrings and formatting do
not count. TOML is digested by what it says, everything else byte by byte.
"""

import ast
import functools
import hashlib
import importlib.metadata
import json
import os
import re
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from lab import mnist, results
from lab.errors import BadInput
from lab.frameworks import (
    ROOT,
    Framework,
    Implementation,
    every,
    frameworks,
    reference,
)
from lab.own import listed

Result = results.Result
Sources = dict[str, str]
State = Literal["fresh", "stale", "absent"]
# A source that is newer was not what the run began with.
BEGUN = time.time()
DOCUMENTED = ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef
# What programs leave in folders, and none reads.
UNREAD = {"__pycache__", ".ipynb_checkpoints"}
INSIDE = Path("lab/inside")
LOCKS = Path("environments/locks")
# What main.py imports before it knows its task.
EVERY_TASK = "main", "launch"
# Files of a framework's folder, by who asks for them.
LISTING = "convnet.py", "facts.py"
PORTED = *LISTING, "weights.py"
# What compares a framework's layers with float64.
LAYERS = "compared", "float64", "own", "rows"


def digest(content: bytes) -> str:
    """16 hexadecimal digits of the SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


def digest_value(value: Any) -> str:
    """The digest of what JSON makes of a value."""
    return digest(json.dumps(value, sort_keys=True, default=str).encode())


def outline(node: Any) -> Any:
    """A syntax tree without docstrings, places and empty fields, which differ
    between the versions of Python."""
    if isinstance(node, list):
        return [outline(part) for part in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = dict(ast.iter_fields(node))
    if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
        fields["body"] = fields["body"][1:]
    return [
        type(node).__name__,
        *([key, outline(value)] for key, value in fields.items()
          if value not in (None, []) and key not in ("kind", "type_comment")),
    ]  # fmt: skip


def digest_python(source: bytes) -> str:
    """The digest of a module's syntax tree. Raises SyntaxError."""
    return digest_value(outline(ast.parse(source)))


@functools.cache
def digest_version(path: Path, changed: int, size: int) -> str:
    """The digest of a file as it is since `changed`; see digest_file()."""
    try:
        content = path.read_bytes()
        if path.suffix == ".py":
            return digest_python(content)
        if path.suffix == ".toml":
            return digest_value(tomllib.loads(content.decode()))
        return digest(content)
    except (OSError, ValueError, SyntaxError) as error:
        reason = " ".join(str(error).split())[:150]
        raise BadInput(f"{path}: cannot be digested: {reason}") from None


def digest_file(path: Path) -> str:
    """The digest of a file. Raises BadInput, one line with its path, where it
    cannot be read."""
    try:
        about = path.stat()
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    return digest_version(path, about.st_mtime_ns, about.st_size)


def parts(path: str, *names: str) -> Sources:
    """The digests of functions and constants of a module of the project."""
    defined: dict[str, Any] = {}
    for node in ast.parse((ROOT / path).read_bytes()).body:
        for target in getattr(
            node, "targets", [getattr(node, "target", node)]
        ):
            key = getattr(target, "name", getattr(target, "id", ""))
            defined[key] = outline(node)
    return {f"{path}#{name}": digest_value(defined[name]) for name in names}


def digest_of(paths: Iterable[Path], syntax: bool = True) -> str:
    """One digest of files, and of all that is in folders; without `syntax`,
    of Python and TOML too byte by byte."""
    found = sorted(
        file
        for path in paths
        for file in (path.rglob("*") if path.is_dir() else [path])
        if file.is_file() and not UNREAD & set(file.parts)
    )
    how = digest_file if syntax else (lambda f: digest(f.read_bytes()))
    return digest_value([[str(f), how(f)] for f in found])


def files(*paths: str | Path) -> Sources:
    """The digests of files, by their path in the project."""
    return {Path(p).as_posix(): digest_file(ROOT / p) for p in paths}


def imports(path: Path) -> Iterator[Path]:
    """The modules of lab/inside/ that a module there imports."""
    for node in ast.walk(ast.parse((ROOT / path).read_bytes())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names.append(node.module)
        for name in names:
            module = Path(*name.split(".")).with_suffix(".py")
            if module.is_relative_to(INSIDE) and (ROOT / module).is_file():
                yield module


@functools.cache
def worker_modules(task: str) -> tuple[Path, ...]:
    """What runs in a framework's process to carry out a task."""
    modules: set[Path] = set()
    todo = [INSIDE / f"{name}.py" for name in (*EVERY_TASK, task)]
    while todo:
        path = todo.pop()
        if path not in modules:
            modules.add(path)
            todo += imports(path)
    return tuple(sorted(modules))


def worker(*tasks: str) -> Sources:
    """The digests of what carries out these tasks."""
    return files(*(path for task in tasks for path in worker_modules(task)))


def folder(framework: Framework, *names: str) -> Sources:
    """The digests of files of a framework's folder, those that are there."""
    paths = [Path("snippets", framework.name, name) for name in names]
    return files(*(path for path in paths if (ROOT / path).exists()))


def layer_files(framework: Framework) -> Sources:
    """The digests of all of a framework's layers, and of its rules."""
    paths = sorted((framework.folder / "layers").glob("*.*"))
    return files(*(path.relative_to(ROOT) for path in paths))


def manifest(implementation: Implementation, *keys: str) -> Sources:
    """The digests of those keys of framework.toml that reach the process;
    `keys` are those of its backend that a kind of results has besides."""
    f, b = implementation.framework, implementation.backend
    parts = {
        "image_layout": f.image_layout,
        f"backends.{b.name}.environment": b.environment,
    }
    for key in keys:
        parts[f"backends.{b.name}.{key}"] = msgspec.to_builtins(
            getattr(b, key)
        )
    return {
        f"snippets/{f.name}/framework.toml#{key}": digest_value(value)
        for key, value in parts.items()
    }


def lock_of(framework: Framework) -> Path:
    """The lock that says what runs a framework."""
    return LOCKS / ("2018.txt" if framework.python == "3.6" else "today.txt")


@functools.cache
def versions(path: Path, changed: int) -> dict[str, str]:
    """{package: version} of a lock as it is since `changed`."""
    text = path.read_text("utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.M))


def locked(lock: Path) -> dict[str, str]:
    """{package: version} of a lock. Raises BadInput where there is none."""
    path = ROOT / lock
    try:
        return versions(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None


def packages(
    implementation: Implementation, lock: Path | None = None
) -> Sources:
    """The locked versions of what an implementation needs."""
    lock = lock or lock_of(implementation.framework)
    known = locked(lock)
    return {
        f"{lock.as_posix()}#{name}": known[name]
        for name in implementation.backend.packages
        if name in known
    }


def imported(path: Path, lock: str) -> Sources:
    """The locked versions of the packages that a module names, where they are
    called as what is imported."""
    known = locked(LOCKS / f"{lock}.txt")
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return {
        f"{(LOCKS / lock).as_posix()}.txt#{name}": known[name]
        for name in sorted(names & known.keys())
    }


def installed(implementation: Implementation) -> Sources:
    """The same packages as they are installed here, by the same names: what
    runs need not be what the lock says."""
    wanted = packages(implementation)
    place = sys.path
    if implementation.framework.python == "3.6":
        old = ROOT / ".venv-2018"
        place = [str(path) for path in old.glob("lib/*/site-packages")]
        if not place:
            return wanted  # a container, made of the lock
    elif os.environ.get("FRAMEWORK_PYTHON", sys.executable) != sys.executable:
        return dict.fromkeys(wanted, "not the locked environment")
    here = {
        re.sub(r"[-_.]+", "-", name).lower(): d.version.partition("+")[0]
        for d in importlib.metadata.distributions(path=place)
        if (name := d.metadata["Name"])
    }
    return {
        key: here[name]
        for key in wanted
        if (name := key.partition("#")[2]) in here
    }  # fmt: skip


@functools.cache
def digest_digits(name: str) -> str:
    """The digest of mnist-5k as it is loaded; of the whole MNIST, which need
    not be here, that of the hashes of its files."""
    if name == "mnist-5k":
        return digest(b"".join(part.tobytes() for part in mnist.load()))
    return digest_value(mnist.FILES)


def digits(name: str) -> Sources:
    """The digest of a set of digits."""
    return {f"digits#{name}": digest_digits(name)}


def weights(*names: str) -> Sources:
    """The digests of files of data/."""
    return files(*(Path("data", f"{name}.safetensors") for name in names))


def compared(*modules: str) -> Sources:
    """The digests of modules of lab/ that judge what a process returned."""
    return files(*(Path("lab", f"{name}.py") for name in modules))


def request(**asked: Any) -> Sources:
    """The digest of what a process was asked."""
    return {"request": digest_value(asked)}


def oracle(*names: str) -> Sources:
    """The digests of the reference's files, and the NumPy that runs them."""
    return folder(reference().framework, *names) | packages(reference())


def gates(i: Implementation, result: Result) -> Sources:
    asked = {key: result[key] for key in ("epochs", "batch_size", "seed")}
    return (
        worker("train") | folder(i.framework, *LISTING) | manifest(i)
        | packages(i) | digits(result["data"]) | request(**asked)
    )  # fmt: skip


def seeds(i: Implementation, result: Result) -> Sources:
    asked = {key: result[key] for key in ("epochs", "seed")}
    found = (
        worker("train") | folder(i.framework, *LISTING) | packages(i)
        | digits("mnist") | manifest(i)
    )  # fmt: skip
    if result["weights"] == "own":
        return found | request(**asked, edit=i.framework.defaults)
    edit = i.backend.reshuffled if result["weights"] == "reshuffled" else None
    return (
        found | folder(i.framework, "weights.py") | request(**asked, edit=edit)
        | oracle("convnet.py", "weights.py")
    )  # fmt: skip


def parity(i: Implementation, result: Result) -> Sources:
    return (
        worker("parity") | folder(i.framework, *PORTED) | manifest(i)
        | packages(i) | oracle(*PORTED) | compared("parity")
        | weights("initial", "trained") | digits("mnist-5k")
    )  # fmt: skip


def parity_gpu(i: Implementation, result: Result) -> Sources:
    lock = LOCKS / f"{i.backend.gpu}.txt"
    found = parity(i, result) | manifest(i, "float32")
    return {
        key: value for key, value in found.items() if key not in packages(i)
    } | packages(i, lock)


def layers(i: Implementation, result: Result) -> Sources:
    return (
        worker("rows") | folder(i.framework, "facts.py") | manifest(i)
        | packages(i) | layer_files(i.framework) | compared(*LAYERS)
        | layer_files(reference().framework) | packages(reference())
    )  # fmt: skip


def states(i: Implementation, result: Result) -> Sources:
    """An optimizer arrives from every other framework, so all of theirs
    count."""
    names = "layers/harness.py", "layers/optimisers.py", "layers/rules.toml"
    found = worker("rows") | compared(*LAYERS, "states") | folder(
        reference().framework, "layers/optimisers.py",
        "layers/optimisers.toml",
    )  # fmt: skip
    for other in every():
        if other.framework.era == "today" and listed(other.framework):
            found |= folder(other.framework, *names, "facts.py")
            found |= manifest(other) | packages(other)
    return found | packages(reference())


def distributed(i: Implementation, result: Result) -> Sources:
    return (
        worker("distributed") | folder(i.framework, *PORTED, "distributed.py")
        | manifest(i, "distributed") | packages(i) | oracle(*PORTED)
        | compared("distributed", "parity", "several")
        | weights("initial") | digits("mnist-5k")
    )  # fmt: skip


def canary(i: Implementation, result: Result) -> Sources:
    """What `check` and `layers` look at. Nothing is pinned there: what was
    installed is part of the result."""
    tasks = "contract", "train", "load", "dump"
    found = worker(*tasks) | parity(i, result) | compared("contract")
    if listed(i.framework):
        found |= layers(i, result)
    return {key: v for key, v in found.items() if "locks/" not in key}


def benchmarks(i: Implementation, result: Result) -> Sources:
    """`result["variant"]` says which module was timed; what edits it is in
    its framework's variants.toml."""
    variant, cases = result["variant"], result["cases"]
    found = (
        worker("benchmark") | request(cases=cases, threads=result["threads"])
        | parts("benchmarks/variants.py", "CASES", "MORE_CASES", "CHECK")
        | parts("benchmarks/measure.py", "digits")
        | weights("initial") | digits("mnist-5k")
    )  # fmt: skip
    if variant["module"] == "peer":
        peer = Path("benchmarks/peers", f"{variant['name']}.py")
        found |= files(peer, "lab/onnx_file.py") | weights("trained")
        return found | imported(peer, "today")
    if "peak" in cases:
        found |= files(INSIDE / "peaks" / f"{i.framework.name}.py")
    if "layers" in cases:
        found |= files(INSIDE / "layers.py")
    return (
        found | folder(i.framework, f"{variant['module']}.py", "weights.py",
                       "facts.py")
        | manifest(i) | packages(i) | variant_table(i, variant["name"])
    )  # fmt: skip


def variant_table(i: Implementation, name: str) -> Sources:
    """The digest of a table of variants.toml; a listing may have none."""
    path = i.framework.folder / "variants.toml"
    tables = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    key = f"snippets/{i.framework.name}/variants.toml#{name}"
    return {key: digest_value(tables.get(name))}


def endurance(i: Implementation, result: Result) -> Sources:
    """All of the command, and every framework's listing."""
    found = files(
        *(path.relative_to(ROOT) for path in (ROOT / "lab").rglob("*.py"))
    )
    for f in frameworks():
        found |= folder(f, *PORTED, "distributed.py", "framework.toml")
    return found


KINDS = {
    "gates": gates, "seeds": seeds, "parity": parity,
    "parity-gpu": parity_gpu, "layers": layers, "states": states,
    "distributed": distributed, "benchmarks": benchmarks, "canary": canary,
    "endurance": endurance,
}  # fmt: skip


def implementation_of(result: Result) -> Implementation:
    """What a result is of. What is of nothing here, a peer of the benchmarks
    say, has the reference's place."""
    name, backend = result.get("name"), result.get("backend") or ""
    if variant := result.get("variant"):
        name, _, backend = variant["framework"].partition("/")
    for i in every():
        if i.framework.name == name and backend in (i.backend.name, ""):
            return i
    return reference()


def sources_of(kind: str, result: Result) -> Sources:
    """What the run that `result` describes is determined by, in this tree.
    Raises BadInput where one of the sources cannot be read."""
    return KINDS[kind](implementation_of(result), result)


def record(kind: str, result: Result) -> Result:
    """`result`, just measured, with its sources: the packages as they are
    installed, and files as they were when this command began."""
    found = sources_of(kind, result)
    if kind not in ("endurance", "canary", "parity-gpu"):
        here = installed(implementation_of(result))
        found |= {key: here[key] for key in found.keys() & here.keys()}
    for key in found:
        path = ROOT / key.partition("#")[0]
        if path.is_file() and path.stat().st_mtime > BEGUN:
            found[key] = "changed while it was measured"
    return result | {"sources": found}


def is_fresh(kind: str, result: Result) -> bool:
    """Is a kept result what this tree would measure?"""
    return bool(result.get("sources")) and (
        result["sources"] == sources_of(kind, result)
    )


def state_of(kind: str, path: Path) -> State:
    """The state of a result file. Raises BadInput for one that is broken, as
    lab.results.read() does."""
    if not path.exists():
        return "absent"
    return "fresh" if is_fresh(kind, results.read(kind, path)) else "stale"


def differing(kind: str, result: Result) -> list[str]:
    """The sources that have changed since `result` was measured."""
    before, now = result.get("sources", {}), sources_of(kind, result)
    return sorted(
        key for key in before | now if before.get(key) != now.get(key)
    )


def is_fresh_record(record: Path) -> bool:
    """Is a record of evidence/ what its script would record now?"""
    from lab import evidence

    return evidence.is_fresh_record(record)
