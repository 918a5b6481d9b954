"""The benchmarks' variants compute the same; the clock and the ratios."""

import json
import re
import threading
import time
from argparse import Namespace
from pathlib import Path

import numpy as np
import pyperf
import pytest

from benchmarks import compare, measure, results, variants
from lab.frameworks import frameworks
from lab.inside.epochs import Epochs
from tests.helpers import ROOT

REQUIREMENTS = (ROOT / "requirements.txt").read_text("utf-8")
FAST = [
    v.name for v in variants.variants() if v.group == "fast" and not v.options
]


def test_the_clock_runs_between_the_lines_of_an_epoch() -> None:
    events: list[str] = []
    main = threading.current_thread()

    def train() -> None:
        for epoch in range(5):
            events.append(f"train {epoch}")
            print("epoch", epoch, "loss")

    def clock() -> None:
        for number in range(3):
            time.sleep(0.01)
            events.append(f"wait {number}")
            assert epochs.seconds(1) > 0
        assert epochs.call(threading.current_thread) is main

    epochs = Epochs(train)
    epochs.run(clock)
    # The fourth epoch never began.
    assert events == [
        f"{what} {n}" for n in range(3) for what in ("wait", "train")
    ]

    epochs = Epochs(train)
    with pytest.raises(RuntimeError, match="no more epochs"):
        epochs.run(lambda: epochs.seconds(6))
    epochs = Epochs(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        epochs.run(lambda: epochs.seconds(1))


def test_ratio_and_its_interval() -> None:
    random = np.random.default_rng(1)
    noise = 1 + 0.1 * random.standard_normal(20)
    base = {n: x for n, x in enumerate(noise)}
    twice = {n: 2 * x for n, x in base.items()}
    # In pairs, noise that both share cancels out.
    assert compare.ratio(twice, base) == pytest.approx((2, 2, 2))
    other = dict(enumerate(1 + 0.1 * random.standard_normal(20)))
    middle, low, high = compare.ratio(other, base)
    assert low and high and low < 1 < high and low < middle < high
    assert compare.ratio({1: 2.0}, {1: 1.0}) == (2.0, None, None)
    slow = {n: 3 * x for n, x in other.items()}
    found = compare.ranks({"a": base, "b": other, "c": slow})
    assert found == {"a": (1, 2), "b": (1, 2), "c": (3, 3)}


def test_every_variant_finds_what_it_edits() -> None:
    for v in variants.variants():
        source = v.implementation.framework.source(f"{v.module}.py")
        for find, replace in v.edits:
            assert source.count(find) == 1, (v.name, find)
            source = source.replace(find, replace)
        compile(source, v.name, "exec")


@pytest.fixture(scope="module")
def measuring(
    tmp_path_factory: pytest.TempPathFactory,
) -> measure.Measuring:
    options = Namespace(
        into=tmp_path_factory.mktemp("checks"), device="cpu", threads=2,
        machine=None, timeout=600,
    )  # fmt: skip
    return measure.Measuring(options, str(tmp_path_factory.mktemp("scratch")))


@pytest.mark.parametrize("name", FAST)
def test_fast_variants_compute_the_same(
    measuring: measure.Measuring, name: str
) -> None:
    [variant] = variants.variants([name])
    entry = measuring.entry(variant)
    assert measuring.check(variant, entry) is None
    assert entry["check"]["farthest"] < 1e-5


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "evidence" / "profiles").glob("*.py")),
    ids=lambda p: p.stem,
)
def test_profiles_are_of_the_versions_that_are_pinned(path: Path) -> None:
    """Timings and counts of an hour are not held; that they were taken from
    what the site shows is."""
    recorded = path.with_suffix(".txt").read_text("utf-8")
    [f] = [f for f in frameworks() if path.stem.startswith(f"{f.name}_")]
    package = f.import_name.partition(".")[0]
    [pinned] = set(
        re.findall(
            rf"^{package}(?:-cpu)?(?:\[.*\])?==([\d.]+)", REQUIREMENTS, re.M
        )
    )
    assert pinned in recorded, f.name
    section = f.source("fast.md")
    assert f'--8<-- "evidence/profiles/{path.stem}.txt' in section


def test_all_results_are_as_the_schema_has_them() -> None:
    folders = {p.parent for p in results.FOLDER.rglob("*.json")}
    assert folders
    for folder in folders:
        for name, found in results.folder(folder).items():
            assert found["variant"]["name"] == name
            suite = pyperf.BenchmarkSuite.loads(json.dumps(found["pyperf"]))
            assert suite.get_benchmarks()
            if found["precision"] == "bfloat16":
                # Not float32 under another name.
                assert found["check"]["farthest"] > 1e-5
