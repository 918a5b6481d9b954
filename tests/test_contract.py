"""Every framework's convnet.py keeps the promises of lab/contract.py."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lab import contract
from lab.contract import Facts
from lab.frameworks import Implementation, every, reference
from tests.helpers import Once

Promise = Callable[[Implementation, Facts], str | None]


def made(implementation: Implementation, digits: Path, folder: Path) -> None:
    found = contract.facts_of(implementation, digits)
    assert found["error"] is None, found["error"]
    (folder / "facts.json").write_text(json.dumps(found))


@pytest.fixture(scope="session")
def facts(
    implementation: Implementation, present: None, digits: Path, once: Once
) -> Facts:
    """What lab/inside/contract.py found out about `implementation`."""
    make = partial(made, implementation, digits)
    folder = once(f"contract-{implementation.slug}", make)
    found: Facts = json.loads((folder / "facts.json").read_text())
    return found


@pytest.mark.parametrize(
    "promise", contract.PROMISES, ids=lambda promise: promise.__name__
)
def test_promise(
    implementation: Implementation, promise: Promise, facts: Facts
) -> None:
    assert promise(implementation, facts) is None


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
        contract.initial_weights, "initial",
        [{"shape": [3, 3, 1, 32], "largest": 0.3}],
    ),
    (contract.initial_weights, "initial", [{"shape": [32], "largest": 0.1}]),
    (
        contract.initial_weights, "initial",
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
]  # fmt: skip


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
