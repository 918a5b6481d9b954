"""What variants.toml, peers.toml and the layers' tables may not say is an
error of one line."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import variants
from lab import frameworks, rows
from lab.errors import BadInput
from lab.frameworks import SNIPPETS, reference
from tests.command_line import one_line

# One that has variants of every kind, and rules with axes.
NAME = "pytorch2"
[FRAMEWORK] = [f for f in frameworks.frameworks() if f.name == NAME]
Edit = tuple[str, str, str]


def refused(path: Path, edit: Edit, read: Callable[[], object]) -> None:
    """Where the first match of a regular expression becomes another text,
    read() says in a line what is wrong, and where."""
    find, replace, words = edit
    text = path.read_text("utf-8")
    new = re.sub(find, lambda _: replace, text, count=1, flags=re.M)
    assert new != text
    path.write_text(new, "utf-8")
    with pytest.raises(BadInput) as raised:
        read()
    one_line(str(raised.value), words)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    "edit",
    [
        (r"^\[pytorch2-again\]", "[Again]", "no name of a variant"),
        (r"^cases = .*", "cases = []", "none, or one twice"),
        (r"^cases = .*", "digits = 0", "below 1"),
        (r'precision = "\w+"', 'precision = "half"', "is not one of float32"),
        (r"compile = true", "compiled = true", "takes no 'compiled'"),
        (r"to\(DEVICE\)", "to(DEVICES)", "is not once in convnet.py"),
    ],
)
def test_variants(edit: Edit, tmp_path: Path) -> None:
    path = tmp_path / NAME / "variants.toml"
    path.parent.mkdir()
    shutil.copy(SNIPPETS / NAME / "variants.toml", path)
    assert variants.read(FRAMEWORK, tmp_path)
    refused(path, edit, lambda: variants.read(FRAMEWORK, tmp_path))


@pytest.mark.parametrize(
    "edit",
    [
        (r"^\[open_vino\]", "[open]", "no module beside it"),
        (r"^label = .*", 'label = "a|b"', "no page shows"),
        (r"^import_name = .*", 'import_name = "a-b"', "import_name"),
    ],
)
def test_peers(
    edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(variants.PEERS, tmp_path / "peers"))
    monkeypatch.setattr(variants, "PEERS", folder)
    refused(folder / "peers.toml", edit, variants.peers)


@pytest.mark.parametrize(
    "edit",
    [
        (r'axes = "H W I O', 'axes = "H W I', "is no way from H W I O"),
        (r'axes = "H W I O', 'axes = "H W (I O)', "is no way from"),
        (r"-> O I H W", "-> O I H", "is no way from"),
        (r'name = "weight"', 'name = ""', "it has no name"),
        (r"^kernel = ", "kennel = ", "the row has no 'kennel'"),
        (r"gates = \[.*?\]", "gates = [0, 0, 2]", "one is there twice"),
        (r"fixed = \{ unbiased", "fixed = { unbiassed", "takes no"),
    ],
)
def test_rules(edit: Edit, tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    shutil.copy(SNIPPETS / NAME / "layers" / "rules.toml", path)
    refused(path, edit, lambda: rows.rules_in(path))


@pytest.mark.parametrize(
    "edit",
    [
        (r"^order = .*", "order = 1", "order 1 is that of"),
        (r"https://", "htps://", "no address"),
        (r"^weights.bias = .*", 'weights.bias = ["H", 0]', "and its sizes"),
    ],
)
def test_groups(edit: Edit, tmp_path: Path) -> None:
    folder = tmp_path / "layers"
    shutil.copytree(reference().framework.folder / "layers", folder)
    path = folder / "recurrent.toml"
    refused(path, edit, lambda: rows.groups_in(folder))
