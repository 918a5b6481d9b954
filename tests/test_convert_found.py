"""`convert` finds the six in files as people have them: in training
checkpoints, under other names, of other types of numbers."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from safetensors.numpy import load_file

from lab.convert import convert
from lab.errors import BadInput
from lab.frameworks import ROOT, Implementation, frameworks
from lab.processes import NO_2018, interpreter
from tests import bad_files
from tests.chain import FILES, TRAINED, trained
from tests.command_line import snippets
from tests.helpers import Once, Warmed, missing
from tests.visits import key_of

Change = bad_files.Change


def of(screen: str) -> str:
    """Today's framework whose file has that screen."""
    return next(f.name for f in frameworks() if f.file.screen == screen)


def same(warmed: Warmed, name: str, path: Path, out: Path) -> None:
    """`path` of `name` has the bits of the trained weights."""
    warmed(name)
    assert convert(name, "safetensors", path, out) is False
    found, wanted = load_file(out), trained()
    assert {n: a.tobytes() for n, a in found.items()} == {
        n: a.tobytes() for n, a in wanted.items()
    }


def state_dict() -> dict[str, Any]:
    """The trained weights as PyTorch has them, by our own hand."""
    import torch

    found, arrays = {}, trained()
    for layer, name in ("0", "conv1"), ("3", "conv2"), ("7", "dense"):
        kernel = arrays[f"{name}.kernel"]
        if name == "dense":
            kernel = kernel.reshape(7, 7, 64, 10)
            kernel = kernel.transpose(3, 2, 0, 1).reshape(10, 3136)
        else:
            kernel = kernel.transpose(3, 2, 0, 1)
        found[f"{layer}.weight"] = torch.tensor(kernel.copy())
        found[f"{layer}.bias"] = torch.tensor(arrays[f"{name}.bias"])
    return found


def prefixed(prefix: str) -> dict[str, Any]:
    return {prefix + name: tensor for name, tensor in state_dict().items()}


def in_training(key: str) -> dict[str, Any]:
    """A checkpoint as training scripts save it, its momentum with it."""
    state = state_dict()
    momentum = {
        n: {"momentum_buffer": tensor * 0.5}
        for n, tensor in enumerate(state.values())
    }
    optimizer = {"state": momentum, "param_groups": [{"lr": 0.05}]}
    return {"epoch": 3, key: state, "optimizer_state_dict": optimizer}


TORCH: dict[str, Callable[[], Any]] = {
    "module": lambda: prefixed("module."),
    "_orig_mod": lambda: prefixed("_orig_mod."),
    "both": lambda: prefixed("_orig_mod.module."),
    "state_dict": lambda: in_training("state_dict"),
    "model_state_dict": lambda: in_training("model_state_dict"),
    "model": lambda: in_training("model"),
    "list": lambda: list(state_dict().values()),
}


@pytest.mark.framework
@pytest.mark.parametrize(
    "saved",
    [
        # One of each kind: a prefix, a checkpoint, a list.
        pytest.param(
            name,
            marks=[]
            if name in ("both", "model_state_dict", "list")
            else pytest.mark.slow,
        )
        for name in TORCH
    ],
)
def test_torch(saved: str, warmed: Warmed, tmp_path: Path) -> None:
    import torch

    torch.save(TORCH[saved](), tmp_path / "in.pt")
    same(warmed, of("torch_zip"), tmp_path / "in.pt", tmp_path / "out")


@pytest.mark.framework
def test_two_sets_of_weights_are_named(warmed: Warmed, tmp_path: Path) -> None:
    import torch

    torch.save(
        {"model": state_dict(), "ema": state_dict()}, tmp_path / "in.pt"
    )
    with pytest.raises(BadInput, match=r"alike 'model/0.weight'.* 'ema/0.w"):
        same(warmed, of("torch_zip"), tmp_path / "in.pt", tmp_path / "out")


