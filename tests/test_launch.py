"""The files that launch several processes: run where this machine can, read
by what reads them where it cannot."""

import ast
import importlib.util
import inspect
import os
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from torch.distributed.run import get_args_parser

from lab.frameworks import ROOT, implementations
from lab.several import free_ports
from tests.helpers import HANG, missing

LAUNCH = ROOT / "environments" / "launch"
SCRIPTS = sorted(LAUNCH.glob("*.sh"))
ACCURACY = re.compile(r"^2 (?:processes|workers): test accuracy (\d\.\d+)$")
BY_NAME = pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
PYTORCH = implementations(["pytorch2"])[0].framework


def environment(home: Path, **more: str) -> dict[str, str]:
    """This one's, with torchrun in the path, and one thread a process."""
    scripts = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    own = {"PATH": scripts, "HOME": str(home), "OMP_NUM_THREADS": "1"}
    return os.environ | own | more


def accuracy(said: str) -> float:
    """What the one line says that names it."""
    [found] = filter(None, map(ACCURACY.match, said.splitlines()))
    return float(found[1])


@BY_NAME
def test_bash_reads_it(path: Path) -> None:
    done = subprocess.run(["bash", "-n", path], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


@BY_NAME
def test_torchrun_knows_its_options(path: Path) -> None:
    text = path.read_text("utf-8").replace("\\\n", " ")
    [line] = [line for line in text.splitlines() if "torchrun --" in line]
    words = shlex.split(re.sub(r"\$(\w+|\{.*?\})", "2", line))
    parsed = get_args_parser().parse_args(words[words.index("torchrun") + 1 :])
    assert parsed.training_script == "distributed.py"
    assert parsed.nnodes == "2" and parsed.rdzv_endpoint


@pytest.mark.slow
@pytest.mark.framework
def test_a_pair_of_machines(tmp_path: Path) -> None:
    """Both commands, on this one."""
    [port] = free_ports(1)
    # torchrun leaves its folder of logs.
    told = environment(tmp_path, PORT=str(port), TMPDIR=str(tmp_path))
    started = [
        subprocess.Popen(
            ["bash", LAUNCH / "pair.sh", rank, "127.0.0.1"],
            env=told,
            cwd=PYTORCH.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        for rank in "01"
    ]
    try:
        said = [process.communicate(timeout=HANG)[0] for process in started]
    finally:
        for process in started:
            process.kill()
    assert [process.returncode for process in started] == [0, 0], said
    assert accuracy(said[0]) >= PYTORCH.gates.small
    assert "accuracy" not in said[1]


def test_kubernetes_knows_its_keys() -> None:
    if importlib.util.find_spec("kubeflow_trainer_api") is None:
        missing("no package kubeflow-trainer-api")
    from kubeflow_trainer_api.models import TrainerV1alpha1TrainJob as TrainJob

    found = yaml.safe_load((LAUNCH / "trainjob.yaml").read_text("utf-8"))
    assert TrainJob.from_dict(found).to_dict() == found
    # A key that it does not know is lost on the way.
    found["spec"]["trainer"]["numNode"] = 2
    assert TrainJob.from_dict(found).to_dict() != found
    found["spec"]["trainer"] = {"numNodes": "two"}
    with pytest.raises(ValueError, match="integer"):
        TrainJob.from_dict(found)


def test_ray_knows_what_the_script_asks_of_it() -> None:
    """Every name and every argument; and the module that it does not start
    offers what its worker calls."""
    if importlib.util.find_spec("ray") is None:
        missing("no package ray")
    script = runpy.run_path(str(LAUNCH / "ray_train.py"), run_name="read")
    tree = ast.parse((LAUNCH / "ray_train.py").read_text("utf-8"))
    asked = {
        node.func.id: [keyword.arg for keyword in node.keywords]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    for name in "ScalingConfig", "TorchConfig", "RunConfig", "TorchTrainer":
        known = inspect.signature(script[name]).parameters
        assert asked[name] and set(asked[name]) <= set(known), name
    source = (PYTORCH.folder / "distributed.py").read_text("utf-8")
    assert "def train(model, images, labels" in source


@pytest.mark.slow
@pytest.mark.framework
def test_ray(tmp_path: Path) -> None:
    """On a cluster of two workers that it starts here."""
    if importlib.util.find_spec("ray") is None:
        missing("no package ray")
    told = environment(
        tmp_path,
        RAY_USAGE_STATS_ENABLED="0",
        RAY_AUTH_MODE="disabled",
        RAY_worker_niceness="0",  # 15 is too nice where others test as well
    )
    process = subprocess.run(
        [sys.executable, LAUNCH / "ray_train.py"],
        cwd=ROOT,
        env=told,
        capture_output=True,
        encoding="utf-8",
        timeout=HANG,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert accuracy(process.stdout) >= PYTORCH.gates.small
