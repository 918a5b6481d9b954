"""`python -m snippets`: what it prints, writes and leaves behind."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from snippets import running
from tests.helpers import REQUIRE_ALL, ROOT

COMMAND = [sys.executable, "-m", "snippets"]


def snippets(*arguments, **environment):
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | environment,
    )


def test_every_framework_passes_its_gate(trained):
    process, written = trained
    assert process.returncode == 0, process.stdout
    results = written["results"]
    assert [r["name"] for r in results] == [r["name"] for r in running.runs()]
    for result in results:
        if result["error"] == running.NO_2018:
            assert not REQUIRE_ALL
            continue
        assert result["error"] is None
        assert result["test_accuracy"] >= result["gate"] >= 0.9
        assert len(result["losses"]) == result["epochs"] == 3
        assert result["losses"][-1] < result["losses"][0] / 2
        assert result["images_per_second"] == pytest.approx(
            3 * 4000 / result["seconds"]["training"]
        )
        assert result["peak_memory_bytes"] > 2**26
        assert result["name"] in process.stdout
        assert f"{result['test_accuracy']:.4f}" in process.stdout


def test_list():
    process = snippets("list")
    assert process.returncode == 0
    for run in running.runs():
        assert run["name"] in process.stdout


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["train", "pytroch2"], "did you mean 'pytorch2'?"),
        (["train", "keras3/troch"], "did you mean 'keras3/torch'?"),
        (["train", "--epochs", "0"], "positive int"),
        (["train", "--json", "/nowhere/results.json"], "/nowhere"),
        (["train", "--data", "cifar"], "mnist-5k"),
        (["seeds", "pytroch2"], "did you mean 'pytorch2'?"),
        (["seeds", "numpy_float64"], "NumPy has no seeds"),
        (["seeds", "--json", "results.json"], "unrecognized arguments"),
        (["parity", "--json", "/nowhere/results.json"], "/nowhere"),
    ],
)
def test_bad_input(arguments, words):
    process = snippets(*arguments)
    assert process.returncode == 2
    assert words in process.stderr.splitlines()[-1]
    assert "Traceback" not in process.stderr


def test_missing_digits(tmp_path):
    process = snippets(
        "train", "pytorch2", "--data", "mnist", MNIST_DIR=str(tmp_path)
    )
    assert process.returncode == 2
    assert len(process.stderr.splitlines()) == 1
    assert str(tmp_path / "train-images-idx3-ubyte") in process.stderr


def test_failure_shows_the_frameworks_own_words(tmp_path):
    path = tmp_path / "results.json"
    process = snippets(
        "train", "keras3/jax", "--json", str(path), JAX_PLATFORMS="nowhere"
    )
    assert process.returncode == 1
    (result,) = json.loads(path.read_text())["results"]
    assert "nowhere" in result["error"]
    assert result["test_accuracy"] is None
    assert "nowhere" in process.stdout


def test_timeout(tmp_path):
    process = snippets("train", "pytorch2", "--timeout", "0.5")
    assert process.returncode == 1
    assert "stopped after 0.5 s" in process.stdout


def test_gpu_is_required_where_asked():
    # Hides the GPUs of a machine that has some.
    process = snippets(
        "train", "pytorch2", "--epochs", "1", "--require-gpu",
        CUDA_VISIBLE_DEVICES="",
    )
    assert process.returncode == 1
    assert "not on a GPU" in process.stdout


def workers():
    """The worker processes there are, by their command lines."""
    listing = subprocess.run(
        ["ps", "-eo", "pid,args"], capture_output=True, encoding="utf-8"
    ).stdout
    return [line for line in listing.splitlines() if "worker.py" in line]


@pytest.mark.parametrize(
    "sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
)
def test_nothing_is_left_running(sign):
    before = workers()
    process = subprocess.Popen(
        [*COMMAND, "train", "pytorch2", "--epochs", "1000"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while len(workers()) == len(before) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(workers()) > len(before)
    process.send_signal(sign)
    assert process.wait(30) != 0
    while workers() != before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert workers() == before
