"""`python -m snippets convert`: exact for what is good, deaf to what is not.

Every conversion is a real process on real files.
"""

import os
import pickle
import runpy
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from snippets import convert, mnist, running, screen
from tests.helpers import REQUIRE_ALL, ROOT

TRAINED = ROOT / "weights" / "trained.safetensors"
FRAMEWORKS = [f["name"] for f in running.frameworks()]
# The largest difference measured is 6e-6.
ONNX_TOLERANCE = 2e-5


def snippets(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "snippets", "convert", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | environment,
    )


def trained():
    from safetensors.numpy import load_file

    return load_file(TRAINED)


def metadata_accuracy():
    from safetensors import safe_open

    with safe_open(TRAINED, "np") as file:
        return float(file.metadata()["test accuracy"])


def run_of(name):
    return running.runs([name])[0]


@pytest.fixture(scope="module")
def chain(tmp_path_factory, digits):
    """safetensors → every framework there is, one after the other →
    safetensors. Returns the weights that went in, the file that came out,
    each framework's file, and the accuracy that it has when loaded."""
    from safetensors.numpy import save_file

    folder = tmp_path_factory.mktemp("chain")
    weights = trained()
    # Values that a conversion by way of anything but float32 would lose; in
    # place of the smallest, where they change no answer.
    rows = weights["dense.kernel"].reshape(-1)
    odd = np.array([-0.0, 1e-45, -1e-40, np.nextafter(1e-38, 0)], "float32")
    rows[np.argsort(abs(rows))[: len(odd)]] = odd
    save_file(weights, folder / "first.safetensors")
    scratch = tmp_path_factory.getbasetemp()
    here = [n for n in FRAMEWORKS if running.interpreter(run_of(n), scratch)]
    assert not REQUIRE_ALL or here == FRAMEWORKS

    def accuracy(name, path):
        form = screen.FORMATS[name]
        inputs = {form.name + p: Path(f"{path}{p}") for p in form.parts}
        return running.execute(
            run_of(name),
            {"path": form.name},
            300,
            script="../tests/accuracy.py",
            inputs=inputs | {"digits.npz": digits},
        )

    files, results = {}, {}
    before, path = "safetensors", folder / "first.safetensors"
    with ThreadPoolExecutor(1) as pool:
        for name in [*here, "safetensors"]:
            new = folder / name / screen.FORMATS[name].name
            new.parent.mkdir()
            # Of Keras' backends the one that starts first; `accuracy` loads
            # the file with another.
            title = "keras3/jax" if name == "keras3" else name
            process = snippets(before, title, path, new)
            assert process.returncode == 0, process.stderr
            assert process.stdout == f"wrote {new}\n"
            before, path = title, new
            if name in here:
                files[name] = new
                results[name] = pool.submit(accuracy, name, new)
    accuracies = {name: result.result() for name, result in results.items()}
    return weights, path, files, accuracies


