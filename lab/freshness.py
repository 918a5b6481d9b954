"""Does a kept result still hold?

Every result records its `sources`: a digest of each input that determined it.
An input is a file; a part of a file, `path#part`; a locked package,
`environments/locks/today.txt#torch`, with its version as the digest; the
digits; or the request. A result is fresh if this tree gives the same sources
for the same run. If it does not, or the result records none, it is stale.

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
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from lab import mnist, results
from lab.errors import BadInput
from lab.frameworks import (
    GATE_BATCH,
    GATE_EPOCHS,
    ROOT,
    Framework,
    Implementation,
    every,
    reference,
)
from lab.own import listed

Result = results.Result
T = TypeVar("T")
Sources = dict[str, str]
State = Literal["fresh", "stale", "absent"]
# A file changed later than this is not what the run started with.
STARTED = time.time()
DOCUMENTED = ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef
# Folders that are cached or installed, and no input of this project.
UNREAD = {"__pycache__", ".ipynb_checkpoints", "node_modules"}
INSIDE = Path("lab/inside")
LOCKS = Path("environments/locks")
# Modules that main.py imports for every task.
EVERY_TASK = "main", "launch"
# Files of a framework's folder that train, and that also move weights.
LISTING = "convnet.py", "facts.py"
PORTED = *LISTING, "weights.py"
# Modules of lab/ that compare a framework's layers with float64.
LAYERS = "compared", "float64", "own", "rows"


def digest(content: bytes) -> str:
    """16 hexadecimal digits of the SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


def digest_value(value: Any) -> str:
    """The digest of what JSON makes of a value."""
    return digest(json.dumps(value, sort_keys=True, default=str).encode())


