"""What every framework's convnet.py promises.

A promise is a function below: it takes an implementation and the facts that
lab/inside/contract.py found out about it, and returns what is broken, in
words, or None.
"""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lab.frameworks import Implementation
from lab.processes import Result, execute

Facts = dict[str, Any]
SECTIONS = "model train evaluate predict dropout dense save resume".split()
MARK = "--8<--"
# 3·3·1·32 + 32, 3·3·32·64 + 64, 3136·10 + 10; and with 3136·64 + 64 and
# 64·10 + 10 in the place of the last.
PARAMETERS = 320 + 18_496 + 31_370
DENSE_PARAMETERS = 320 + 18_496 + 200_768 + 650
# Ten classes, nothing learnt yet.
LN_10 = math.log(10)


def facts_of(
    implementation: Implementation, digits: Path, timeout: float = 900
) -> Result:
    """What lab/inside/contract.py says of `implementation`, or its error.
    `digits` is mnist-5k as a file .npz."""
    framework = implementation.framework
    breaks = framework.breaks
    # Backends share a convnet.py: breaking it once is enough.
    first = implementation.backend == framework.backends[0]
    request = {
        "task": "contract",
        "digits": digits.name,
        "breaks": {"optimiser": breaks.optimiser, "loss": breaks.loss}
        if first
        else {},
    }
    inputs = {digits.name: digits}
    return execute(implementation, request, timeout, inputs=inputs)


def lines(implementation: Implementation) -> list[str]:
    return implementation.framework.source().splitlines()


def sections(i: Implementation, facts: Facts) -> str | None:
    """The marked sections, in the order of its siblings."""
    marks = [line for line in lines(i) if MARK in line]
    wanted = [
        f"# {MARK} [{edge}:{name}]"
        for name in SECTIONS
        for edge in ("start", "end")
    ]
    return None if marks == wanted else f"{marks}, not {wanted}"


def size(i: Implementation, facts: Facts) -> str | None:
    """70 to 115 lines of up to 79 columns."""
    code = [line for line in lines(i) if MARK not in line]
    # The reference has no layers and no gradients: they are part of it.
    longest = 145 if i.framework.reference else 115
    count = len([line for line in code if line.strip()])
    if not 70 <= count <= longest:
        return f"{count} lines, not 70 to {longest}"
    widest = max(map(len, code))
    return f"{widest} columns, not 79" if widest > 79 else None


def self_contained(i: Implementation, facts: Facts) -> str | None:
    """It imports nothing of this project."""
    text = "\n".join(lines(i))
    found = re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE)
    ours = {"snippets", "lab", "weights", "facts"} & set(found)
    return f"imports {', '.join(sorted(ours))}" if ours else None


def functions(i: Implementation, facts: Facts) -> str | None:
    """Its eight functions are there."""
    return f"lacks {', '.join(facts['missing'])}" if facts["missing"] else None


def parameters(i: Implementation, facts: Facts) -> str | None:
    """50,186 parameters; as many with dropout; 220,234 with a layer more."""
    names = "parameters", "dropout_parameters", "dense_parameters"
    found = [facts[name] for name in names]
    wanted = [PARAMETERS, PARAMETERS, DENSE_PARAMETERS]
    return None if found == wanted else f"{found}, not {wanted}"


def initial_weights(i: Implementation, facts: Facts) -> str | None:
    """Glorot uniform: ±√(6 / (fan in + fan out)); biases are zero; shapes are
    those of framework.toml."""
    fans = {288: 9 + 9 * 32, 18_432: 9 * 32 + 9 * 64, 31_360: 3136 + 10}
    axes = {"O": 64, "I": 32, "H": 3, "W": 3}
    shapes = {
        18_432: [axes[axis] for axis in i.framework.kernel_layout],
        31_360: i.framework.dense_shape,
    }
    for parameter in facts["initial"]:
        shape, largest = parameter["shape"], parameter["largest"]
        count = math.prod(shape)
        if count not in fans:
            if count not in (32, 64, 10) or largest:
                return f"a bias {shape} of up to {largest}"
            continue
        bound = math.sqrt(6 / fans[count])
        if not 0.9 * bound < largest <= 1.0001 * bound:
            return f"{shape} reaches {largest}, not {bound}"
        if shape != shapes.get(count, shape):
            return f"{shape}, not {shapes[count]}"
    return None