@pytest.fixture
def out(tmp_path):
    """A path in a folder of its own, which is empty."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "out.weights.h5"


def test_every_framework_has_a_format():
    assert set(screen.FORMATS) == {*FRAMEWORKS, "safetensors", "onnx"}


def test_chain_is_exact_bit_for_bit(chain):
    """Each framework read and wrote the shared layout exactly, so every pair
    of them is exact."""
    from safetensors.numpy import load_file

    weights, last, files, _ = chain
    back = load_file(last)
    assert back.keys() == weights.keys()
    for name, array in weights.items():
        assert back[name].dtype == array.dtype
        assert back[name].tobytes() == array.tobytes(), name
    for path in files.values():
        assert not list(path.parent.glob(".*"))


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_framework_loads_its_file_alone(chain, name):
    *_, accuracies = chain
    if name not in accuracies:
        pytest.skip(running.NO_2018)  # REQUIRE_ALL fails in `chain`
    assert accuracies[name]["error"] is None, accuracies[name]["error"]
    assert accuracies[name]["accuracy"] == pytest.approx(metadata_accuracy())


def test_onnx_agrees_with_float64(tmp_path):
    import onnx
    import onnxruntime

    path = tmp_path / "convnet.onnx"
    process = snippets("safetensors", "onnx", TRAINED, path)
    assert process.returncode == 0, process.stderr
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [o.version for o in model.opset_import] == [convert.OPSET]
    session = onnxruntime.InferenceSession(
        path, providers=["CPUExecutionProvider"]
    )
    (x,), (y,) = session.get_inputs(), session.get_outputs()
    assert (x.name, x.type, x.shape) == (
        "images", "tensor(float)", ["N", 1, 28, 28]
    )
    assert (y.name, y.shape) == ("logits", ["N", 10])

    digits = mnist.load()
    images = digits.test_images.astype("float32")[:, None] / 255
    oracle = runpy.run_path(f"{ROOT}/snippets/numpy_float64/convnet.py")
    own = runpy.run_path(f"{ROOT}/snippets/numpy_float64/weights.py")
    model = oracle["build_model"]()
    own["load_weights"](model, trained())
    largest, right = 0, 0
    for start in range(0, 1000, 250):
        batch = images[start : start + 250]
        (logits,) = session.run(["logits"], {"images": batch})
        wanted, _ = oracle["forward"](model, batch.transpose(0, 2, 3, 1))
        largest = max(largest, abs(logits - wanted).max())
        labels = digits.test_labels[start : start + 250]
        right += (logits.argmax(axis=1) == labels).sum()
    print(f"ONNX: {largest:.1e} from float64, accuracy {right / 1000}")
    assert largest < ONNX_TOLERANCE
    assert right / 1000 == metadata_accuracy()
    assert session.run(None, {"images": images[:1]})[0].shape == (1, 10)


def test_float64_is_rounded_and_says_so(tmp_path, out):
    exact = [trained()[name].astype("float64") for name in screen.SHAPES]
    np.savez(tmp_path / "exact.npz", *exact)
    np.savez(tmp_path / "third.npz", *exact[:-1], np.full(10, 1 / 3))
    for name, words in ("exact", ""), ("third", "rounded"):
        process = snippets(
            "numpy_float64", "safetensors", tmp_path / f"{name}.npz",
            out.with_suffix(f".{name}"),
        )
        assert process.returncode == 0
        assert process.stdout.splitlines()[1:] == (
            [f"float64 was {words} to float32"] if words else []
        )


# What is refused. Each function makes a bad file in `folder`, of the good
# ones in `files`, and returns its path.
class Evil:
    """A pickle that makes a folder when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def evil_pt(zipped):
    def make(folder, files):
        import torch

        path = folder / "evil.pt"
        torch.save(
            {"0.weight": Evil(folder / "ran")},
            path,
            _use_new_zipfile_serialization=zipped,
        )
        torch.load(path, weights_only=False)  # it would run
        (folder / "ran").rmdir()
        return path

    return make


def bare_pickle(folder, files):
    path = folder / "bare.pt"
    path.write_bytes(pickle.dumps(Evil(folder / "ran")))
    return path


def changed_pt(change, name="pytorch2"):
    def make(folder, files):
        import torch

        weights = torch.load(files[name], weights_only=True)
        change(weights, "7.bias" if name == "pytorch2" else "linear.bias")
        torch.save(
            weights,
            folder / "bad.pt",
            _use_new_zipfile_serialization=name == "pytorch2",
        )
        return folder / "bad.pt"

    return make


def changed_safetensors(change):
    def make(folder, files):
        from safetensors.numpy import save_file

        weights = trained()
        change(weights, "dense.bias")
        save_file(weights, folder / "bad.safetensors")
        return folder / "bad.safetensors"

    return make


def changed_npz(change):
    def make(folder, files):
        weights = {
            f"arr_{n}": trained()[name].astype("float64")
            for n, name in enumerate(screen.SHAPES)
        }
        change(weights, "arr_5")
        np.savez(folder / "bad.npz", **weights)
        return folder / "bad.npz"

    return make


def changed_h5(change, name):
    bias = {
        "keras3": "layers/dense/vars/1",
        "keras2": "dense_1/dense_1/bias:0",
    }[name]

    class Weights:
        """An HDF5 file as a dict that takes an item twice."""

        def __init__(self, file):
            self.file = file

        def __getitem__(self, key):
            return self.file[key][...]

        def __setitem__(self, key, value):
            if key in self.file:
                del self.file[key]
            self.file[key] = value

        def __delitem__(self, key):
            del self.file[key]

    def make(folder, files):
        import h5py

        path = folder / f"bad{screen.FORMATS[name].name}"
        shutil.copy(files[name], path)
        with h5py.File(path, "a") as file:
            change(Weights(file), bias)
        return path

    return make


def shape(weights, bias):
    # One number: NumPy would repeat it ten times.
    weights[bias] = weights[bias][:1]


def missing(weights, bias):
    del weights[bias]


def extra(weights, bias):
    weights["another"] = weights[bias]


def nan(weights, bias):
    weights[bias] = weights[bias] * float("nan")


def infinite(weights, bias):
    weights[bias] = weights[bias] + float("inf")


def half(weights, bias):
    value = weights[bias]
    numpy = isinstance(value, np.ndarray)
    weights[bias] = value.astype("float16") if numpy else value.half()


def huge(weights, bias):
    # A tensor that no file holds: 4 TB of the fill value.
    weights.file.create_dataset("huge", (10**12,), "f4", chunks=(1000,))


