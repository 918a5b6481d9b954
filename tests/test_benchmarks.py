"""`python -m benchmarks`: what is measured, kept, refused and said."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from benchmarks import __main__ as command
from benchmarks import measure, results, variants
from lab import outcome, parity, processes
from lab.frameworks import implementations, reference
from lab.freshness import digest_of
from tests.helpers import ROOT, Once

# All of them, or what is measured once for the module is measured twice.
pytestmark = pytest.mark.framework
SLIP = ("momentum=0.9, nesterov=True", "momentum=0.0")


def benchmarks(
    *arguments: object, **options: Any
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        **options,
    )


class Ended(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Inside = Callable[..., Ended]


@pytest.fixture
def inside(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Inside:
    """The command in this process: what starts no framework and prints."""
    # A handler would outlive the test.
    monkeypatch.setattr(outcome.signal, "signal", lambda *_: None)

    def run(*arguments: object) -> Ended:
        try:
            status = command.main([*map(str, arguments)])
        except SystemExit as ended:  # argparse's
            assert isinstance(ended.code, int)
            status = ended.code
        return Ended(status, *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def measured(once: Once) -> SimpleNamespace:
    """Two rounds of one prediction, beside a variant whose optimiser is
    broken: its folder, what it was before the command ran again, and the
    status of the first run."""
    [pytorch] = implementations(["pytorch2"])
    key = digest_of(
        [
            *(ROOT / name for name in ("benchmarks", "lab", "data")),
            pytorch.framework.folder,
            reference().framework.folder,
            ROOT / "environments" / "locks" / "today.txt",
        ]
    )
    found = once("benchmarks-measured", measure_both, key)
    status = int((found / "status").read_text())
    return SimpleNamespace(
        folder=found / "results", status=status, before=found / "before"
    )


def measure_both(into: Path) -> None:
    folder = into / "results"
    [pytorch] = implementations(["pytorch2"])
    cases = ("train-32", "predict-1")
    both = {
        "sound": variants.Said(cases=cases),
        "broken": variants.Said(cases=cases, edits=(SLIP,)),
    }
    made = {n: variants.Variant(n, pytorch, said) for n, said in both.items()}

    def named(names: list[str]) -> list[variants.Variant]:
        return [made[name] for name in names or made]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measure, "variants", named)
        arguments = ["run", "--rounds", "2", "--into", str(folder)]
        status = command.main(arguments)
        shutil.copytree(folder, into / "before")
        command.main([*arguments, "sound"])
    (into / "status").write_text(str(status))


def test_every_value_is_kept(measured: SimpleNamespace) -> None:
    sound = results.load(measured.folder / "sound.json")
    assert sound["errors"] == [] and sound["device"] == "cpu"
    assert sound["check"]["farthest"] < 1e-5
    path = parity.FOLDER / f"{reference().slug}.json"
    proven = json.loads(path.read_text())["losses"][:10]
    assert sound["check"]["losses"] == pytest.approx(proven, rel=1e-5)
    benchmark = sound["measured"]["predict-1"]
    runs = benchmark.get_runs()
    assert [len(r.values) for r in runs] == [1, 1]
    assert set(results.rounds(benchmark)) == {1, 2}
    assert sound["rounds"] == 2 and sound["cases"] == ["train-32", "predict-1"]
    trained = sound["measured"]["train-32"].get_runs()
    assert [len(r.values) for r in trained] == [1, 1]
    metadata = trained[0].get_metadata()
    # Of the first case of a process alone: the second has it in its start.
    assert metadata["import_seconds"] > 0
    assert "import_seconds" not in runs[0].get_metadata()
    for run in [*runs, *trained]:
        said = run.get_metadata()
        assert 2**26 < said["peak_bytes"] < 2**33
        assert 0 < said["processor_over_wall"] < 1.1 * sound["threads"]
        assert 0 <= said["steal_of_the_machine"] < sound["threads"]
    # pyperf's own tools read what was kept, and no host is named in it.
    assert "hostname" not in metadata
    assert benchmark.get_nvalue() == 2
    schema = ROOT / "results" / "schemas" / "benchmarks.json"
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--schemafile",
            schema,
            *measured.folder.iterdir(),
        ],
        capture_output=True,
    )
    assert checked.returncode == 0, checked.stdout


def test_broken_variant_is_an_error_and_the_rest_go_on(
    measured: SimpleNamespace,
) -> None:
    assert measured.status == 1
    broken = results.load(measured.folder / "broken.json")
    assert [e["case"] for e in broken["errors"]] == broken["cases"]
    assert all("from float64's" in e["error"] for e in broken["errors"])
    assert not broken["measured"]


def test_what_is_there_is_not_measured_again(
    measured: SimpleNamespace,
) -> None:
    before, after = (
        (folder / "sound.json").read_bytes()
        for folder in (measured.before, measured.folder)
    )
    assert before == after


def test_a_childs_memory_is_not_its_parents() -> None:
    """What getrusage says of a child begins with what its parent held."""
    held = bytearray(b"1" * 2**30)
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "from lab.inside.common import peak_memory; print(peak_memory())",
        ],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    assert 2**22 < int(found) < len(held) / 2


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["run", "pytroch2"], "did you mean 'pytorch2'?"),
        (["run", "--cases", "train-123"], "did you mean 'train-128'?"),
        (["run", "--rounds", "0"], "positive int"),
        (["compare", "nowhere", "nowhere"], "nowhere: no results there"),
    ],
)
def test_bad_input(arguments: list[str], words: str, inside: Inside) -> None:
    process = inside(*arguments)
    assert process.returncode == 2
    assert words in process.stderr.splitlines()[-1]
    assert "Traceback" not in process.stderr


def test_bad_input_of_the_command() -> None:
    """As a shell runs it."""
    process = benchmarks("compare", "nowhere", "nowhere")
    assert (process.returncode, process.stdout) == (2, "")
    [line] = process.stderr.splitlines()
    assert line.startswith("benchmarks: nowhere: no results there")


@pytest.mark.parametrize(
    "spoil, words",
    [
        (lambda text: text[: len(text) // 2], "not whole"),
        (lambda text: text.replace('"schema": 2', '"schema": 0'), "is 0"),
        (lambda text: text.replace('"threads": 2', '"threads": 0'), "threads"),
        (lambda text: "[]", "schema"),
    ],
)
def test_spoilt_results_are_refused_in_one_line(
    measured: SimpleNamespace,
    tmp_path: Path,
    spoil: Callable[[str], str],
    words: str,
    inside: Inside,
) -> None:
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
        process = inside(*arguments)
        assert process.returncode == 2
        [line] = process.stderr.splitlines()
        assert words in line and spoilt.name in line
        assert spoilt.read_bytes() == kept


@pytest.mark.slow
def test_no_result_of_a_gpu_that_was_not_used(tmp_path: Path) -> None:
    process = benchmarks(
        "run",
        "pytorch2",
        "--cases",
        "predict-1",
        "--rounds",
        "1",
        "--device",
        "cuda",
        "--into",
        tmp_path,
        env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1"},
    )
    assert process.returncode == 1
    assert "ran on cpu, not on cuda" in process.stdout
    assert not results.load(tmp_path / "pytorch2.json")["measured"]


def test_missing_framework(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(processes, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", "")  # no container either
    options = ["run", "cntk2", "--rounds", "1", "--into", str(tmp_path / "r")]
    assert command.main(options) == 1
    kept = results.load(tmp_path / "r" / "cntk2.json")
    assert kept["errors"][0]["error"] == processes.NO_2018


def test_compare_says_a_ratio(
    measured: SimpleNamespace, inside: Inside
) -> None:
    process = inside("compare", measured.folder, measured.folder)
    assert process.returncode == 0
    assert "1.000" in process.stdout and "predict-1" in process.stdout
