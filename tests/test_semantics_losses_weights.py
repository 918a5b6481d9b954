"""The phrasebook on first weights, losses and epochs: what each script says is
what a formula says.
"""

from collections.abc import Sequence

import numpy as np
import pytest

from tests import semantics
from tests.semantics import Said, numbers

said = semantics.said

# Weights: sqrt(6 / (fan in + fan out)) and 1 / sqrt(fan in).
FAN_IN = np.array([9 * 1, 9 * 32, 3136])
FAN_OUT = np.array([9 * 32, 9 * 64, 10])
GLOROT = np.sqrt(6 / (FAN_IN + FAN_OUT))


def reaches(found: Sequence[float], bounds: np.ndarray) -> bool:
    """Whether the largest of many draws are just below their bounds."""
    shares = np.array(found) / bounds
    return bool(((0.95 < shares) & (shares < 1.005)).all())


def test_keras_and_tensorflow_draw_glorot_uniform(said: Said) -> None:
    *kernels, deviation, bias = numbers(said("initial_weights_today"), "Keras")
    assert reaches(kernels, GLOROT) and bias == 0
    assert deviation == pytest.approx(GLOROT[2] / np.sqrt(3), rel=0.02)
    for name in "Keras", "TensorFlow":
        *kernels, bias = numbers(said("initial_weights_2018"), name)
        assert reaches(kernels, GLOROT) and bias == 0


def test_torch_draws_from_fan_in_and_biases_too(said: Said) -> None:
    bounds = 1 / np.sqrt(FAN_IN)
    for name in "initial_weights_today", "initial_weights_2018":
        found = numbers(said(name), "PyTorch")
        assert reaches(found[:3], bounds)
        assert 0.5 * bounds[0] < found[-1] <= bounds[0]
    assert bounds[0] > 2 * GLOROT[0] and bounds[2] < GLOROT[2] / 2


def test_flax_draws_lecun_normal(said: Said) -> None:
    *kernels, deviation, bias = numbers(said("initial_weights_today"), "Flax")
    assert deviation == pytest.approx(np.sqrt(1 / 3136), rel=0.02)
    # Cut off at two deviations, and widened to keep the variance.
    cut = 2 * np.sqrt(1 / FAN_IN) / 0.8796
    assert (np.array(kernels) < 1.005 * cut).all()
    assert reaches(kernels[1:], cut[1:]) and bias == 0


def test_cntk_counts_a_convolutions_fans_as_the_others_do(said: Said) -> None:
    *kernels, bias = numbers(said("initial_weights_2018"), "CNTK")
    assert reaches(kernels, GLOROT) and bias == 0


# Losses: one digit, the true class at logit 0, another at 20.
LOGITS = np.array([0.0, 20.0] + 8 * [0.0])
TRUE = np.eye(10)[0]


def softmax(x: np.ndarray) -> np.ndarray:
    return np.exp(x - x.max()) / np.exp(x - x.max()).sum()


def test_logits_keep_the_loss_and_its_gradient(said: Said) -> None:
    wanted = [-np.log(softmax(LOGITS)[0]), 1 - softmax(LOGITS)[0]]
    for backend in "tensorflow", "torch", "jax":
        lines = said("keras_softmax_today")
        start = "Dense, then from_logits=True"
        found = numbers(lines, start, within=backend)
        assert found == pytest.approx(wanted, abs=6e-3)


def test_keras_clips_probabilities(said: Said) -> None:
    for backend in "torch", "jax":
        lines = said("keras_softmax_today")
        start = "Dense with softmax, then the default"
        found = numbers(lines, start, within=backend)
        # Past the clip at 1e-7 the loss is flat.
        assert found == pytest.approx([-np.log(1e-7), 0], abs=6e-3)


