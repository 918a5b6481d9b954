"""A result is fresh for as long as what determined it is as it was."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab import evidence, freshness, mnist, results
from lab.errors import BadInput
from lab.evidence import read_trace
from lab.files import write_arrays
from lab.frameworks import (
    ROOT,
    Implementation,
    every,
    implementations,
    reference,
)
from lab.processes import execute
from tests.command_line import one_line, snippets
from tests.helpers import HANG

Changed = Callable[[str, Callable[[str], str]], set[str]]
TORCH = {"pytorch2", "keras3-torch"}
LAYERS = "layers", "states", "canary"
# Makes every result of a copy of the project fresh; then, for each line of
# standard input that says a file has changed, names those that are not.
WATCH = """
import json, sys
from lab import freshness, results
found = {
    (kind, name): result
    for kind in freshness.KINDS
    for name, result in results.read_all(kind).items()
}
for (kind, name), result in found.items():
    result["sources"] = freshness.collect_sources(kind, result)
for _ in sys.stdin:
    print(json.dumps([
        f"{kind}/{name}" for (kind, name), result in found.items()
        if not freshness.is_fresh(kind, result)
    ]), flush=True)
"""


def copied(folder: Path) -> None:
    """The project without its site, its evidence and its environments."""
    for name in "lab", "snippets", "benchmarks", "results", "data":
        shutil.copytree(
            ROOT / name,
            folder / name,
            symlinks=True,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    shutil.copytree(
        ROOT / "environments",
        folder / "environments",
        ignore=shutil.ignore_patterns("node_modules"),
    )


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """changed(path, edit): the results that are stale where `edit` has gone
    over that file of the project, and not before."""
    folder = tmp_path_factory.mktemp("copy")
    copied(folder)
    with subprocess.Popen(
        [sys.executable, "-c", WATCH],
        cwd=folder,
        encoding="utf-8",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(folder)},
    ) as process:

        def stale() -> set[str]:
            assert process.stdin and process.stdout
            process.stdin.write("\n")
            process.stdin.flush()
            return set(json.loads(process.stdout.readline()))

        def changed(path: str, edit: Callable[[str], str]) -> set[str]:
            assert stale() == set()
            file = folder / path
            text = file.read_text("utf-8")
            assert edit(text) != text
            file.write_text(edit(text), "utf-8")
            try:
                return stale()
            finally:
                file.write_text(text, "utf-8")

        yield changed


def of(found: set[str]) -> set[str]:
    """The kinds of these results."""
    return {name.split("/")[0] for name in found}


def all_of(kind: str) -> set[str]:
    return {f"{kind}/{name}" for name in results.read_all(kind)}


def test_an_operator_makes_stale_what_depends_on_it(changed: Changed) -> None:
    found = changed(
        "snippets/pytorch2/convnet.py",
        lambda text: text.replace("nn.ReLU()", "nn.GELU()", 1),
    )
    assert of(found) == {
        "gates",
        "seeds",
        "parity",
        "distributed",
        "benchmarks",
        "canary",
    }
    timed = {
        f"benchmarks/{name}"
        for name, result in results.read_all("benchmarks").items()
        if result["variant"]["framework"] == "pytorch2"
        and result["variant"]["module"] == "convnet"
    }
    assert {name for name in found if name.startswith("bench")} == timed
    others = [name for name in found if not name.startswith("bench")]
    assert all(name.split("/")[1].startswith("pytorch2") for name in others)
    assert len(others) == 10 + 10 + 3


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("import os\n", "import os  # a comment\n"),
        lambda text: text.replace('"""', '"""Another docstring. ', 1),
        lambda text: text.replace("(1, 32, ", "(\n        1, 32,  "),
        lambda text: text.replace("\n\n\n", "\n\n\n\n\n"),
    ],
    ids=["comment", "docstring", "formatting", "empty lines"],
)
def test_what_does_not_run_makes_nothing_stale(
    edit: Callable[[str], str], changed: Changed
) -> None:
    assert changed("snippets/pytorch2/convnet.py", edit) == set()


def test_a_locked_version_is_of_what_imports_it(changed: Changed) -> None:
    found = changed(
        "environments/locks/today.txt",
        lambda text: text.replace("\ntorch==2.13.0", "\ntorch==2.13.1"),
    )
    # An optimizer arrives in each framework from each other.
    assert all_of("states") <= found
    rest = found - all_of("states")
    assert of(rest) == {
        "gates",
        "seeds",
        "parity",
        "layers",
        "distributed",
        "benchmarks",
    }
    names = [name.rsplit("/", 1)[1] for name in rest]
    assert all("pytorch2" in name or "keras3-torch" in name for name in names)
    for kind in "parity", "layers", "distributed":
        assert {f"{kind}/{slug}" for slug in TORCH} <= rest


def test_a_locked_library_is_of_what_computes_with_it(
    changed: Changed,
) -> None:
    """Nobody imports jaxlib by its name."""
    found = changed(
        "environments/locks/today.txt",
        lambda text: text.replace("\njaxlib==0", "\njaxlib==1"),
    )
    assert {"parity/jax_flax", "parity/keras3-jax", "layers/jax_flax"} < found
    names = {name.rsplit("/", 1)[1] for name in found - all_of("states")}
    assert all("jax" in name for name in names)


@pytest.mark.parametrize(
    "path, find, replace, kinds",
    [
        ("lab/inside/parity.py", "[0] +", "[0, 0] +", ["parity", "canary"]),
        ("lab/inside/rows.py", "int(", "float(", LAYERS),
        ("lab/float64.py", "1e-200", "1e-201", LAYERS),
        ("lab/layers.py", "errors += [", "errors = [", ["layers", "canary"]),
        (
            "snippets/numpy_float64/layers/pooling.toml",
            "= [",
            "= [1, ",
            ["layers", "canary"],
        ),
        (
            "lab/processes.py",
            '"PYTHONUTF8": "1"',
            '"PYTHONUTF8": "0"',
            sorted(freshness.KINDS.keys() - {"parity-gpu"}),
        ),
        ("snippets/pytorch2/framework.toml", '= "#', '= "#0', []),
        ("lab/outcome.py", "return 1", "return 3", []),
    ],
)
def test_kinds_that_depend_on(
    path: str, find: str, replace: str, kinds: list[str], changed: Changed
) -> None:
    """Each is stale whole; what is not named, not at all."""
    found = changed(path, lambda text: text.replace(find, replace))
    assert of(found) == set(kinds)
    # The canary asks no layers of the reference.
    for kind in kinds:
        assert all_of(kind) - {"canary/numpy_float64"} <= found


def test_a_file_that_is_gone_is_named() -> None:
    name = "snippets/numpy_float64/gone.py"
    found = freshness.digest_folder(reference().framework, "gone.py")
    assert found == {name: "absent"}


@pytest.mark.parametrize("name", ["GATE_EPOCHS", "GATE_BATCH"])
def test_a_gate_holds_for_its_epochs_and_batch_size(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = results.read_all("gates")["pytorch2-mnist-5k-0"]
    found["sources"] = freshness.collect_sources("gates", found)
    assert freshness.is_fresh("gates", found)
    new = {"GATE_EPOCHS": {"mnist-5k": 4, "mnist": 1}, "GATE_BATCH": 64}
    monkeypatch.setattr(freshness, name, new[name])
    assert not freshness.is_fresh("gates", found)


def make_fresh() -> dict[str, Any]:
    """A result, as if it had just been measured."""
    found = results.read_all("parity")["pytorch2"]
    return found | {"sources": freshness.collect_sources("parity", found)}


def test_no_sources_are_stale_and_no_error(tmp_path: Path) -> None:
    found = make_fresh()
    assert freshness.is_fresh("parity", found)
    path = tmp_path / "pytorch2.json"
    path.write_text(json.dumps(found))
    assert freshness.find_state("parity", path) == "fresh"
    wrong: list[Any] = [{}, [], None, 7, {"lab/parity.py": 7}]
    for other in wrong:
        path.write_text(json.dumps(found | {"sources": other}))
        assert freshness.find_state("parity", path) == "stale"
    del found["sources"]
    path.write_text(json.dumps(found))
    assert freshness.find_state("parity", path) == "stale"
    path.unlink()
    assert freshness.find_state("parity", path) == "absent"


@pytest.mark.parametrize("edit", ["other", "gone", "more"])
def test_an_edited_digest_is_stale(edit: str) -> None:
    found = make_fresh()
    key = "snippets/pytorch2/convnet.py"
    if edit == "other":
        found["sources"][key] = "0" * 16
    elif edit == "gone":
        del found["sources"][key]
    else:
        found["sources"]["snippets/pytorch2/fast.py"] = "0" * 16
    assert not freshness.is_fresh("parity", found)


@pytest.mark.parametrize(
    "source, text",
    [
        ("snippets/pytorch2/facts.py", "def ("),
        ("lab/inside/parity.py", "\0"),
        ("environments/locks/today.txt", None),
        ("data/initial.safetensors", None),
    ],
)
def test_a_source_that_cannot_be_read_is_one_line(
    source: str, text: str | None, tmp_path: Path
) -> None:
    copied(tmp_path)
    path = tmp_path / source
    path.unlink()
    if text:
        path.write_text(text)
    for result in (tmp_path / "results" / "parity").glob("*.json"):
        found = json.loads(result.read_text("utf-8"))
        result.write_text(json.dumps(found | {"sources": {"a": "b"}}))
    more = {"PYTHONPATH": str(tmp_path)}
    process = snippets("status", "pytorch2", root=tmp_path, more=more)
    assert process.returncode == 2
    one_line(process.stderr.strip(), str(path))


def test_a_source_that_changes_while_it_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ran may have been another: it is not fresh afterwards."""
    found = make_fresh()
    monkeypatch.setattr(freshness, "STARTED", 0.0)
    found = freshness.add_sources("parity", found)
    assert not freshness.is_fresh("parity", found)


