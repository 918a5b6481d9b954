"""Rows of layers, optimisers, rates and initial weights with a framework:
layers/harness.py of its folder runs what layers/<group>.py makes."""

import functools
import importlib
import traceback
from typing import Any, Dict, List

import numpy as np

from lab.inside.common import Answer, Arrays, Request, version


def run(request: Request) -> Answer:
    """Each of `request`'s rows; what fails is in "errors" under its name, and
    the next one goes on. The arrays are as the framework has them."""
    harness = importlib.import_module("layers.harness")
    given = dict(np.load(request["digits"]))
    errors: Dict[str, str] = {}
    arrays: Arrays = {}
    for row in request["rows"]:
        try:
            module = importlib.import_module("layers." + row["group"])
            function = getattr(module, row["function"])
            make = functools.partial(function, **row["make"])
            own = under(given, row["name"])
            found = KINDS[row["kind"]](harness, make, row, own)
            for name, array in found.items():
                arrays[row["name"] + "/" + name] = np.asarray(array)
        except Exception as error:
            said = traceback.format_exception_only(type(error), error)
            errors[row["name"]] = " ".join(said[-1].split())[:300]
    facts = importlib.import_module("facts")
    answer = {"version": version(request), "device": facts.device()}
    return {**answer, "errors": errors}, arrays


def under(arrays: Arrays, prefix: str) -> Arrays:
    return {
        name[len(prefix) + 1 :]: array
        for name, array in arrays.items()
        if name.startswith(prefix + "/")
    }


def layer(harness: Any, make: Any, row: Any, given: Arrays) -> Arrays:
    """outputs/<place>, inputs/<place> and weights/<name> for gradients,
    states/<name>."""
    steps: List[List[np.ndarray]] = [
        [given["inputs/%d/%s" % (step, key)] for key in row["inputs"]]
        for step in range(row["steps"])
    ]
    outputs, by_input, by_weight, states = harness.layer(
        make(),
        steps,
        [given["cotangents/%s" % key] for key in row["outputs"]],
        under(given, "weights"),
        under(given, "states"),
        row["training"],
        row["differentiable"],
    )
    found = {"outputs/" + k: y for k, y in zip(row["outputs"], outputs)}
    for place, array in by_input.items():
        found["gradients/" + row["inputs"][place]] = array
    for name, array in by_weight.items():
        found["weights/" + name] = array
    for name, array in states.items():
        found["states/" + name] = array
    return found


def optimiser(harness: Any, make: Any, row: Any, given: Arrays) -> Arrays:
    """weights/<name> after all steps, and states/<its own name>/<name>."""
    found = under(given, "gradients")
    steps = sorted({int(name.split("/")[0]) for name in found})
    gradients = [under(given, "gradients/%d" % t) for t in steps]
    begun = [under(given, "states"), steps[0]] if steps[0] else []
    weights, states = harness.optimise(
        make, under(given, "weights"), gradients, *begun
    )
    found = {"weights/" + name: array for name, array in weights.items()}
    for name, array in states.items():
        found["states/" + name] = array
    return found


def schedule(harness: Any, make: Any, row: Any, given: Arrays) -> Arrays:
    return {"outputs/rates": np.array(harness.rates(make, row["count"]))}


def initialiser(harness: Any, make: Any, row: Any, given: Arrays) -> Arrays:
    drawn = np.asarray(harness.draw(make, row["shape"]), "float64")
    return {
        "outputs/deviation": drawn.std(),
        "outputs/most": abs(drawn).max(),
    }


def noise(harness: Any, make: Any, row: Any, given: Arrays) -> Arrays:
    """Of an image of ones, N×H×W×C or N×C×H×W, that noise went over: mean,
    deviation, the share of zeros, and of channels that are zero."""
    ones = np.ones(row["shape"], "float32")
    found = np.asarray(harness.noise(make(), ones), "float64")
    axes = row["image"]
    return {
        "outputs/mean": found.mean(),
        "outputs/deviation": found.std(),
        "outputs/zeros": (found == 0).mean(),
        "outputs/channels": (found == 0).all(axis=tuple(axes)).mean(),
    }


KINDS = {
    "noise": noise,
    "layers": layer,
    "optimisers": optimiser,
    "schedules": schedule,
    "initialisers": initialiser,
}
