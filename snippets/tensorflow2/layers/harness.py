"""How the tests run a layer, an optimiser, a schedule of TensorFlow's."""

import tensorflow as tf


def layer(layer, steps, cotangents, weights, states, training,
          differentiable):
    """Run `layer` with `weights` and `states`, by their names here, on the
    inputs of each step.

    Returns the last outputs, the gradients of their weighed sum by each
    differentiable input and by each weight, and the states afterwards."""
    own = {name: variable(layer, name) for name in [*weights, *states]}
    for name, array in {**weights, **states}.items():
        own[name].assign(tensor(array))
    # Whatever has states asks whether it is training.
    mode = {"training": training} if states else {}
    for arrays in steps:
        inputs = [tensor(array) for array in arrays]
        sources = [inputs[place] for place in differentiable]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            outputs = layer(*inputs, **mode)
    outputs = list(outputs) if isinstance(outputs, tuple) else [outputs]
    sources += [own[name] for name in weights]
    weighed = [tensor(c) for c in cotangents]
    found = tape.gradient(outputs, sources, weighed) if sources else []
    # That of a table is some rows of it: tf.IndexedSlices.
    found = [tf.convert_to_tensor(gradient).numpy() for gradient in found]
    return (
        [y.numpy() for y in outputs],
        dict(zip(differentiable, found)),
        dict(zip(weights, found[len(differentiable):])),
        {name: own[name].numpy() for name in states},
    )


def variable(module, name):
    """The variable by its path: "kernel", "there.kernel", "kernels.0"."""
    for part in name.split("."):
        module = module[int(part)] if part.isdigit() else getattr(module, part)
    return module


def tensor(array):
    kind = "float32" if array.dtype == "float64" else array.dtype
    return tf.constant(array.astype(kind))


def optimise(make, weights, gradients, states=None, done=0):
    """A step of the optimiser that `make` returns for each of `gradients`;
    where it goes on, from its `states` after so many that are `done`.
    Returns the weights, and what is remembered of each: "<name>/<weight>"."""
    own = {name: tf.Variable(tensor(a)) for name, a in weights.items()}
    made = make()
    if not isinstance(made, tuple):
        made = made, made.apply_gradients
    optimizer, step, *averages = made
    if states is not None:
        optimizer._create_slots([*own.values()])
        for said, array in states.items():
            slot, name = said.split("/")
            optimizer.get_slot(own[name], slot).assign(tensor(array))
        if hasattr(optimizer, "_get_beta_accumulators"):
            for power in optimizer._get_beta_accumulators():
                power.assign(power ** (done + 1))
    for now in gradients:
        step([(tensor(now[name]), weight) for name, weight in own.items()])
    remembered = {
        f"{slot}/{name}": optimizer.get_slot(weight, slot).numpy()
        for slot in optimizer.get_slot_names()
        for name, weight in own.items()
    }
    for average in averages:
        for name, weight in own.items():
            remembered[f"average/{name}"] = average.average(weight).numpy()
    return {n: w.numpy() for n, w in own.items()}, remembered


def rates(make, count):
    """The rate of each of `count` steps."""
    step = tf.Variable(0, trainable=False)
    rate, found = make(step), []
    for _ in range(count):
        found.append(float(rate()))
        step.assign_add(1)
    return found


def draw(make, shape):
    """Numbers that an initialiser draws for a kernel (…, in, out)."""
    tf.random.set_seed(0)
    return make()(shape).numpy()


def noise(layer, ones):
    """What `layer` makes of an image of ones in training."""
    tf.random.set_seed(0)
    return layer(tf.constant(ones), training=True).numpy()