def test_syntax_trees_are_the_same_in_every_python(tmp_path: Path) -> None:
    """Where others are installed; their syntax trees have other fields."""
    code = (
        "import sys; sys.path.insert(0, '.'); import lab.freshness as f, "
        "ast, pathlib; print([f.digest_value(f.strip_tree(ast.parse("
        "p.read_bytes()))) for p in "
        "sorted(pathlib.Path('snippets').rglob('*.py'))])"
    )
    source = Path(freshness.__file__).read_text("utf-8")
    names = "digest", "digest_value", "strip_tree"
    functions = [
        ast.unparse(node)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name in names
    ]
    head = "import ast, hashlib, json\nfrom typing import Any\n" + (
        "DOCUMENTED = ast.Module, ast.ClassDef, ast.FunctionDef, "
        "ast.AsyncFunctionDef\n"
    )
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "__init__.py").write_text("")
    (tmp_path / "lab" / "freshness.py").write_text(head + "\n".join(functions))
    (tmp_path / "snippets").symlink_to(ROOT / "snippets")
    home = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    pythons = sorted(Path(home).glob("versions/3.1[1-9]*/bin/python"))
    said = {
        subprocess.run(
            [python, "-c", code],
            cwd=tmp_path,
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
        for python in [sys.executable, *map(str, pythons)]
    }
    assert len(said) == 1


QUICK = {"numpy_float64", "pytorch2"}


@pytest.mark.parametrize(
    "i",
    [
        pytest.param(
            i, id=i.title, marks=[] if i.slug in QUICK else pytest.mark.slow
        )
        for i in every()
    ],
)
def test_sources_are_all_that_a_training_reads(
    i: Implementation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"epochs": 1, "batch_size": 128, "seed": 0}
    digits = tmp_path / "digits.npz"
    write_arrays(
        digits, {k: a[:256] for k, a in mnist.load()._asdict().items()}
    )
    trace = tmp_path / "trace"
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "lab" / "trace"))
    monkeypatch.setenv("TRACE_INTO", str(trace))
    # It may be a folder of the project; what is in it is no source.
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    request = asked | {"task": "train", "digits": digits.name}
    result = execute(i, request, HANG, inputs={digits.name: digits})
    assert result["error"] is None
    read = {str(path.relative_to(ROOT)) for path in read_trace(trace)}
    named = freshness.collect_gates(i, asked | {"data": "mnist-5k"})
    own = f"snippets/{i.framework.name}"
    assert f"{own}/convnet.py" in read
    # facts.py counts parameters by weights.py, which no training asks.
    beside = {f"{own}/weights.py", "lab/__init__.py", "lab/inside/__init__.py"}
    assert read <= named.keys() | beside