def probabilities(i: Implementation, facts: Facts) -> str | None:
    """Ten for each digit, that sum to 1, as NumPy's floats."""
    if facts["shapes"] != [[1, 10], [2, 10], [7, 10]]:
        return f"shapes {facts['shapes']}"
    wanted = "float64" if i.framework.reference else "float32"
    if facts["dtype"] != wanted:
        return f"{facts['dtype']}, not {wanted}"
    sums = facts["row_sums"]
    # Not max(): it would lose a NaN.
    whole = len(sums) == 7 and all(abs(total - 1) <= 1e-6 for total in sums)
    return None if whole else f"their sums are {sums}, not 1"


def loss_falls(i: Implementation, facts: Facts) -> str | None:
    """From ln 10, over an odd last batch."""
    first, *_, last = facts["losses"]
    if abs(first - LN_10) > 0.15 or not last < first:
        return f"from {first} to {last}"
    return None


def seed_repeats(i: Implementation, facts: Facts) -> str | None:
    """The same seed gives the same losses."""
    first, again = facts["losses"], facts["losses_again"]
    same = len(first) == len(again) and all(
        math.isclose(a, b, rel_tol=1e-5) for a, b in zip(first, again)
    )
    return None if same else f"{first}, then {again}"


def batch_of_one(i: Implementation, facts: Facts) -> str | None:
    """A batch may be a single digit."""
    loss = facts["batch_of_one"][0]
    return None if 0 < loss < 10 else f"a loss of {loss}"


def dropout(i: Implementation, facts: Facts) -> str | None:
    """It acts in training, and in training alone."""
    loss = facts["dropout_losses"][0]
    # Not `<=`: a loss that is no number must fail as well.
    if not abs(loss - facts["losses"][0]) > 1e-3:
        return f"it does nothing in training, or harm: a loss of {loss}"
    far = facts["dropout_difference"]
    return f"two predictions differ by {far}" if far else None


def dense(i: Implementation, facts: Facts) -> str | None:
    """The layer more trains, too."""
    loss = facts["dense_losses"][0]
    return None if abs(loss - LN_10) <= 0.15 else f"a loss of {loss}"


def save_and_load(i: Implementation, facts: Facts) -> str | None:
    """What is loaded predicts exactly what was saved."""
    far = facts["saved_difference"]
    return f"predictions differ by {far}" if far else None


def resumes(i: Implementation, facts: Facts) -> str | None:
    """From a checkpoint another model goes on as the first would have, to
    the bit, and what it has left to do is told from what is done."""
    if facts["resumed_epochs"] != [1, 1, 0]:
        return f"1 + 1 + 0 epochs were {facts['resumed_epochs']}"
    far = facts["resumed_difference"]
    return f"predictions differ by {far}" if far else None


def refusals(i: Implementation, facts: Facts) -> str | None:
    """Wrong input is refused, in the words that framework.toml expects."""
    refuses = i.framework.refuses
    for kind, words in ("shape", refuses.shape), ("dtype", refuses.dtype):
        said = facts[f"wrong_{kind}"] or "nothing"
        if not any(word in said for word in words):
            return f"of a wrong {kind} it says {said!r}, without {words!r}"
    return None


def gate_notices(i: Implementation, facts: Facts) -> str | None:
    """No momentum, or a softmax before the softmax loss: each trains, and
    each fails the gate."""
    for name, accuracy in facts["broken_accuracy"].items():
        if not accuracy < i.framework.gates.small:
            return f"with a broken {name} it still reaches {accuracy}"
    return None


PROMISES = [
    sections,
    size,
    self_contained,
    functions,
    parameters,
    initial_weights,
    probabilities,
    loss_falls,
    seed_repeats,
    batch_of_one,
    dropout,
    dense,
    save_and_load,
    resumes,
    refusals,
    gate_notices,
]


def broken(implementation: Implementation, facts: Facts) -> Iterator[str]:
    """One line for each promise that is not kept."""
    for promise in PROMISES:
        said = promise(implementation, facts)
        if said:
            yield f"{promise.__name__}: {said}"
        if said and promise == functions:
            return
