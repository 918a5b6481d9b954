"""A layer's weights from one framework to another, by the rules that the
phrasebook's pages show."""

from collections.abc import Mapping

import numpy as np
from einops import EinopsError

from lab.errors import BadInput
from lab.frameworks import (
    Framework,
    Implementation,
    implementations,
    nearest,
)
from lab.own import axes_of, listed, own_arrays, shared_arrays
from lab.rows import Arrays, Own, owns, rows, rule_of


def carry(
    layer: str,
    weights: Mapping[str, np.ndarray],
    source: str,
    target: str,
    *,
    as_named: bool = False,
    **sizes: int,
) -> Arrays:
    """`weights` of `layer`, by the names and in the layout of `source`, as
    `target` names and keeps them; both are folders of snippets/. Numbers are
    moved, none is changed; but where a framework has two biases that it adds,
    the other gets their sum.

    `layer` is an entry of the phrasebook: "lstm". `sizes` are those of axes
    that an array does not show, by the letters of the entry: a kernel that
    holds two needs the size of the first, `I=3`; heads need `heads=2`.

    A kernel whose axes are equal fits as it is and transposed: pass
    as_named=True to say that it lies as `source` keeps it. Raises BadInput
    where that is not said, and for names or shapes that are not the layer's.
    """
    if layer not in rows():
        near = nearest(layer, rows())
        raise BadInput(f"no layer {layer!r}: did you mean {near!r}?")
    one, two = (i.framework for i in map(only, (source, target)))
    for framework in one, two:
        if not listed(framework) or not rule_of(framework, layer).weights:
            raise BadInput(f"{framework.name} keeps nothing of {layer!r}")
    here = rule_of(one, layer)
    check(layer, weights, one, as_named)
    summed = dict(weights)
    for name, other in here.added.items():
        summed[other] = summed[other] + summed.pop(name)
    kinds = {}
    for key in here.weights:
        for own in owns(here, key):
            state = key in rows()[layer][1].states
            kinds[own.name] = "states" if state else "weights"
            if own.name.startswith("+"):  # in the other already
                whole = summed[own.name[1:]]
                size = len(whole) * len(own.gates) // own.of
                summed[own.name] = np.zeros(size, whole.dtype)
    arrays = {f"{kinds[name]}/{name}": a for name, a in summed.items()}
    try:
        shared = shared_arrays(one, layer, arrays, sizes)
        shared = {
            name.replace("gradients/", "weights/"): array
            for name, array in shared.items()
        }
        found = own_arrays(two, layer, shared, sizes)
    except (EinopsError, ValueError, IndexError) as error:
        said = " ".join(str(error).split())[:150]
        raise BadInput(f"{layer} of {source}: {said}") from None
    found = {name.split("/", 1)[1]: array for name, array in found.items()}
    for name in [name for name in found if name.startswith("+")]:
        more = found.pop(name)
        found[name[1:]] = found[name[1:]].copy()
        found[name[1:]][: len(more)] += more
    return found


def only(name: str) -> Implementation:
    """The first of the folder `name`. Raises BadInput."""
    return implementations([name])[0]


def check(
    layer: str,
    weights: Mapping[str, np.ndarray],
    source: Framework,
    as_named: bool,
) -> None:
    """Raises BadInput unless `weights` are the layer's, and can lie in one
    way only."""
    _, row = rows()[layer]
    rule = rule_of(source, layer)
    shared = {**row.weights, **row.states}
    places = {
        own.name: (own, str(shared[key][0]))
        for key in rule.weights
        if key in shared
        for own in owns(rule, key)
    }
    wanted = {n for n in {*places, *rule.added} if not n.startswith("+")}
    # A state that is missing begins as the framework begins it.
    must = wanted - {own.name for key in row.states for own in owns(rule, key)}
    if not must <= set(weights) <= wanted:
        raise BadInput(
            f"{layer} of {source.name} has {', '.join(sorted(wanted))}, not "
            f"{', '.join(sorted(weights))}"
        )
    for name, (own, axes) in places.items():
        if name.startswith("+") or name not in weights:
            continue
        shape = weights[name].shape
        count = len(axes_of(own, axes))
        if len(shape) != count:
            raise BadInput(f"{name} has {count} axes, not {len(shape)}")
        if not as_named and turned(own, axes, shape):
            raise BadInput(
                f"{name} is {shape}: transposed it would fit as well. Does it "
                f"lie as {source.name} keeps it, {own.axes or axes}? Then say "
                "as_named=True"
            )


def turned(own: Own, axes: str, shape: tuple[int, ...]) -> bool:
    """Has a kernel the same shape with its inputs and outputs exchanged?"""
    there = axes_of(own, axes)
    if len(there) < 2 or own.gates or own.part:
        return False
    places = [there.index(axis) for axis in axes[-2:] if axis in there]
    return len(places) == 2 and shape[places[0]] == shape[places[1]]
