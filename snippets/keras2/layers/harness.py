"""How the tests run a layer or an optimiser of Keras 2's."""

import keras
import keras.backend as K


def layer(layer, steps, cotangents, weights, states, training,
          differentiable):
    """Run `layer`, or (layer, how to call it), with `weights` and `states`,
    by their names here, on the inputs of each step.

    Returns the last outputs, the gradients of their weighed sum by each
    differentiable input and by each weight, and the states afterwards."""
    layer, call = layer if isinstance(layer, tuple) else (layer, layer)
    inputs = [keras.Input(batch_shape=a.shape) for a in steps[0]]
    outputs = call(*inputs)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    owner = getattr(layer, "cell", layer)  # of a recurrent layer
    own = {name: getattr(owner, name) for name in [*weights, *states]}
    K.batch_set_value(
        [(own[n], a) for n, a in list(weights.items()) + list(states.items())]
    )
    total = sum(K.sum(y * K.constant(c)) for y, c in zip(outputs, cotangents))
    wanted = [inputs[place] for place in differentiable]
    gradients = K.gradients(total, wanted + [own[n] for n in weights])
    updates = layer.updates if training else []
    compute = K.function(
        [*inputs, K.learning_phase()], outputs + gradients, updates
    )
    for arrays in steps:
        found = compute([*arrays, training])
    count, places = len(outputs), len(differentiable)
    by_weight = found[count + places:]
    return (
        found[:count],
        dict(zip(differentiable, found[count:])),
        dict(zip(weights, by_weight)),
        {name: K.get_value(own[name]) for name in states},
    )


def optimise(make, weights, gradients):
    """A step of the optimiser that `make` returns for each of `gradients`.
    Returns the weights, and what is remembered of each: "<place>/<weight>",
    its place among the optimiser's own lists."""
    own = {name: K.variable(array) for name, array in weights.items()}
    places = [K.placeholder(array.shape) for array in weights.values()]
    loss = sum(K.sum(w * g) for w, g in zip(own.values(), places))
    optimizer = make()
    updates = optimizer.get_updates(loss=loss, params=list(own.values()))
    step = K.function(places, [loss], updates)
    for now in gradients:
        step([now[name] for name in own])
    lists = [w for w in optimizer.weights if K.ndim(w)]
    remembered = {}
    for place, variable in enumerate(lists):
        name = list(own)[place % len(own)]
        said = "%d/%s" % (place // len(own), name)
        remembered[said] = K.get_value(variable)
    return {n: K.get_value(w) for n, w in own.items()}, remembered
