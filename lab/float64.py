"""What float64 makes of a row: outputs, gradients, states."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lab.rows import (
    Arrays,
    Given,
    Row,
    given,
    groups,
    oracle,
    rows,
)

# Steps of an optimiser, and of a schedule.
STEPS, HALF, RATES = 100, 50, 50
# A step along the imaginary axis: its square is nothing, so the derivative is
# exact (Squire and Trapp, SIAM Review 40, 1998).
STEP = 1e-200
# The weights that an optimiser moves.
MOVED = {"kernel": (4, 3), "bias": (3,)}


def flat(outputs: Any) -> list[np.ndarray]:
    """One array, or several, as a list."""
    return [*outputs] if isinstance(outputs, tuple) else [np.asarray(outputs)]


def cotangents(name: str, outputs: list[np.ndarray]) -> list[np.ndarray]:
    """What each output is weighed with before it is summed: numbers that
    differ, so that a gradient tells where it came from."""
    random = np.random.RandomState(len(name))
    drawn = [random.standard_normal(y.shape) for y in outputs]
    return [np.asarray(c, "float32").astype("float64") for c in drawn]


def layer(
    name: str, arrays: Arrays, options: dict[str, Any], gradients: bool = True
) -> Arrays:
    """outputs/…, states/…, and gradients/… by each input and weight."""
    _, row = rows()[name]
    function = oracle(name)
    weights = {key: arrays[f"weights/{key}"] for key in row.weights}
    states = [arrays[f"states/{key}"] for key in row.states]
    named = list(row.outputs) or ["y"]
    count = len(named)

    counted = "step" in inspect.signature(function).parameters

    def call(inputs: Arrays, weights: Arrays, states: list[Any]) -> list[Any]:
        more = options | {"step": step + 1} if counted else options
        found = function(*inputs.values(), *weights.values(), *states, **more)
        return flat(found)

    # Another row's inputs may be of fewer steps.
    steps = {key.split("/")[1] for key in arrays if key.startswith("inputs/")}
    for step in range(len(steps)):
        inputs = {key: arrays[f"inputs/{step}/{key}"] for key in row.inputs}
        before = states
        returned = call(inputs, weights, states)
        if len(returned) > count:
            states = returned[count:]
    outputs = returned[:count]
    found = {f"outputs/{k}": y for k, y in zip(named, outputs)}
    if len(returned) > count:
        found |= {f"states/{k}": s for k, s in zip(row.states, states)}
    if not (gradients and row.gradients):
        return found
    weighed = cotangents(name, outputs)

    def total(inputs: Arrays, weights: Arrays) -> complex:
        outputs = call(inputs, weights, before)[:count]
        return sum(complex((y * c).sum()) for y, c in zip(outputs, weighed))

    for key in (k for k in inputs if differentiable(row, k, inputs[k])):
        moved = partial(lambda k, a: total(inputs | {k: a}, weights), key)
        found[f"gradients/{key}"] = gradient(moved, inputs[key])
    for key in weights:
        moved = partial(lambda k, a: total(inputs, weights | {k: a}), key)
        found[f"gradients/{key}"] = gradient(moved, weights[key])
    return found


def differentiable(row: Row, key: str, array: np.ndarray) -> bool:
    said = row.inputs[key]
    wanted = said.gradient if isinstance(said, Given) else True
    fixed = isinstance(said, Given) and said.values is not None
    return wanted and not fixed and array.dtype == np.float64


def gradient(
    total: Callable[[np.ndarray], complex], array: np.ndarray
) -> np.ndarray:
    """The gradient of `total`, exact to float64's rounding."""
    found = np.empty(array.shape)
    for place in np.ndindex(array.shape):
        moved = array.astype(complex)
        moved[place] += 1j * STEP
        found[place] = total(moved).imag / STEP
    return found


def moving(name: str) -> tuple[Arrays, list[Arrays]]:
    """The weights that an optimiser begins with, and the gradient of each
    step: large ones now and then, so that clipping has something to do."""
    random = np.random.RandomState(sum(name.encode()))

    def drawn(scale: float) -> Arrays:
        return {
            key: (scale * random.standard_normal(shape))
            .astype("float32")
            .astype("float64")
            for key, shape in MOVED.items()
        }

    scales = [3.0 if step % 7 == 3 else 0.5 for step in range(STEPS)]
    return drawn(1.0), [drawn(scale) for scale in scales]


def optimiser(
    name: str, options: dict[str, Any], after: dict[str, Any] | None = None
) -> Arrays:
    """weights/… after all steps, and states/<name>/…; from half-way on with
    the options `after`, where there are some."""
    _, row = rows()[name]
    step = oracle(name)
    weights, gradients = moving(name)
    states: dict[str, dict[str, Any]] = {
        key: {s: np.zeros(array.shape) for s in [*row.remembers, *HIDDEN]}
        for key, array in weights.items()
    }
    for t, now in enumerate(gradients, 1):
        more = dict(after if after and t > HALF else options)
        if "length" in inspect.signature(step).parameters:
            squares = sum((g**2).sum() for g in now.values())
            more["length"] = np.sqrt(squares)
        for key, g in now.items():
            weights[key] = step(weights[key], g, states[key], t, **more)
    found = {f"weights/{key}": array for key, array in weights.items()}
    for key, state in states.items():
        for said in row.remembers:
            found[f"states/{said}/{key}"] = np.asarray(state[said])
    return found


# What a function may remember besides.
HIDDEN = ["velocity", "first", "second"]


def schedule(name: str, options: dict[str, Any]) -> Arrays:
    rate = oracle(name)
    found = [float(rate(t, **options)) for t in range(RATES)]
    return {"outputs/rates": np.array(found)}


def initialiser(name: str, options: dict[str, Any]) -> Arrays:
    _, row = rows()[name]
    deviation, most = oracle(name)(row.shape, **options)
    return {
        "outputs/deviation": np.array(deviation),
        "outputs/most": np.array(most),
    }


def noise(name: str, options: dict[str, Any]) -> Arrays:
    found = oracle(name)(**options)
    return {
        f"outputs/{key}": np.array(value)
        for key, value in zip(STATISTICS, found)
    }


# What is said of an image that noise went over; lab/inside/rows.py counts.
STATISTICS = "mean", "deviation", "zeros", "channels"


def right(
    name: str, options: dict[str, Any], arrays: Arrays | None = None
) -> Arrays:
    """What float64 makes of the row `name`; of a layer on its own inputs,
    unless there are `arrays`."""
    kind = groups()[rows()[name][0]].kind
    if kind == "layers":
        return layer(name, given(name) if arrays is None else arrays, options)
    by_kind = {
        "optimisers": optimiser,
        "schedules": schedule,
        "initialisers": initialiser,
        "noise": noise,
    }
    return by_kind[kind](name, options)


def forward(name: str, options: dict[str, Any], like: str = "") -> Arrays:
    """The same without gradients, which cost most; of a layer on the inputs
    of the row `like`, where there is one."""
    if groups()[rows()[name][0]].kind == "layers":
        return layer(name, given(like or name), options, gradients=False)
    return right(name, options)
