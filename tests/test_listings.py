"""What the listings promise besides the contract, each in its framework's
process."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.frameworks import ROOT, frameworks
from lab.freshness import digest_of, digest_value
from tests.helpers import Once

pytestmark = pytest.mark.framework
Run = Callable[..., None]
BEGIN = """
import numpy as np

random = np.random.default_rng(0)
images = random.random((300, *{shape}), dtype="float32")
labels = random.integers(0, 10, 300)
"""
SHAPES = {"NHWC": (28, 28, 1), "NCHW": (1, 28, 28)}


@pytest.fixture
def run(once: Once) -> Callable[..., None]:
    """run(name, code, …): run `code`, which asserts, in the folder of the
    framework `name`, with 300 digits of noise: images and labels. What
    happened is kept for as long as neither changes."""

    def run(name: str, code: str, **environment: str) -> None:
        framework = next(f for f in frameworks() if f.name == name)
        begin = BEGIN.format(shape=SHAPES[framework.image_layout])
        code = begin + textwrap.dedent(code)

        def make(folder: Path) -> None:
            done = subprocess.run(
                [sys.executable, "-c", code],
                cwd=framework.folder,
                capture_output=True,
                encoding="utf-8",
                env={
                    **os.environ,
                    "PYTHONDONTWRITEBYTECODE": "1",
                    **environment,
                },
            )
            # What fails here is not kept: memory may have been short.
            assert done.returncode == 0, done.stderr[-3000:]

        asked = digest_value([code, environment])
        key = digest_of([framework.folder, ROOT / "environments" / "locks"])
        once(f"listing-{name}-{asked}", make, key)

    return run


def test_jax_trains_a_copy_of_the_model(run: Run) -> None:
    """What is donated is gone: interrupted, the caller's model is not."""
    code = """
    import fast

    class Interrupted(Exception): pass

    def step(*arguments):
        global steps
        steps += 1
        if steps == 3:
            raise Interrupted
        return own(*arguments)

    model, own, steps = fast.build_model(), fast.train_step, 0
    fast.train_step = step
    before = fast.predict(model, images)
    try:
        fast.train(model, images, labels)
    except Interrupted:
        after = fast.predict(model, images)
    assert (after == before).all()
    fast.train(model, images, labels, epochs=2)
    assert (fast.predict(model, images) != before).any()
    """
    run("jax_flax", code)


def test_tensorflow_traces_a_model_once(run: Run) -> None:
    code = """
    import convnet, fast

    def traces(function):
        return function.experimental_get_tracing_count()

    for module, training in (
        (convnet, convnet.train_step), (fast, fast.train_epoch)
    ):
        model, seen = module.build_model(), []
        for _ in range(3):
            module.train(model, images, labels, epochs=1)
            seen.append(traces(training))
        assert seen[0] == seen[1] == seen[2], seen
    for n in range(1, 9):
        convnet.predict(model, images[:n])
    # One size, then one trace for all.
    assert traces(convnet.probabilities) == 2
    """
    run("tensorflow2", code)


@pytest.mark.parametrize(
    "onednn", ["0", pytest.param("1", marks=pytest.mark.slow)]
)
def test_tensorflow_says_where_it_has_no_nchw(run: Run, onednn: str) -> None:
    code = f"""
    import fast

    try:
        fast.build_model(layout="NCHW")
        said = ""
    except ValueError as error:
        said = str(error)
    assert ("TF_ENABLE_ONEDNN_OPTS=1" in said) == (not {onednn}), said
    """
    run("tensorflow2", code, TF_ENABLE_ONEDNN_OPTS=onednn)


PYTORCH = """
    import torch, convnet, fast

    model = fast.build_model()
    page = convnet.build_model()
    page.load_state_dict(model.state_dict())
"""


def test_pytorch_leaves_a_model_and_flags_that_can_be_read(run: Run) -> None:
    code = """
    assert torch.backends.cudnn.allow_tf32 is False
    assert torch.backends.cuda.matmul.allow_tf32 is False
    assert torch.backends.cudnn.conv.fp32_precision != "tf32"
    x = torch.as_tensor(images)
    assert model[:3](x).shape == (300, 32, 14, 14)
    assert abs(
        model(x).softmax(1).detach().numpy() - convnet.predict(page, images)
    ).max() < 1e-6
    """
    run("pytorch2", PYTORCH + code)


@pytest.mark.slow
def test_pytorch_s_compiled_model_has_the_weights_it_is_given(
    run: Run,
) -> None:
    """Compiled, and again after the weights have changed in place."""
    code = """
    for _ in range(2):
        wanted = convnet.predict(page, images)
        assert abs(fast.predict(model, images) - wanted).max() < 1e-6
        fast.train(model, images, labels, epochs=1)
        page.load_state_dict(model.state_dict())
    """
    run("pytorch2", PYTORCH + code)


@pytest.mark.parametrize(
    "backend",
    [
        "tensorflow",
        pytest.param("torch", marks=pytest.mark.slow),
        pytest.param("jax", marks=pytest.mark.slow),
    ],
)
def test_keras_predicts_one_batch_as_many(run: Run, backend: str) -> None:
    code = """
    import convnet

    model = convnet.build_model()
    many = np.concatenate([images] * 4)  # 1,200: two batches
    wanted = convnet.predict(model, many)
    found = convnet.predict(model, images)
    assert found.dtype == wanted.dtype == "float32"
    assert abs(found - wanted[:300]).max() < 1e-6
    assert convnet.predict(model, images[:1]).shape == (1, 10)
    """
    run("keras3", code, KERAS_BACKEND=backend)
