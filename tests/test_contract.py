"""Every framework's convnet.py keeps the promises of lab/contract.py."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab import contract
from lab.contract import Facts
from lab.frameworks import Implementation, every, reference
from tests.chain import trained_accuracy, unusual
from tests.visits import Visits

Promise = Callable[[Implementation, Facts], str | None]
# Of one epoch of 4,000 digits, 32 steps, from seed 0: 0.62 (Keras on PyTorch)
# to 0.88. The models that [breaks] spoils reach 0.22 to 0.47 by then.
AFTER_AN_EPOCH = 0.55


@pytest.mark.framework
@pytest.mark.parametrize(
    "promise",
    [p for p in contract.PROMISES if p != contract.gate_notices],
    ids=lambda promise: promise.__name__,
)
def test_promise(
    implementation: Implementation, promise: Promise, visit: Visits
) -> None:
    facts = visit(implementation).answer("contract")
    assert promise(implementation, facts) is None


@pytest.mark.framework
def test_an_epoch_learns(
    implementation: Implementation, visit: Visits
) -> None:
    result = visit(implementation).answer("train")
    assert result["test_accuracy"] > AFTER_AN_EPOCH
    assert len(result["losses"]) == 1
    assert result["peak_memory_bytes"] > 2**26
    assert result["device"].startswith(("cpu", "gpu"))


@pytest.mark.framework
def test_its_own_file_keeps_every_bit(
    implementation: Implementation, visit: Visits
) -> None:
    """Written, and read back."""
    visited = visit(implementation)
    visited.answer("load")
    back = visited.answer("dump")["arrays"]
    assert visited.answer("accuracy")["accuracy"] == pytest.approx(
        trained_accuracy()
    )
    for name, array in unusual().items():
        read = back[name].astype("float32")
        assert (read == back[name]).all()  # not rounded
        assert read.tobytes() == array.tobytes(), name


@pytest.mark.slow
@pytest.mark.framework
def test_gate_notices(
    implementation: Implementation, present: None, digits: Path
) -> None:
    """Two broken models train three epochs each; and all else is kept where
    a framework is started for it alone."""
    facts = contract.facts_of(implementation, digits)
    assert facts["error"] is None, facts["error"]
    first = implementation.backend == implementation.framework.backends[0]
    assert set(facts["broken_accuracy"]) == (
        {"optimiser", "loss"} if first else set()
    )
    assert list(contract.broken(implementation, facts)) == []


NAN = float("nan")
# Facts of the reference that are as they should be; and what spoils them, by
# the promise that is then broken.
GOOD: Facts = {
    "missing": [],
    "parameters": 50_186,
    "dropout_parameters": 50_186,
    "dense_parameters": 220_234,
    "initial": [
        {"shape": [3, 3, 1, 32], "largest": 0.142},
        {"shape": [32], "largest": 0.0},
        {"shape": reference().framework.dense_shape, "largest": 0.0436},
    ],
    "shapes": [[1, 10], [2, 10], [7, 10]],
    "dtype": "float64",
    "row_sums": [1.0] * 7,
    "losses": [2.3, 2.1],
    "losses_again": [2.3, 2.1],
    "batch_of_one": [1.5],
    "dropout_losses": [2.4],
    "dropout_difference": 0.0,
    "dense_losses": [2.3],
    "saved_difference": 0.0,
    "resumed_epochs": [1, 1, 0],
    "resumed_difference": 0.0,
    "wrong_shape": " ".join(reference().framework.refuses.shape),
    "wrong_dtype": " ".join(reference().framework.refuses.dtype),
    "broken_accuracy": {"optimiser": 0.5, "loss": 0.6},
}
SPOILT: list[tuple[Promise, str, Any]] = [
    (contract.functions, "missing", ["save"]),
    (contract.parameters, "parameters", 50_185),
    (contract.parameters, "dropout_parameters", 50_187),
    (contract.parameters, "dense_parameters", 50_186),
    (
        contract.initial_weights,
        "initial",
        [{"shape": [3, 3, 1, 32], "largest": 0.3}],
    ),
    (contract.initial_weights, "initial", [{"shape": [32], "largest": 0.1}]),
    (
        contract.initial_weights,
        "initial",
        [{"shape": [31360], "largest": 0.0436}],
    ),
    (contract.probabilities, "shapes", [[1, 10], [2, 10], [8, 10]]),
    (contract.probabilities, "dtype", "float16"),
    (contract.probabilities, "row_sums", [1.0] * 6 + [1.001]),
    (contract.probabilities, "row_sums", [1.0] * 6 + [NAN]),
    (contract.probabilities, "row_sums", [1.0] * 6),
    (contract.loss_falls, "losses", [2.3, 2.4]),
    (contract.loss_falls, "losses", [3.3, 2.4]),
    (contract.loss_falls, "losses", [2.3, NAN]),
    (contract.seed_repeats, "losses_again", [2.3, 2.11]),
    (contract.seed_repeats, "losses_again", [2.3]),
    (contract.batch_of_one, "batch_of_one", [NAN]),
    (contract.dropout, "dropout_losses", [2.3]),
    (contract.dropout, "dropout_losses", [NAN]),
    (contract.dropout, "dropout_difference", 0.1),
    (contract.dense, "dense_losses", [2.0]),
    (contract.save_and_load, "saved_difference", NAN),
    (contract.resumes, "resumed_epochs", [1, 2, 0]),
    (contract.resumes, "resumed_difference", 1e-7),
    (contract.refusals, "wrong_shape", None),
    (contract.refusals, "wrong_dtype", "of something else"),
    (contract.gate_notices, "broken_accuracy", {"loss": 0.95}),
]


@pytest.mark.parametrize("promise, name, value", SPOILT)
def test_a_broken_promise_is_noticed(
    promise: Promise, name: str, value: Any
) -> None:
    assert list(contract.broken(reference(), GOOD)) == []
    found = list(contract.broken(reference(), GOOD | {name: value}))
    assert promise.__name__ in [line.partition(":")[0] for line in found]


@pytest.mark.parametrize(
    "promise, find, replace",
    [
        (contract.sections, "[end:model]", "[end:modell]"),
        (contract.size, "\n\n", "\n" + "x = 1\n" * 60),
        (contract.size, "\n\n", "\n" + "#" * 80 + "\n"),
        (contract.self_contained, "\n\n", "\nfrom lab import mnist\n"),
    ],
)
def test_a_broken_text_is_noticed(
    promise: Promise, find: str, replace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = contract.lines(every()[0])
    text = "\n".join(lines).replace(find, replace, 1)
    assert promise(every()[0], {}) is None
    monkeypatch.setattr(contract, "lines", lambda i: text.splitlines())
    assert promise(every()[0], {})
