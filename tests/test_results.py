"""A result that contradicts itself is refused, in a line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab import results
from lab.errors import BadInput
from lab.frameworks import reference
from tests.command_line import one_line

Result = dict[str, Any]
OTHER = "pytorch2"
REFERENCE = reference().slug


def put(*keys: Any, value: Any) -> Callable[[Result], None]:
    """In the place of what the keys lead to."""

    def spoil(found: Result) -> None:
        *outer, last = keys
        for key in outer:
            found = found[key]
        found[last] = value

    return spoil


def rename(key: str, old: str, new: str) -> Callable[[Result], None]:
    def spoil(found: Result) -> None:
        found[key][new] = found[key].pop(old)

    return spoil


GATES = f"gates/{OTHER}-mnist-5k-0"
SPOILS = [
    (GATES, put("date", value="2026-13-41T00:00:00+00:00"), "date"),
    (GATES, put("label", value="Keras"), "label"),
    (GATES, put("era", value="2018"), "era"),
    (GATES, put("epochs", value=4), "losses: 3 of 4 epochs"),
    (GATES, put("losses", 0, value=-1.0), "is below 0"),
    (GATES, put("test_accuracy", value=0.9494), "of 1000 digits"),
    (GATES, put("images_per_second", value=1796.2), "images_per_second"),
    (GATES, put("gate", value=0.96), "where the gate is"),
    (GATES, put("error", value="no"), "where the gate is"),
    (f"seeds/{OTHER}-own-0", put("epochs", value=1), "losses: 12 of 1"),
    (f"parity/{OTHER}", put("losses", value=[1.0] * 100), "alone has them"),
    (f"parity/{REFERENCE}", lambda r: r.pop("losses"), "losses: missing"),
    (f"layers/{OTHER}", rename("rows", "lstm", "lstn"), "called 'lstn'"),
    (f"layers/{OTHER}", put("rows", "lstm", "none", value="a"), "neither"),
    (f"layers/{OTHER}", lambda r: r["rows"]["lstm"].pop("units"), "neither"),
    (f"states/{OTHER}", put("from", "nowhere", value={}), "no nowhere"),
    (
        f"states/{OTHER}",
        lambda r: next(iter(r["from"].values())).update(
            agd={"max_abs": 0, "units": 0, "where": ""}
        ),
        "called 'agd'",
    ),
]


@pytest.mark.parametrize("file, spoil, words", SPOILS)
def test_contradiction(
    file: str, spoil: Callable[[Result], Any], words: str, tmp_path: Path
) -> None:
    kind, stem = file.split("/")
    path = tmp_path / f"{stem}.json"
    found = json.loads((results.FOLDER / f"{file}.json").read_text("utf-8"))
    path.write_text(json.dumps(found))
    assert results.read(kind, path) == found
    spoil(found)
    path.write_text(json.dumps(found))
    with pytest.raises(BadInput) as raised:
        results.read(kind, path)
    one_line(str(raised.value), words)
    assert str(path) in str(raised.value)


def test_a_key_twice(tmp_path: Path) -> None:
    text = (results.FOLDER / f"{GATES}.json").read_text("utf-8")
    path = tmp_path / "gates.json"
    path.write_text(text.replace('"seed": 0', '"seed": 0, "seed": 1'))
    with pytest.raises(BadInput, match="not whole: 'seed' is there twice"):
        results.read("gates", path)


@pytest.mark.parametrize("text", ["", "[" * 9999, '{"type": 7}', None])
def test_a_broken_schema_is_one_line(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "ROOT", tmp_path)
    path = tmp_path / "results" / "schemas" / "parity.json"
    path.parent.mkdir(parents=True)
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadInput) as caught:
        results.schema.__wrapped__("parity")
    one_line(str(caught.value), str(path))
