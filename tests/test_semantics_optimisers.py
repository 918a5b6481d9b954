"""The phrasebook on optimisers: what each script says is what a recurrence in
float64 says.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests import semantics
from tests.semantics import Said, numbers

said = semantics.said

# Optimisers: the recurrences, in float64.
GRADIENTS = np.random.RandomState(0).rand(100)


def inside(decay: float, rate: float = 0.05) -> float:
    """Nesterov with the rate inside the velocity, as Keras has it."""
    w = v = 0.0
    for step, g in enumerate(GRADIENTS):
        eta = rate / (1 + decay * step)
        v = 0.9 * v - eta * g
        w += 0.9 * v - eta * g
    return w


def outside(decay: float, late: int = 0) -> float:
    """Nesterov with the rate outside the buffer, as torch has it; the rate
    may be `late` steps behind."""
    w = b = 0.0
    for step, g in enumerate(GRADIENTS):
        eta = 0.05 / (1 + decay * max(step - late, 0))
        b = 0.9 * b + g
        w -= eta * (g + 0.9 * b)
    return w


def both(formula: Callable[..., float], **options: Any) -> Any:
    return pytest.approx(
        [formula(decay, **options) for decay in (0, 0.01)], abs=6e-4
    )


def test_formulas_agree_at_a_constant_rate_alone() -> None:
    assert inside(0) == pytest.approx(outside(0), rel=1e-12)
    assert inside(0.01) != pytest.approx(outside(0.01), rel=0.04)


def test_keras_keeps_the_rate_inside_the_momentum(said: Said) -> None:
    for name in "momentum_today", "momentum_2018":
        found = numbers(said(name), "keras.optimizers.SGD")
        assert found == both(inside)


def test_torch_keeps_the_rate_outside_the_momentum(said: Said) -> None:
    for name in "momentum_today", "momentum_2018":
        assert numbers(said(name), "torch.optim.SGD") == both(outside)


def test_tensorflow_1_and_optax_are_of_torchs_family(said: Said) -> None:
    found = numbers(said("momentum_2018"), "tf.train.MomentumOptimizer")
    assert found == both(outside)
    assert numbers(said("momentum_today"), "optax.sgd") == both(outside)


def test_torch_1_scheduler_stepped_late_lags_a_step(said: Said) -> None:
    start = "… its scheduler stepped after it"
    found = numbers(said("momentum_2018"), start)
    assert found == both(outside, late=1)
    assert outside(0.01, late=1) != pytest.approx(outside(0.01), rel=0.005)


@pytest.mark.filterwarnings("ignore:Detected call of")
def test_todays_scheduler_stepped_early_skips_the_first_rate() -> None:
    import torch

    weight = torch.nn.Parameter(torch.zeros(1))
    weight.grad = torch.ones(1)
    optimizer = torch.optim.SGD([weight], lr=0.05)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 1 / (1 + 0.01 * step)
    )
    rates = []
    for _ in range(2):
        schedule.step()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    assert rates == pytest.approx([0.05 / 1.01, 0.05 / 1.02])


def test_keras_decay_is_a_schedule_per_step(said: Said) -> None:
    assert 12 * -(-60_000 // 128) == 5628
    rate = 0.05 / (1 + 1e-6 * 5628)
    assert rate / 0.05 == pytest.approx(0.9944, abs=5e-5)
    found = numbers(said("decay_2018"), "after 5628 steps:")
    assert found == pytest.approx([rate], abs=6e-6)
    found = numbers(said("decay_today"), "InverseTimeDecay(0.05, 1, 1e-6):")
    assert found == pytest.approx([rate], abs=6e-6)


def test_keras_3_ignores_decay(said: Said) -> None:
    assert said("decay_today")[0].endswith("and will be ignored.")


def test_weight_decay_shrinks_weights(said: Said) -> None:
    w, b = 1.0, 0.0
    for _ in range(5628):
        b = 0.9 * b + 1e-6 * w
        w -= 0.05 * (1e-6 * w + 0.9 * b)
    found = numbers(said("decay_today"), "PyTorch, weight_decay=1e-6: rate")
    assert found == pytest.approx([0.05, w], abs=6e-6)


def test_weight_decay_bypasses_keras_momentum(said: Said) -> None:
    found = numbers(said("decay_today"), "Keras, weight_decay=1e-6: rate")
    assert found == pytest.approx([0.05, (1 - 0.05e-6) ** 5628], abs=6e-6)


def test_cntk_unit_gain_scales_the_step_by_a_tenth(said: Said) -> None:
    lines = said("momentum_cntk_2018")
    assert numbers(lines, "unit_gain=False") == both(inside)
    assert numbers(lines, "its default, rate 0.5") == both(inside)
    lines = [line.replace("its default  ", "default") for line in lines]
    assert numbers(lines, "default") == both(inside, rate=0.005)


def test_cntk_unit_gain_slows_this_network(said: Said) -> None:
    lines = said("unit_gain_2018")
    # Both start from the same weights; after an epoch one has learnt.
    assert len(set(numbers(lines, "1 "))) == 1
    true, false = numbers(lines, "32 ")
    assert true > 1.8 and false < 1.0


def test_cntk_rates_and_minibatch_size(said: Said) -> None:
    lines = said("learning_rate_2018")
    for start, factors in [
        ("learning_parameter_schedule(0.05)", (1, 1)),
        ("… minibatch_size=128", (1, 32 / 128)),
        ("… minibatch_size=1 ", (128, 32)),
        ("learning_parameter_schedule_per_sample(0.05)", (128, 32)),
    ]:
        steps = [0.05 * factor for factor in factors]
        assert numbers(lines, start) == pytest.approx(steps, abs=6e-5)