def test_the_table_names_the_command() -> None:
    process = snippets("status", "numpy_float64")
    assert process.returncode == 0, process.stderr
    rows = {
        cells[1].strip(): cells
        for line in process.stdout.splitlines()
        if len(cells := line.split("│")) > 6
    }
    assert "gates mnist" in rows and "parity" in rows
    for name, cells in rows.items():
        fresh, stale, absent = (c.strip() for c in cells[3:6])
        assert fresh != "·" or stale != "·" or absent != "·", name
        assert ("python -m" in cells[6]) == (stale + absent != "··"), name


def test_names_of_kinds_are_those_of_results() -> None:
    assert set(freshness.KINDS) == set(results.NAMES)
    with pytest.raises(BadInput, match="no framework"):
        implementations(["nothing"])


# Makes all results of the reference fresh but one.
FRESHEN = """
from lab import freshness, results
from lab.files import write_json
for kind in "gates", "parity", "canary":
    for name, result in results.read_all(kind).items():
        if result["name"] == "numpy_float64" and name != "control":
            path = results.FOLDER / kind / f"{name}.json"
            write_json(path, freshness.add_sources(kind, result))
path = results.FOLDER / "gates" / "numpy_float64-mnist-5k-2.json"
write_json(path, results.read("gates", path) | {"sources": {}})
path = results.FOLDER / "parity" / "control.json"
write_json(path, freshness.add_sources("parity", results.read("parity", path)))
"""