def test_keras_on_tensorflow_takes_the_softmax_back(said: Said) -> None:
    lines = said("keras_softmax_today")
    plain = numbers(lines, "Dense, then from_logits=True", "tensorflow")
    p = softmax(LOGITS)
    # The true class has p = 2e-9, so the second softmax sees 0 and 1.
    twice = [-np.log(softmax(p)[0]), 0]
    assert twice[0] == pytest.approx(np.log(9 + np.e), abs=1e-6)
    for start in (
        "Dense, ops.softmax, then from_logits=True",
        "Dense with softmax, then from_logits=True",
    ):
        assert numbers(lines, start, "tensorflow") == plain
        for backend in "torch", "jax":
            found = numbers(lines, start, backend)
            assert found == pytest.approx(twice, abs=6e-3)
    start = "Dense with softmax, then the default"
    assert numbers(lines, start, "tensorflow") == plain


def test_double_softmax_trains_worse(said: Said) -> None:
    lines = said("double_softmax_today")
    loss, accuracy = numbers(lines, "logits")
    double_loss, double_accuracy = numbers(lines, "probabilities")
    [best] = numbers(lines, "the lowest loss that probabilities can reach:")
    assert best == pytest.approx(np.log(np.e + 9) - 1, abs=6e-5)
    assert loss < 0.3 and double_loss > best
    assert double_accuracy < accuracy - 5


def test_tensorflow_and_optax_leave_a_loss_a_digit(said: Said) -> None:
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((128, 10)).astype("float32")
    rows = logits.astype("float64")
    labels = rng.integers(0, 10, 128)
    losses = np.log(np.exp(rows).sum(axis=1)) - rows[range(128), labels]
    mean = pytest.approx(losses.mean(), abs=6e-5)
    lines = said("per_example_today")
    assert numbers(lines, "torch cross_entropy: (), mean") == [mean]
    start = "keras SparseCategoricalCrossentropy: (), mean"
    assert numbers(lines, start) == [mean]
    # A sum's gradient is 128 means'.
    assert numbers(lines, "tf.nn …_with_logits:") == [128, mean, 128]
    assert numbers(lines, "optax …_integer_labels:") == [128, mean]
    assert "only defined for scalar-output" in lines[-1]


# The last batch: 128 and 72.
def test_keras_weighs_batches_by_their_size(said: Said) -> None:
    lines = said("last_batch_today")
    batches = numbers(lines, "the batches:")
    mean = pytest.approx(np.dot(batches, [0.64, 0.36]), abs=2e-4)
    assert abs(np.mean(batches) - np.dot(batches, [0.64, 0.36])) > 0.005
    assert numbers(lines, "fit reports:") == [mean]
    assert numbers(lines, "evaluate reports:") == [mean]
    np.random.seed(0)
    rows = (3 * np.random.randn(200, 10)).astype("float64")
    labels = [0] * 128 + [9] * 72
    losses = np.log(np.exp(rows).sum(axis=1)) - rows[range(200), labels]
    mean = pytest.approx(losses.mean(), abs=2e-4)
    lines = said("last_batch_2018")
    assert numbers(lines, "keras fit:") == [mean]
    assert numbers(lines, "keras evaluate:") == [mean]
    halves = [losses[:128].mean(), losses[128:].mean()]
    found = numbers(lines, "CNTK, batch by batch:")
    assert found == pytest.approx(halves, abs=2e-4)


def test_estimator_does_not_weigh_batches(said: Said) -> None:
    lines = said("last_batch_2018")
    [reported] = numbers(lines, "Estimator.evaluate:")
    halves = numbers(lines, "CNTK, batch by batch:")
    assert reported == pytest.approx(np.mean(halves), abs=2e-4)
    assert abs(reported - np.dot(halves, [0.64, 0.36])) > 0.05


def test_a_seed_fixes_the_order_on_tensorflow(said: Said) -> None:
    """Four epochs have four orders, but for this one case."""
    lines = said("order_today")
    seeded = "fit(images, labels), set_random_seed:"
    for backend in "tensorflow", "torch", "jax":
        for way in "fit(images, labels), no seed:", "fit(data.shuffle), set":
            *_, found = numbers(lines, way, within=backend)
            assert found == 4
        wanted = 1 if backend == "tensorflow" else 4
        assert numbers(lines, seeded, within=backend) == [wanted]