@pytest.mark.slow
@pytest.mark.framework
@pytest.mark.parametrize(
    "names",
    [
        ["c1/vars/0", "c1/vars/1", "c2/vars/0", "c2/vars/1", "d/0", "d/1"],
        [f"model_weights/a/{name}" for name in trained()],
        [f"layers/functional/layers/{name}" for name in trained()],
    ],
)
def test_hdf5(names: list[str], warmed: Warmed, tmp_path: Path) -> None:
    """A model of its own class, a whole model, one in another; with metrics
    and the optimiser's state beside."""
    path = tmp_path / "in.weights.h5"
    arrays = trained()
    with h5py.File(path, "w") as file:
        for name, array in zip(names, arrays.values()):
            file[name] = array
            file[f"optimizer/vars/{name}"] = array * 0
        file["metrics/mean/vars/0"] = np.float32(3)
        file["layers/dropout/seed_generator/seed_generator_state"] = np.array(
            [1, 2], "uint32"
        )
    same(warmed, of("hdf5"), path, tmp_path / "out")


# What the two libraries save, in a process of its own: arguments are the
# framework's folder, TRAINED, and what each makes there.
SAVE = """if True:
    import os, sys
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    from safetensors.numpy import load_file
    sys.path.insert(0, sys.argv[1])
    import convnet, weights
    model = convnet.build_model()
    weights.load_weights(model, load_file(sys.argv[2]))
"""
TENSORFLOW = """
    import tensorflow as tf
    tf.train.Checkpoint(model=model).save(os.path.abspath("save"))
    counted = tf.train.Checkpoint(step=tf.Variable(7), net=model)
    tf.train.CheckpointManager(counted, os.path.abspath("m"), 3).save()
"""
ORBAX = """
    import numpy as np, jax
    import orbax.checkpoint as ocp
    from flax import nnx
    state = nnx.state(model, nnx.Param)
    pure = jax.tree.map(np.asarray, nnx.to_pure_dict(state))
    def save(name, change):
        with ocp.StandardCheckpointer() as c:
            c.save(os.path.abspath(name), jax.tree.map(change, pure))
    save("pure", lambda a: a)
    save("float64", lambda a: a + np.float64(1e-12))
    save("int8", lambda a: (a * 100).astype("int8"))
    save("bfloat16", lambda a: a.astype(jax.numpy.bfloat16))
    with ocp.CheckpointManager(os.path.abspath("m")) as manager:
        manager.save(3, args=ocp.args.StandardSave(state))
        manager.wait_until_finished()
"""


def saved(once: Once, screen: str, code: str) -> Path:
    """The folder of what `code` saves."""
    folder = ROOT / "snippets" / of(screen)

    def make(scratch: Path) -> None:
        subprocess.run(
            [sys.executable, "-c", SAVE + code, str(folder), str(TRAINED)],
            cwd=scratch,
            check=True,
            capture_output=True,
        )

    return once(f"saved-{screen}", make)


@pytest.mark.slow
@pytest.mark.framework
@pytest.mark.parametrize("name", ["save-1", "m/ckpt-1"])
def test_tensorflow(
    name: str, warmed: Warmed, once: Once, tmp_path: Path
) -> None:
    found = saved(once, "tensorflow", TENSORFLOW)
    same(warmed, of("tensorflow"), found / name, tmp_path / "out")


@pytest.mark.slow
@pytest.mark.framework
@pytest.mark.parametrize("name", ["pure", "m/3", "m/3/default"])
def test_orbax(name: str, warmed: Warmed, once: Once, tmp_path: Path) -> None:
    found = saved(once, "orbax", ORBAX)
    same(warmed, of("orbax"), found / name, tmp_path / "out")


@pytest.mark.slow
@pytest.mark.framework
def test_orbax_types(warmed: Warmed, once: Once, tmp_path: Path) -> None:
    found, name = saved(once, "orbax", ORBAX), of("orbax")
    warmed(name)
    assert convert(name, "safetensors", found / "float64", tmp_path / "64")
    assert not convert(
        name, "safetensors", found / "bfloat16", tmp_path / "16"
    )
    for kernel, array in load_file(tmp_path / "16").items():
        assert (array == upper_half(trained()[kernel])).all()
    with pytest.raises(BadInput, match="int8: only float16"):
        convert(name, "safetensors", found / "int8", tmp_path / "8")


