"""The TOML files of snippets/, benchmarks/ and evidence/, spoilt."""

import tempfile
from pathlib import Path
from unittest import mock

from hypothesis import assume, given
from hypothesis import strategies as st

from benchmarks import variants
from lab import command, frameworks, rows, symptoms
from lab.frameworks import Framework, reference
from tests.fuzz import judge
from tests.fuzz.attempt import accepts, reads
from tests.fuzz.changes import apply, in_text


def spoil(data: st.DataObject, path: Path) -> bytes:
    """The text of `path`, changed."""
    old = path.read_bytes()
    new = apply(data.draw(in_text(old)), old)
    assume(new != old)
    return new


def choose(data: st.DataObject, file: str) -> Framework:
    """One of the frameworks that have `file`."""
    return data.draw(
        st.sampled_from(
            [f for f in frameworks.frameworks() if (f.folder / file).exists()]
        )
    )


def link_all(folder: Path, to: Path, *, but: str) -> None:
    """Make `folder`, with links to all that is in `to`, `but` left out."""
    folder.mkdir()
    for path in to.iterdir():
        if path.name != but:
            (folder / path.name).symlink_to(path)


def copy_snippets(folder: Path, name: str, file: str, new: bytes) -> Path:
    """snippets/ in `folder`, as links; `file` of the framework `name` is
    `new`."""
    copy, real = folder / "snippets", frameworks.SNIPPETS
    link_all(copy, real, but=name)
    link_all(copy / name, real / name, but=file)
    (copy / name / file).write_bytes(new)
    return copy


@given(st.data())
def test_framework(data: st.DataObject) -> None:
    f = choose(data, "framework.toml")
    new = spoil(data, f.folder / "framework.toml")
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_snippets(Path(folder), f.name, "framework.toml", new)
        with mock.patch.object(frameworks, "SNIPPETS", copy):
            if accepts(lambda: command.main(["list"])):
                for found in frameworks.frameworks():
                    assert judge.is_same_again(found)
                    judge.judge_framework(found)


@given(st.data())
def test_variants(data: st.DataObject) -> None:
    f = choose(data, "variants.toml")
    new = spoil(data, f.folder / "variants.toml")
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_snippets(Path(folder), f.name, "variants.toml", new)
        if reads(lambda: variants.load(copy)):
            for found in variants.read(f, copy):
                assert judge.is_same_again(found.said)
                judge.judge_variant(found)


@given(st.data())
def test_rules(data: st.DataObject) -> None:
    f = choose(data, "layers/rules.toml")
    new = spoil(data, f.folder / "layers/rules.toml")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rules.toml")
        path.write_bytes(new)
        if reads(lambda: rows.rules_in(path)):
            for name, rule in rows.rules_in(path).items():
                judge.judge_rule(name, rule)


@given(st.data())
def test_groups(data: st.DataObject) -> None:
    real = reference().framework.folder / "layers"
    path = data.draw(st.sampled_from(sorted(real.glob("*.toml"))))
    new = spoil(data, path)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "layers")
        link_all(copy, real, but=path.name)
        (copy / path.name).write_bytes(new)
        if reads(lambda: rows.groups_in(copy)):
            for group in rows.groups_in(copy).values():
                judge.judge_group(group)


@given(st.data())
def test_peers(data: st.DataObject) -> None:
    new = spoil(data, variants.PEERS / "peers.toml")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "peers")
        link_all(copy, variants.PEERS, but="peers.toml")
        (copy / "peers.toml").write_bytes(new)
        with mock.patch.object(variants, "PEERS", copy):
            if reads(variants.peers):
                for found in variants.peers():
                    assert found.peer and judge.is_shown(found.peer.label)
                    assert (copy / f"{found.name}.py").is_file()


@given(st.data())
def test_symptoms(data: st.DataObject) -> None:
    new = spoil(data, symptoms.FILE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "symptoms.toml")
        path.write_bytes(new)
        with mock.patch.object(symptoms, "FILE", path):
            symptoms.symptoms.cache_clear()
            reads(symptoms.symptoms)
    symptoms.symptoms.cache_clear()


def test_what_is_there_is_right() -> None:
    """Or the judge would be wrong."""
    for f in frameworks.frameworks():
        assert judge.is_same_again(f)
        judge.judge_framework(f)
        for variant in variants.read(f):
            judge.judge_variant(variant)
        if (f.folder / "layers" / "rules.toml").exists():
            for name, rule in rows.rules(f).items():
                judge.judge_rule(name, rule)
    for group in rows.groups().values():
        judge.judge_group(group)
