"""The benchmarks' variants compute the same; the clock."""

import functools
import re
import threading
import time
from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks import measure, results, variants
from lab.frameworks import frameworks
from lab.freshness import digest_of, is_fresh
from lab.inside.epochs import Epochs
from tests.evidence import choose, note
from tests.helpers import ROOT, Once

REQUIREMENTS = (ROOT / "requirements.txt").read_text("utf-8")
# What determines a check, besides the folder of its framework.
CHECKED = "benchmarks", "lab", "data", "environments/locks", "results/parity"
FAST = [
    v.name
    for v in variants.variants()
    if v.peer or (v.group == "fast" and not v.options)
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


def test_every_variant_finds_what_it_edits() -> None:
    for v in variants.variants():
        if v.peer:
            continue
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
        into=tmp_path_factory.mktemp("checks"),
        device="cpu",
        threads=2,
        machine=None,
        timeout=600,
        rounds=1,
        cases=None,
    )
    return measure.Measuring(options, tmp_path_factory.mktemp("scratch"))


def is_measured(name: str) -> bool:
    """Whether a kept result of `name` on a CPU, and fresh, has the check of
    its losses."""
    found = map(results.load, results.FOLDER.rglob(f"{name}.json"))
    return any(
        result["device"] == "cpu"
        and result["check"]
        and result["check"]["farthest"] < 1e-5
        and is_fresh("benchmarks", result)
        for result in found
    )


@functools.cache
def choose_variants(prove: bool) -> set[str]:
    """The variants whose kept check is taken."""
    return choose(FAST, is_measured, prove)[1]


@pytest.mark.framework
@pytest.mark.parametrize("name", FAST)
def test_fast_variants_compute_the_same(
    name: str, request: pytest.FixtureRequest, once: Once
) -> None:
    if name in choose_variants(request.config.getoption("prove")):
        note(
            request,
            f"benchmark {name}: its check is taken, nothing of it has changed",
        )
        return
    [variant] = variants.variants([name])

    def make(folder: Path) -> None:
        measuring = request.getfixturevalue("measuring")
        entry = measuring.entry(variant)
        # What fails here is not kept: memory may have been short.
        assert measuring.check(variant, entry) is None
        assert entry["check"]["farthest"] < 1e-5

    key = digest_of(
        [
            variant.implementation.framework.folder,
            *(ROOT / name for name in CHECKED),
        ]
    )
    once(f"check-{name}", make, key)


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


def test_bfloat16_is_not_float32_under_another_name() -> None:
    for path in results.FOLDER.rglob("*.json"):
        found = results.load(path)
        if found["precision"] == "bfloat16" and found["check"]:
            assert found["check"]["farthest"] > 1e-5