def upper_half(array: np.ndarray) -> np.ndarray:
    """Rounded to bfloat16, to even, by its bits."""
    bits = array.view("uint32").astype("uint64")
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 << 16
    return bits.astype("uint32").view("float32")


def to_float16(weights: bad_files.Weights, bias: str) -> None:
    value = weights[bias]
    numpy = isinstance(value, np.ndarray)
    weights[bias] = value.astype("float16") if numpy else value.half()


def to_float64(weights: bad_files.Weights, bias: str) -> None:
    value = weights[bias]
    numpy = isinstance(value, np.ndarray)
    wide = value.astype("float64") if numpy else value.double()
    weights[bias] = wide + 1e-12


# The screens that need no process, and PyTorch's, whose starts soonest.
CHEAP = "npz", "safetensors", "torch_zip"


@pytest.mark.framework
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=[] if f.screen in CHEAP else [pytest.mark.slow])
        for n, f in FILES.items()
        if f.screen in bad_files.EDITORS
    ],
)
def test_types(
    name: str,
    warmed: Warmed,
    own_file: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    """float16 is exact, float64 is rounded, from every file alike."""
    good = {name: TRAINED if name == "safetensors" else own_file(name)}
    warmed(name)
    for change, rounds in (to_float16, False), (to_float64, True):
        folder = tmp_path / change.__name__
        folder.mkdir()
        path = bad_files.changed(name, change)(folder, good)
        assert convert(name, "safetensors", path, folder / "out") is rounds
        found = load_file(folder / "out")["dense.bias"]
        wanted = trained()["dense.bias"]
        if not rounds:
            wanted = wanted.astype("float16").astype("float32")
        assert found == pytest.approx(wanted, abs=1e-11 * rounds, rel=0)


def test_bfloat16_in_safetensors(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    arrays = {n: torch.tensor(a).bfloat16() for n, a in trained().items()}
    save_file(arrays, tmp_path / "in")
    convert("safetensors", "safetensors", tmp_path / "in", tmp_path / "out")
    for name, array in load_file(tmp_path / "out").items():
        assert (array == upper_half(trained()[name])).all()
    arrays["dense.bias"] = arrays["dense.bias"].to(torch.float8_e4m3fn)
    save_file(arrays, tmp_path / "fp8")
    with pytest.raises(BadInput, match="F8_E4M3: only float16"):
        convert("safetensors", "onnx", tmp_path / "fp8", tmp_path / "o")


@pytest.mark.framework
@pytest.mark.parametrize(
    "name, variable",
    [
        (of("hdf5"), "HOME"),
        pytest.param(of("hdf5"), "KERAS_HOME", marks=pytest.mark.slow),
        pytest.param("keras2", "HOME", marks=pytest.mark.slow),
        pytest.param("keras2", "KERAS_HOME", marks=pytest.mark.slow),
    ],
)
def test_a_users_configuration_changes_nothing(
    name: str, variable: str, once: Once
) -> None:
    """keras.json asks for float16 and channels first; others for more."""
    [framework] = [f for f in frameworks() if f.name == name]
    i = Implementation(framework, framework.backends[0])

    def make(home: Path) -> None:
        if interpreter(framework, home) is None:
            missing(NO_2018)
        folder = home / ".keras" if variable == "HOME" else home
        folder.mkdir(exist_ok=True)
        (folder / "keras.json").write_text(
            '{"floatx": "float16", "image_data_format": "channels_first"}'
        )
        process = snippets(
            "convert",
            "safetensors",
            name,
            TRAINED,
            home / "out.weights.h5",
            more={variable: str(home), "JAX_ENABLE_X64": "1"},
        )
        assert process.returncode == 0, process.stderr

    key = key_of(i, ROOT / "lab", Path(__file__))
    out = once(f"home-{name}-{variable}", make, key) / "out.weights.h5"
    found: dict[str, Any] = {}
    with h5py.File(out) as file:
        file.visititems(
            lambda name, item: (
                found.update({name: item[...]})
                if isinstance(item, h5py.Dataset) and "optim" not in name
                else None
            )
        )
    assert {a.dtype.name for a in found.values()} == {"float32"}
    wanted = {array.tobytes() for array in trained().values()}
    assert {array.tobytes() for array in found.values()} == wanted