def elsewhere(weights, bias):
    import h5py

    del weights[bias]
    weights.file[bias] = h5py.ExternalLink("other.h5", "/bias")


def cut(name):
    def make(folder, files):
        good = TRAINED if name == "safetensors" else files[name]
        path = folder / f"cut{screen.FORMATS[name].name}"
        for part in screen.FORMATS[name].parts:
            if good.is_dir():
                shutil.copytree(good, path)
            else:
                shutil.copy(f"{good}{part}", f"{path}{part}")
        # The largest of its files holds the numbers.
        found = [p for p in folder.rglob("*") if p.is_file()]
        largest = max(found, key=lambda p: p.stat().st_size)
        os.truncate(largest, largest.stat().st_size * 6 // 10)
        return path

    return make


def bomb(folder, files):
    with zipfile.ZipFile(folder / "bomb.npz", "w", 8) as archive:
        archive.writestr("arr_0.npy", bytes(2**27))
    return folder / "bomb.npz"


def text(suffix):
    def make(folder, files):
        path = folder / f"text{suffix}"
        path.write_text("No weights here, and more than eight bytes.\n" * 9)
        return path

    return make


def nothing(suffix):
    return lambda folder, files: folder / f"nothing{suffix}"


def linked(folder, files):
    shutil.copytree(files["jax_flax"], folder / "linked.orbax")
    (folder / "linked.orbax" / "more").symlink_to("/etc/hostname")
    return folder / "linked.orbax"


# A class whose module's name is Python: CNTK 2.7 runs it to find the class.
EVIL_CNTK = """if True:
    import os, sys
    import cntk as C
    from cntk.ops.functions import UserFunction

    class Evil(UserFunction):
        def __init__(self, x):
            super(Evil, self).__init__([x], name="evil")
        def infer_outputs(self):
            x = self.inputs[0]
            return [C.output_variable(x.shape, x.dtype, x.dynamic_axes)]
        def serialize(self):
            return {}

    Evil.__module__ = "os import mkdir; mkdir('ran'); from os"
    model = C.layers.Dense(10)(C.input_variable(4))
    C.user_function(Evil(model)).save("evil.model")
    try:
        C.load_model("evil.model")
    except Exception:
        pass
    os.rmdir("ran")  # it would run
    sys.path.insert(0, sys.argv[1])
    import convnet
    convnet.build_model(num_classes=11).save("shape.model")
"""


def of_cntk(name):
    def make(folder, files):
        command = running.interpreter(run_of("cntk2"), folder)
        subprocess.run(
            [*command, "-c", EVIL_CNTK, str(ROOT / "snippets" / "cntk2")],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return folder / name

    return make


BAD = {
    "pickle, zipped": ("pytorch2", evil_pt(True), "may run code"),
    "pickle, as before 1.6": ("pytorch2", evil_pt(False), "may run code"),
    "pickle for PyTorch 1.0": ("pytorch1", evil_pt(False), "may run code"),
    "pickle, bare": ("pytorch2", bare_pickle, "is no PyTorch file"),
    "pickle, bare, 1.0": ("pytorch1", bare_pickle, "before 1.6"),
    "zipped for PyTorch 1.0": ("pytorch1", evil_pt(True), "before 1.6"),
    "CNTK names code": ("cntk2", of_cntk("evil.model"), "names code to run"),
    "CNTK, 11 classes": ("cntk2", of_cntk("shape.model"), "cannot read it"),
    "keras3 .keras": ("keras3", text(".keras"), "must end in .weights.h5"),
    "keras3 external": (
        "keras3", changed_h5(elsewhere, "keras3"), "not the six"
    ),
    "keras2 external": (
        "keras2", changed_h5(elsewhere, "keras2"), "not the six"
    ),
    "keras3 huge": ("keras3", changed_h5(huge, "keras3"), "is no weight"),
    "npz bomb": ("numpy_float64", bomb, "far too large"),
    "Orbax link": ("jax_flax", linked, "no regular file"),
    "TensorFlow .index": ("tensorflow2", nothing(".index"), "without .index"),
    "ONNX": ("onnx", nothing(".onnx"), "written, not read"),
    "torch NaN": ("pytorch2", changed_pt(nan), "not finite"),
    "pytorch1 shape": (
        "pytorch1", changed_pt(shape, "pytorch1"), "size mismatch"
    ),
}  # fmt: skip
for change, words in [
    (shape, ""), (missing, ""), (extra, ""), (nan, "not finite"),
    (infinite, "not finite"), (half, "float16"),
]:  # fmt: skip
    name = change.__name__
    BAD[f"safetensors {name}"] = (
        "safetensors", changed_safetensors(change), words
    )
    BAD[f"npz {name}"] = ("numpy_float64", changed_npz(change), words)
for change, words in [(shape, "size mismatch"), (missing, "Missing key"),
                      (extra, "Unexpected key"),
                      (half, "float16")]:
    name = change.__name__
    BAD[f"torch {name}"] = ("pytorch2", changed_pt(change), words)
    words = "has 10 float" if change in (extra, half) else "lacks 10 float32"
    for keras in "keras3", "keras2":
        BAD[f"{keras} {name}"] = (
            keras, changed_h5(change, keras), words
        )
for name in [*FRAMEWORKS, "safetensors"]:
    suffix = screen.FORMATS[name].name.removeprefix("convnet")
    BAD[f"{name} cut"] = (name, cut(name), "")
    if name in ("safetensors", "tensorflow2", "jax_flax"):
        BAD[f"{name} absent"] = (name, nothing(suffix), "does not exist")
    BAD[f"{name} text"] = (
        name, text(suffix),
        "does not exist" if name == "tensorflow2" else " is no ",
    )


@pytest.mark.parametrize("bad", BAD)
def test_refused(bad, chain, out, tmp_path):
    name, make, words = BAD[bad]
    *_, files, _ = chain
    if name in FRAMEWORKS and name not in files:
        pytest.skip(running.NO_2018)  # REQUIRE_ALL fails in `chain`
    (tmp_path / "in").mkdir()
    path = make(tmp_path / "in", files)
    process = snippets(name, "safetensors", path, out)
    print(process.stderr)
    refusal(process, words)
    assert list(out.parent.iterdir()) == []
    assert not (tmp_path / "in" / "ran").exists()


def refusal(process, words):
    assert process.returncode == 2
    (line,) = process.stderr.splitlines()
    assert line.startswith("snippets: ")
    assert words in line
    assert "Traceback" not in line and len(line) < 700
    assert process.stdout == ""


@pytest.mark.parametrize(
    "source, target, words",
    [
        ("pytroch2", "onnx", "did you mean 'pytorch2'?"),
        ("safetensor", "onnx", "did you mean 'safetensors'?"),
        ("safetensors", "onxx", "did you mean 'onnx'?"),
        ("safetensors", "keras2/tensorfow", "did you mean 'keras2/"),
    ],
)
def test_unknown_names(source, target, words, out):
    refusal(snippets(source, target, TRAINED, out), words)
    assert list(out.parent.iterdir()) == []


def test_out_is_not_replaced_unless_forced(out):
    out.write_text("mine")
    arguments = "safetensors", "onnx", TRAINED, out
    refusal(snippets(*arguments), "exists: --force replaces it")
    assert out.read_text() == "mine"
    assert snippets(*arguments, "--force").returncode == 0
    assert out.stat().st_size > 200_000
    refusal(snippets(*arguments[:3], out.parent, "--force"), "is a folder")
    assert list(out.parent.iterdir()) == [out]


def test_out_in_a_missing_folder(out):
    path = out.parent / "missing" / "x.onnx"
    refusal(snippets("safetensors", "onnx", TRAINED, path), "not a folder")
    refusal(snippets("safetensors", "keras3", TRAINED, out.with_suffix(".kr")),
            "must end in .weights.h5")
    assert list(out.parent.iterdir()) == []


def test_tensorflow_writes_both_files_or_none(tmp_path):
    new = [tmp_path / "new0", tmp_path / "new1"]
    new[0].write_text("data")  # and no index: the second move fails
    final = [tmp_path / "out.data", tmp_path / "out.index"]
    with pytest.raises(FileNotFoundError):
        convert.place(new, final)
    assert not any(path.exists() for path in final)


def test_failing_framework_is_status_1(out):
    process = snippets(
        "safetensors", "jax_flax", TRAINED, out, JAX_PLATFORMS="nowhere"
    )
    assert process.returncode == 1
    (line,) = process.stderr.splitlines()
    assert "nowhere" in line
    assert list(out.parent.iterdir()) == []


def test_missing_environment_is_status_1(out, monkeypatch):
    monkeypatch.setattr(running, "interpreter", lambda *arguments: None)
    with pytest.raises(convert.Failed, match="make 2018"):
        convert.convert("safetensors", "cntk2", TRAINED, out)
    assert list(out.parent.iterdir()) == []


@pytest.mark.parametrize(
    "sign, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_interrupted_leaves_nothing(sign, status, out):
    arguments = ["convert", "safetensors", "tensorflow2", TRAINED, out]
    process = subprocess.Popen(
        [sys.executable, "-m", "snippets", *arguments],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        # A shell's background job, as pytest may be one, ignores SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 30
    while not list(out.parent.rglob("arrays.npz")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(sign)
    assert process.wait(30) == status
    assert list(out.parent.iterdir()) == []
