"""`python -m benchmarks`: what is measured, kept, refused and said."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pyperf
import pytest
from conftest import ROOT

from benchmarks import __main__ as command
from benchmarks import case, compare, report, results, run, variants
from snippets import running

SLIP = ["momentum=0.9, nesterov=True", "momentum=0.0"]
REQUIREMENTS = (ROOT / "requirements.txt").read_text("utf-8")
VARIANTS = variants.variants()
FAST = [v for v in VARIANTS if v["group"] == "fast" and not v["options"]]


def benchmarks(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        **options,
    )


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Two rounds of one prediction, beside a variant whose optimiser is
    broken: its folder, and what the command said."""
    folder = tmp_path_factory.mktemp("measured")
    table = folder / "variants.toml"
    table.write_text(
        '[sound]\nframework = "pytorch2"\ncases = ["predict-1"]\n'
        '[broken]\nframework = "pytorch2"\ncases = ["predict-1"]\n'
        f"edits = [{json.dumps(SLIP)}]\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variants, "FILE", table)
        arguments = ["run", "--rounds", "2", "--into", str(folder / "results")]
        status = command.main(arguments)
        again = {p: p.read_bytes() for p in (folder / "results").iterdir()}
        command.main([*arguments, "sound"])
    return SimpleNamespace(folder=folder / "results", status=status,
                           files=again)  # fmt: skip


def test_every_value_is_kept(measured):
    sound = results.load(measured.folder / "sound.json")
    assert sound["errors"] == [] and sound["device"] == "cpu"
    assert sound["check"]["farthest"] < 1e-5
    proven = json.loads((ROOT / "results" / "parity.json").read_text())
    assert sound["check"]["losses"] == pytest.approx(
        proven["losses"][:10], rel=1e-5
    )
    benchmark = sound["measured"]["predict-1"]
    runs = benchmark.get_runs()
    assert [len(r.values) for r in runs] == [3, 3]
    assert set(results.rounds(benchmark)) == {1, 2}
    metadata = runs[0].get_metadata()
    assert metadata["import_seconds"] > 0
    # pyperf's own tools read what was kept, and no host is named in it.
    assert "hostname" not in metadata
    assert benchmark.get_total_loops() == metadata["loops"]
    schema = ROOT / "benchmarks" / "schema.json"
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--schemafile", schema,
         *measured.folder.iterdir()],
        capture_output=True,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


def test_broken_variant_is_an_error_and_the_rest_go_on(measured):
    assert measured.status == 1
    broken = results.load(measured.folder / "broken.json")
    [error] = broken["errors"]
    assert "from float64's" in error["error"] and not broken["measured"]


def test_what_is_there_is_not_measured_again(measured):
    path = measured.folder / "sound.json"
    assert path.read_bytes() == measured.files[path]


