"""How the tests run a layer or an optimiser of TensorFlow 1's."""

import tensorflow as tf


def layer(layer, steps, cotangents, weights, states, training,
          differentiable):
    """Run `layer` with `weights` and `states`, by the ends of their names in
    the graph, on the inputs of each step.

    Returns the last outputs, the gradients of their weighed sum by each
    differentiable input and by each weight, and the states afterwards."""
    inputs = [
        tf.placeholder("float32" if a.dtype == "float64" else a.dtype, a.shape)
        for a in steps[0]
    ]
    outputs = layer(*inputs)
    outputs = list(outputs) if isinstance(outputs, tuple) else [outputs]
    own = {
        name: next(v for v in tf.global_variables()
                   if v.op.name.endswith("/" + name))
        for name in list(weights) + list(states)
    }
    total = sum(
        tf.reduce_sum(y * tf.constant(c, "float32"))
        for y, c in zip(outputs, cotangents))
    wanted = [inputs[place] for place in differentiable]
    wanted += [own[name] for name in weights]
    gradients = tf.gradients(total, wanted) if wanted else []
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS) if training else []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for name, array in list(weights.items()) + list(states.items()):
            own[name].load(array, session)
        for arrays in steps:
            found, _ = session.run(
                [outputs + gradients, updates], dict(zip(inputs, arrays)))
        after = {name: session.run(own[name]) for name in states}
    tf.reset_default_graph()
    count, places = len(outputs), len(differentiable)
    return (
        found[:count],
        dict(zip(differentiable, found[count:])),
        dict(zip(weights, found[count + places:])),
        after,
    )


def optimise(make, weights, gradients):
    """A step of what `make` returns for each of `gradients`: the optimiser,
    and what it is given in the place of (gradient, weight) pairs.
    Returns the weights, and what is remembered of each: "<name>/<weight>"."""
    own = {
        name: tf.Variable(array.astype("float32"), name=name)
        for name, array in weights.items()
    }
    places = {
        name: tf.placeholder("float32", array.shape)
        for name, array in weights.items()
    }
    made = make()
    optimizer, change = made if isinstance(made, tuple) else (made, list)
    pairs = change([(places[name], own[name]) for name in own])
    step = optimizer.apply_gradients(pairs)
    slots = {
        "%s/%s" % (slot, name): optimizer.get_slot(variable, slot)
        for slot in optimizer.get_slot_names()
        for name, variable in own.items()
    }
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for now in gradients:
            session.run(step, {places[name]: now[name] for name in own})
        found = session.run(own), session.run(slots)
    tf.reset_default_graph()
    return found