@pytest.mark.slow
def test_refresh_measures_what_is_stale_alone(tmp_path: Path) -> None:
    copied(tmp_path)
    more = {"PYTHONPATH": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-c", FRESHEN],
        cwd=tmp_path,
        check=True,
        env=os.environ | more,
    )
    kept = tmp_path / "results" / "gates"
    before = {path: path.read_bytes() for path in kept.glob("*.json")}
    stale = kept / "numpy_float64-mnist-5k-2.json"
    for _ in range(2):
        asked = "refresh", "numpy_float64"
        process = snippets(*asked, root=tmp_path, more=more)
        assert process.returncode == 0, process.stderr
        changed = [p for p in before if p.read_bytes() != before[p]]
        assert changed == [stale]
        # The second time there is nothing to do.
        assert ("gates --data mnist-5k" in process.stdout) == (
            before[stale] != b""
        )
        before[stale] = b""


def test_a_file_that_replaces_another_has_changed(tmp_path: Path) -> None:
    """A rename keeps the time of the last change, here 1970."""
    new, old = tmp_path / "new.py", tmp_path / "old.py"
    before = time.time() - 1  # file systems round
    for path in new, old:
        path.write_text("")
    os.utime(new, (0, 0))
    new.replace(old)
    assert freshness.read_time(old) > before


@pytest.mark.parametrize(
    "text", ["null", "[]", '{"slips/a": null}', "[" * 9999]
)
def test_broken_sources_of_evidence(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that is none is stale; a file that is none, one line."""
    path = tmp_path / "sources.json"
    path.write_text(text)
    monkeypatch.setattr(evidence, "SOURCES", path)
    record = evidence.list_records()["semantics/order_today"]
    if text.startswith("{"):
        assert evidence.find_state(record) == "stale"
    else:
        with pytest.raises(BadInput, match=re.escape(str(path))):
            evidence.find_state(record)


def test_a_script_s_sources_are_what_frameworks_import_for_it() -> None:
    """And files that compiled code reads."""
    entries = evidence.read_sources()
    keys = entries["semantics/keras_softmax_today"]["sources"].keys()
    packages = "keras", "torch", "jax", "jaxlib", "tensorflow"
    assert {f"environments/locks/today.txt#{p}" for p in packages} <= keys
    assert "data/mnist.safetensors" in entries["digit/breaks"]["sources"]
    keys = entries["training/record"]["sources"].keys()
    assert "data/initial.safetensors" in keys


@pytest.mark.parametrize(
    "find, replace, same",
    [('colour = "#', 'colour = "#0', True), ('era = "', 'era = "1', False)],
)
def test_what_a_manifest_shows_is_no_source_of_evidence(
    find: str, replace: str, same: bool, tmp_path: Path
) -> None:
    text = (ROOT / "snippets/pytorch2/framework.toml").read_text("utf-8")
    paths = [tmp_path / n / "framework.toml" for n in ("before", "after")]
    for path, content in zip(paths, [text, text.replace(find, replace, 1)]):
        path.parent.mkdir()
        path.write_text(content)
    first, second = map(evidence.digest_read_file, paths)
    assert (first == second) == same