def strip_tree(node: Any) -> Any:
    """A syntax tree as lists, without docstrings, line numbers and empty
    fields, so that every version of Python gives the same."""
    if isinstance(node, list):
        return [strip_tree(part) for part in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = dict(ast.iter_fields(node))
    if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
        fields["body"] = fields["body"][1:]
    return [
        type(node).__name__,
        *(
            [key, strip_tree(value)]
            for key, value in fields.items()
            if value not in (None, []) and key not in ("kind", "type_comment")
        ),
    ]


def cache_by_version(
    function: Callable[[Path], T],
) -> Callable[[str | Path], T]:
    """`function` of a file of the project, called again only if the file has
    changed. Raises BadInput, one line with the path, if it cannot be read."""

    @functools.cache
    def call(path: str, changed: int, size: int) -> T:
        return function(Path(path))

    @functools.wraps(function)
    def read(path: str | Path) -> T:
        path = os.path.join(ROOT, path)
        try:
            about = os.stat(path)
            return call(path, about.st_mtime_ns, about.st_size)
        except (OSError, ValueError, SyntaxError, RecursionError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            reason = " ".join(reason.split())[:150]
            raise BadInput(f"{path}: cannot be read: {reason}") from None

    return read


@cache_by_version
def digest_file(path: Path) -> str:
    """The digest of a file."""
    if path.suffix == ".py":
        return digest_value(strip_tree(ast.parse(path.read_bytes())))
    if path.suffix == ".toml":
        return digest_value(tomllib.loads(path.read_text("utf-8")))
    return digest(path.read_bytes())


@cache_by_version
def find_definitions(path: Path) -> dict[str, str]:
    """{name: digest} of the functions and constants of a module."""
    found = {}
    for node in ast.parse(path.read_bytes()).body:
        for target in getattr(
            node, "targets", [getattr(node, "target", node)]
        ):
            key = getattr(target, "name", getattr(target, "id", ""))
            found[key] = digest_value(strip_tree(node))
    return found


@cache_by_version
def find_imports(path: Path) -> set[str]:
    """The dotted names that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@cache_by_version
def read_lock(path: Path) -> dict[str, str]:
    """{package: version} of a lock."""
    text = path.read_text("utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.M))


@cache_by_version
def read_tables(path: Path) -> dict[str, Any]:
    """What a TOML file holds."""
    return tomllib.loads(path.read_text("utf-8"))


def digest_definitions(path: str, *names: str) -> Sources:
    """The digests of functions and constants of a module of the project."""
    found = find_definitions(path)
    return {f"{path}#{name}": found.get(name, "absent") for name in names}


def digest_environment(*names: str) -> Sources:
    """The digests of what gives a process its variables."""
    names = "QUIET", "build_environment", *names
    return digest_definitions("lab/processes.py", *names)


def merge(*found: Sources) -> Sources:
    """All of these sources."""
    return {key: value for part in found for key, value in part.items()}


def digest_of(paths: Iterable[Path], syntax: bool = True) -> str:
    """One digest of files and of everything in folders. Without `syntax`,
    Python and TOML are digested byte by byte too."""
    found = sorted(
        file
        for path in paths
        for file in (path.rglob("*") if path.is_dir() else [path])
        if file.is_file() and not UNREAD & set(file.parts)
    )
    how = digest_file if syntax else (lambda f: digest(f.read_bytes()))
    return digest_value([[str(f), how(f)] for f in found])


def digest_files(*paths: str | Path) -> Sources:
    """The digests of files, by their path in the project."""
    return {Path(p).as_posix(): digest_file(p) for p in paths}


@functools.cache
def find_worker_modules(task: str) -> tuple[Path, ...]:
    """The modules that run in a framework's process for a task."""
    modules: set[Path] = set()
    todo = [INSIDE / f"{name}.py" for name in (*EVERY_TASK, task)]
    while todo:
        path = todo.pop()
        if path in modules:
            continue
        modules.add(path)
        for name in find_imports(path):
            module = Path(*name.split(".")).with_suffix(".py")
            if module.is_relative_to(INSIDE) and (ROOT / module).is_file():
                todo.append(module)
    return tuple(sorted(modules))


def digest_worker(*tasks: str) -> Sources:
    """The digests of the modules that run these tasks, and of the variables
    that they get."""
    modules = [m for task in tasks for m in find_worker_modules(task)]
    return digest_files(*modules) | digest_environment()


def digest_folder(framework: Framework, *names: str) -> Sources:
    """The digests of files of a framework's folder: "absent" of one that is
    not there."""
    paths = [Path("snippets", framework.name, name) for name in names]
    return {
        path.as_posix(): digest_file(path)
        if (ROOT / path).exists()
        else "absent"
        for path in paths
    }


def digest_layers(framework: Framework) -> Sources:
    """The digests of all of a framework's layers, and of its rules."""
    paths = sorted(
        path
        for path in (framework.folder / "layers").glob("[!.]*.*")
        if path.suffix in (".py", ".toml") and path.is_file()
    )
    return digest_files(*(path.relative_to(ROOT) for path in paths))


def digest_manifest(implementation: Implementation, *keys: str) -> Sources:
    """The digests of the keys of framework.toml that reach the process, and
    of further `keys` of its backend."""
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


def find_lock(framework: Framework) -> Path:
    """The lock of a framework's environment."""
    return LOCKS / ("2018.txt" if framework.python == "3.6" else "today.txt")


def read_versions(
    implementation: Implementation, lock: Path | None = None
) -> Sources:
    """The locked versions of what an implementation needs."""
    lock = lock or find_lock(implementation.framework)
    known = read_lock(lock)
    backend = implementation.backend
    return {
        f"{lock.as_posix()}#{name}": known[name]
        for name in (*backend.packages, *backend.libraries)
        if name in known
    }


def read_imported_versions(path: Path, lock: Path) -> Sources:
    """The locked versions of the packages that a module imports, if a
    package's name is that of its import."""
    known = read_lock(lock)
    names = {name.partition(".")[0] for name in find_imports(path)}
    return {
        f"{lock.as_posix()}#{name}": known[name]
        for name in sorted(names & known.keys())
    }


def read_installed_versions(implementation: Implementation) -> Sources:
    """The versions of the same packages in this environment, which may
    differ from the lock."""
    wanted = read_versions(implementation)
    place = sys.path
    if implementation.framework.python == "3.6":
        old = ROOT / ".venv-2018"
        place = [str(path) for path in old.glob("lib/*/site-packages")]
        if not place:
            return wanted  # a container, built from the lock
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
    }


@functools.cache
def digest_arrays(name: str) -> str:
    """The digest of mnist-5k as loaded. For the whole MNIST, which may not
    be on this machine: of the known hashes of its files."""
    if name == "mnist-5k":
        return digest(b"".join(part.tobytes() for part in mnist.load()))
    return digest_value(mnist.FILES)


def digest_digits(name: str) -> Sources:
    """The digest of a set of digits, and of what loads the whole MNIST."""
    found = {f"digits#{name}": digest_arrays(name)}
    if name == "mnist":
        found |= digest_definitions("lab/mnist.py", "load", "read")
    return found


def digest_weights(*names: str) -> Sources:
    """The digests of files of data/."""
    return digest_files(*(f"data/{name}.safetensors" for name in names))


def digest_modules(*modules: str) -> Sources:
    """The digests of modules of lab/."""
    return digest_files(*(Path("lab", f"{name}.py") for name in modules))


def digest_request(**asked: Any) -> Sources:
    """The digest of the settings of a run."""
    return {"request": digest_value(asked)}


def digest_reference(*names: str) -> Sources:
    """The digests of the reference's files, of what its process gets, and
    the versions of its packages."""
    first = reference()
    return merge(
        digest_folder(first.framework, *names),
        digest_manifest(first),
        read_versions(first),
    )


def collect_gates(i: Implementation, result: Result) -> Sources:
    asked = {key: result[key] for key in ("epochs", "batch_size", "seed")}
    data = result["data"]
    gate = [i.framework.gates.of(data), GATE_EPOCHS[data], GATE_BATCH]
    return merge(
        digest_worker("train"),
        digest_folder(i.framework, *LISTING),
        digest_manifest(i),
        digest_request(**asked, gate=gate),
        digest_digits(data),
        read_versions(i),
    )


def collect_seeds(i: Implementation, result: Result) -> Sources:
    edit = {"own": i.framework.defaults, "reshuffled": i.backend.reshuffled}
    found = merge(
        digest_worker("train"),
        digest_folder(i.framework, *LISTING),
        digest_manifest(i),
        digest_definitions("lab/seeds.py", "EPOCHS", "jobs", "initial"),
        digest_request(seed=result["seed"], edit=edit.get(result["weights"])),
        digest_digits("mnist"),
        read_versions(i),
    )
    if result["weights"] != "own":  # the reference draws them
        found |= digest_folder(i.framework, "weights.py")
        found |= digest_reference("convnet.py", "weights.py")
    return found


def collect_parity(i: Implementation, result: Result) -> Sources:
    return merge(
        digest_worker("parity"),
        digest_folder(i.framework, *PORTED),
        digest_manifest(i),
        digest_reference(*PORTED),
        digest_modules("parity"),
        digest_weights("initial", "trained"),
        digest_digits("mnist-5k"),
        read_versions(i),
    )


def collect_parity_gpu(i: Implementation, result: Result) -> Sources:
    found = merge(collect_parity(i, result), digest_manifest(i, "float32"))
    for key in read_versions(i):
        del found[key]
    return found | read_versions(i, LOCKS / f"{i.backend.gpu}.txt")


def collect_layers(i: Implementation, result: Result) -> Sources:
    return merge(
        digest_worker("rows"),
        digest_folder(i.framework, "facts.py"),
        digest_layers(i.framework),
        digest_manifest(i),
        digest_layers(reference().framework),
        digest_reference("facts.py"),
        digest_modules(*LAYERS, "layers"),
        read_versions(i),
    )


def collect_states(i: Implementation, result: Result) -> Sources:
    """Optimizer state is moved here from every other framework, so the
    sources of all of them count."""
    formulas = "layers/optimisers.py", "layers/optimisers.toml"
    listings = "layers/harness.py", "layers/optimisers.py", "facts.py"
    found = merge(
        digest_worker("rows"),
        digest_reference(*formulas),
        digest_modules(*LAYERS, "states"),
    )
    for other in every():
        if other.framework.era == "today" and listed(other.framework):
            found |= digest_folder(
                other.framework, *listings, "layers/rules.toml"
            )
            found |= digest_manifest(other) | read_versions(other)
    return found


def collect_distributed(i: Implementation, result: Result) -> Sources:
    return merge(
        digest_worker("distributed"),
        digest_folder(i.framework, *PORTED, "distributed.py"),
        digest_manifest(i, "distributed"),
        digest_reference(*PORTED),
        digest_modules("distributed", "parity", "several"),
        digest_weights("initial"),
        digest_digits("mnist-5k"),
        read_versions(i),
    )


def collect_canary(i: Implementation, result: Result) -> Sources:
    """The sources of `check` and `layers`, but no locked versions: the
    canary installs the newest ones and records them."""
    found = merge(
        digest_worker("contract", "train", "load", "dump"),
        digest_modules("canary", "check", "contract"),
        collect_parity(i, result),
        collect_layers(i, result) if listed(i.framework) else {},
    )
    return {key: v for key, v in found.items() if "locks/" not in key}


def collect_benchmarks(i: Implementation, result: Result) -> Sources:
    """`result["variant"]` names the module that was timed; its edits are in
    the framework's variants.toml."""
    name, module = result["variant"]["name"], result["variant"]["module"]
    cases = result["cases"]
    found = merge(
        digest_worker("benchmark"),
        digest_request(cases=cases, threads=result["threads"]),
        digest_definitions(
            "benchmarks/variants.py",
            *("CASES", "MORE_CASES", "CHECK", "environment"),
        ),
        digest_definitions("benchmarks/measure.py", "digits"),
        digest_reference("convnet.py"),  # its losses are the check
        digest_weights("initial"),
        digest_digits("mnist-5k"),
    )
    if module == "peer":
        peer = Path("benchmarks/peers", f"{name}.py")
        return merge(
            found,
            digest_environment("ALONE"),
            digest_files(peer, "lab/onnx_file.py"),
            digest_weights("trained"),
            read_imported_versions(peer, LOCKS / "today.txt"),
        )
    if "peak" in cases:
        found |= digest_files(INSIDE / "peaks" / f"{i.framework.name}.py")
    if "layers" in cases:
        found |= digest_files(INSIDE / "layers.py")
    return merge(
        found,
        digest_folder(i.framework, f"{module}.py", "weights.py", "facts.py"),
        digest_manifest(i),
        digest_variant(i, name),
        read_versions(i),
    )


def digest_variant(i: Implementation, name: str) -> Sources:
    """The digest of a table of variants.toml; a listing may have none."""
    path = i.framework.folder / "variants.toml"
    tables = read_tables(path) if path.exists() else {}
    key = f"snippets/{i.framework.name}/variants.toml#{name}"
    return {key: digest_value(tables.get(name))}


KINDS = {
    "gates": collect_gates,
    "seeds": collect_seeds,
    "parity": collect_parity,
    "parity-gpu": collect_parity_gpu,
    "layers": collect_layers,
    "states": collect_states,
    "distributed": collect_distributed,
    "benchmarks": collect_benchmarks,
    "canary": collect_canary,
}


def find_implementation(result: Result) -> Implementation:
    """The implementation that a result is of; the reference for a peer of
    the benchmarks, which is in no folder of snippets/."""
    name, backend = result.get("name"), result.get("backend") or ""
    if variant := result.get("variant"):
        name, _, backend = variant["framework"].partition("/")
    for i in every():
        if i.framework.name == name and backend in (i.backend.name, ""):
            return i
    return reference()


def collect_sources(kind: str, result: Result) -> Sources:
    """The sources, in this tree, of the run that `result` describes. Raises
    BadInput if one of them cannot be read."""
    return KINDS[kind](find_implementation(result), result)


def read_time(path: Path) -> float:
    """When a file was changed or renamed to this path, in seconds since 1970.
    A rename keeps the modification time, so the status change counts too."""
    about = path.stat()
    return max(about.st_mtime, about.st_ctime)


def mark_changed(found: Sources) -> Sources:
    """`found`, without the digest of any file that has changed since this
    command started: an earlier version of it may have run."""
    return {
        key: "changed while it was measured"
        if (path := ROOT / key.partition("#")[0]).is_file()
        and read_time(path) > STARTED
        else value
        for key, value in found.items()
    }


def add_sources(kind: str, result: Result) -> Result:
    """`result`, just measured, with its sources: the packages as they are
    installed, and files as they were when this command started."""
    found = collect_sources(kind, result)
    if kind not in ("canary", "parity-gpu"):
        here = read_installed_versions(find_implementation(result))
        found |= {key: here[key] for key in found.keys() & here.keys()}
    return result | {"sources": mark_changed(found)}


def is_fresh(kind: str, result: Result) -> bool:
    """Is a kept result what this tree would measure?"""
    return bool(result.get("sources")) and (
        result["sources"] == collect_sources(kind, result)
    )


def find_state(kind: str, path: Path) -> State:
    """The state of a result file. Raises BadInput if it is broken, as
    lab.results.read() does."""
    if not path.exists():
        return "absent"
    return "fresh" if is_fresh(kind, results.read(kind, path)) else "stale"
