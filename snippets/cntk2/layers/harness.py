"""How the tests run a layer or an optimiser of CNTK's."""

import cntk as C
import numpy as np


def layer(layer, steps, cotangents, weights, states, training,
          differentiable):
    """Run `layer` with `weights` and `states`, by their names here, on the
    inputs of each step.

    Returns the last outputs, the gradients of their weighed sum by each
    differentiable input and by each weight, and the states afterwards."""
    inputs = [variable(array) for array in steps[0]]
    outputs = layer(*inputs)
    outputs = list(outputs) if isinstance(outputs, tuple) else [outputs]
    outputs = [C.combine([y]) for y in outputs]
    root = C.combine(outputs)
    own = {v.name: v for v in root.parameters + root.constants}
    for name, array in list(weights.items()) + list(states.items()):
        own[name].value = np.asarray(array, "float32")
    weighed = [variable(c) for c in cotangents]
    sums = [C.reduce_sum(y * c, C.Axis.all_axes())
            for y, c in zip(outputs, weighed)]
    total = sums[0]
    for more in sums[1:]:
        total = total + more
    wanted = [inputs[place] for place in differentiable]
    wanted += [own[name] for name in weights]
    for arrays in steps:
        fed = dict(zip(inputs + weighed, map(tensor, arrays + cotangents)))
        if training:
            gradients, values = total.grad(
                fed, wrt=wanted, outputs=[y.output for y in outputs])
            gradients = known(gradients, wanted)
            values = known(values, [y.output for y in outputs])
        else:  # it has gradients in training alone
            gradients = {}
            values = {
                y.output: y.eval({x: fed[x] for x in inputs})
                for y in outputs}
    return (
        [stacked(values[y.output]) for y in outputs],
        {place: stacked(gradients[inputs[place]])
         for place in differentiable if gradients},
        {name: np.asarray(gradients[own[name]])
         for name in weights if gradients},
        {name: np.asarray(own[name].value) for name in states},
    )


def variable(array):
    """An input: of three axes a sequence, N×T×features."""
    if np.ndim(array) == 3:
        return C.sequence.input_variable(array.shape[2], needs_gradient=True)
    return C.input_variable(array.shape[1:], needs_gradient=True)


def tensor(array):
    return np.asarray(array, "float32")


def known(values, wanted):
    """Of one CNTK returns no dictionary."""
    return values if isinstance(values, dict) else {wanted[0]: values}


def stacked(values):
    """A batch; sequences come as a list of arrays."""
    return np.stack([np.asarray(value) for value in values])


def optimise(make, weights, gradients):
    """A step of the learner that `make` returns for each of `gradients`.
    Returns the weights; what is remembered is not told."""
    own = {name: C.Parameter(array.shape, init=tensor(array))
           for name, array in weights.items()}
    learner = make(list(own.values()))
    for now in gradients:
        views = {own[name]: C.NDArrayView.from_dense(tensor(array))
                 for name, array in now.items()}
        learner.update(views, 1)
    return {name: np.asarray(p.value) for name, p in own.items()}, {}