def test_killed_it_leaves_whole_files_and_goes_on(tmp_path):
    arguments = ["run", "harness", "--rounds", "3", "--into", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT,
        stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    path = tmp_path / "harness.json"
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    first = results.rounds(results.load(path)["measured"]["harness"])
    assert 0 < len(first) < 3
    assert benchmarks(*arguments).returncode == 0
    after = results.rounds(results.load(path)["measured"]["harness"])
    assert len(after) == 3 and after | first == after
    later = ["--first", "7", "--rounds", "2"]
    assert benchmarks(*arguments, *later).returncode == 0
    after = results.rounds(results.load(path)["measured"]["harness"])
    assert set(after) == {1, 2, 3, 7, 8}


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["run", "pytroch2"], "did you mean 'pytorch2'?"),
        (["run", "--cases", "train-123"], "did you mean 'train-128'?"),
        (["run", "--rounds", "0"], "positive int"),
        (["compare", "nowhere", "nowhere"], "nowhere: no results there"),
    ],
)
def test_bad_input(arguments, words):
    process = benchmarks(*arguments)
    assert process.returncode == 2
    assert words in process.stderr.splitlines()[-1]
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize(
    "spoil, words",
    [
        (lambda text: text[: len(text) // 2], "not whole"),
        (lambda text: text.replace('"schema": 1', '"schema": 0'), "is 0"),
        (lambda text: text.replace('"threads": 2', '"threads": 0'), "threads"),
        (lambda text: "[]", "schema"),
    ],
)
def test_spoilt_results_are_refused_in_one_line(
    measured, tmp_path, spoil, words
):
    text = (measured.folder / "sound.json").read_text()
    text = text.replace(f'"threads": {os.cpu_count()}', '"threads": 2')
    spoilt = tmp_path / "sound.json"
    spoilt.write_text(spoil(text))
    kept = spoilt.read_bytes()
    for arguments in (
        ["compare", tmp_path, tmp_path],
        ["run", "pytorch2", "--rounds", "1", "--into", tmp_path],
    ):
        if arguments[0] == "run":
            spoilt = spoilt.rename(tmp_path / "pytorch2.json")
        process = benchmarks(*arguments)
        assert process.returncode == 2
        [line] = process.stderr.splitlines()
        assert words in line and spoilt.name in line
        assert spoilt.read_bytes() == kept


def test_no_space_left(tmp_path):
    process = benchmarks(
        "run", "harness", "--rounds", "1", "--into", tmp_path,
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (10**5, 10**5)
        ),
    )  # fmt: skip
    assert process.returncode == 1
    [line] = process.stderr.splitlines()
    assert "too large" in line and "is kept" in line
    assert list(tmp_path.iterdir()) == []


def test_no_result_of_a_gpu_that_was_not_used(tmp_path):
    process = benchmarks(
        "run", "pytorch2", "--cases", "predict-1", "--rounds", "1",
        "--device", "cuda", "--into", tmp_path,
        env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1"},
    )  # fmt: skip
    assert process.returncode == 1
    assert "ran on cpu, not on cuda" in process.stdout
    assert not results.load(tmp_path / "pytorch2.json")["measured"]


def test_missing_framework(monkeypatch, tmp_path):
    monkeypatch.setattr(running, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", "")  # no container either
    options = ["run", "cntk2", "--rounds", "1", "--into", str(tmp_path / "r")]
    assert command.main(options) == 1
    kept = results.load(tmp_path / "r" / "cntk2.json")
    assert kept["errors"][0]["error"] == running.NO_2018


def test_the_clock_runs_between_the_lines_of_an_epoch():
    events, main = [], threading.current_thread()

    def train():
        for epoch in range(5):
            events.append(f"train {epoch}")
            print("epoch", epoch, "loss")

    def clock():
        for number in range(3):
            time.sleep(0.01)
            events.append(f"wait {number}")
            assert epochs.seconds(1) > 0
        assert epochs.call(threading.current_thread) is main

    epochs = case.Epochs(train)
    epochs.run(clock)
    # The fourth epoch never began.
    assert events == [
        f"{what} {n}" for n in range(3) for what in ("wait", "train")
    ]

    epochs = case.Epochs(train)
    with pytest.raises(RuntimeError, match="no more epochs"):
        epochs.run(lambda: epochs.seconds(6))
    epochs = case.Epochs(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        epochs.run(lambda: epochs.seconds(1))


def test_ratio_and_its_interval():
    random = np.random.default_rng(1)
    noise = 1 + 0.1 * random.standard_normal(20)
    base = {n: x for n, x in enumerate(noise)}
    twice = {n: 2 * x for n, x in base.items()}
    # In pairs, noise that both share cancels out.
    assert compare.ratio(twice, base) == pytest.approx((2, 2, 2))
    other = dict(enumerate(1 + 0.1 * random.standard_normal(20)))
    middle, low, high = compare.ratio(other, base)
    assert low < 1 < high and low < middle < high
    assert compare.ratio({1: 2.0}, {1: 1.0}) == (2.0, None, None)
    slow = {n: 3 * x for n, x in other.items()}
    found = compare.ranks({"a": base, "b": other, "c": slow})
    assert found == {"a": (1, 2), "b": (1, 2), "c": (3, 3)}


def test_compare_says_a_ratio(measured):
    process = benchmarks("compare", measured.folder, measured.folder)
    assert process.returncode == 0
    assert "1.000" in process.stdout and "predict-1" in process.stdout


def test_operations_are_counted_as_the_layers_have_them():
    """2 for each multiply-add; PyTorch's own counter says the same."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    sys.path.insert(0, str(ROOT / "snippets" / "pytorch2"))
    import convnet

    sys.path.pop(0)
    model = convnet.build_model()
    with FlopCounterMode(display=False) as counter:
        loss = model(torch.zeros(1, 1, 28, 28)).sum()
        assert counter.get_total_flops() == report.FORWARD == 7_739_648
        loss.backward()
    assert counter.get_total_flops() == report.TRAINING


def test_every_variant_finds_what_it_edits():
    for v in VARIANTS:
        path = running.HERE / v["run"]["name"] / f"{v['module']}.py"
        source = path.read_text("utf-8")
        for find, replace in v["edits"]:
            assert source.count(find) == 1, (v["name"], find)
            source = source.replace(find, replace)
        compile(source, v["name"], "exec")


@pytest.fixture(scope="module")
def measuring(tmp_path_factory):
    options = SimpleNamespace(
        into=tmp_path_factory.mktemp("checks"), device="cpu", threads=2,
        machine=None, timeout=600,
    )  # fmt: skip
    return run.Measuring(options, tmp_path_factory.mktemp("scratch"))


@pytest.mark.parametrize("name", [v["name"] for v in FAST])
def test_fast_variants_compute_the_same(measuring, name):
    [variant] = variants.variants([name])
    entry = measuring.entry(variant)
    assert measuring.check(variant, entry) is None
    assert entry["check"]["farthest"] < 1e-5


@pytest.mark.parametrize(
    "path", sorted((ROOT / "profiles").glob("*.py")), ids=lambda p: p.stem
)
def test_profiles_are_of_the_versions_that_are_pinned(path):
    """Timings and counts of an hour are not held; that they were taken from
    what the site shows is."""
    recorded = path.with_suffix(".txt").read_text("utf-8")
    pinned = dict(
        re.findall(r"^(\w+)==([\d.]+)", REQUIREMENTS, re.MULTILINE)
    ) | {"tensorflow": re.search(r"tensorflow==([\d.]+)", REQUIREMENTS)[1]}
    name = path.name.split("_")[0].rstrip("23")
    module = {"pytorch": "torch"}.get(name, name)
    assert pinned[module] in recorded, module
    page = (ROOT / "docs" / "fast.md").read_text("utf-8")
    assert f'--8<-- "profiles/{path.stem}.txt' in page


def test_the_page_says_what_the_results_say(monkeypatch, capsys):
    process = benchmarks("report", "--check")
    assert process.returncode == 0, process.stderr
    right = report.noise
    monkeypatch.setattr(report, "noise", lambda found: right(found) + "!")
    assert command.main(["report", "--check"]) == 1
    assert "noise.md is not what" in capsys.readouterr().err


def test_all_results_are_as_the_schema_has_them():
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
