"""How the tests run a layer, an optimiser, a schedule of Keras'."""

import keras


def layer(layer, steps, cotangents, weights, states, training,
          differentiable):
    """Run `layer`, or (layer, how to call it), with `weights` and `states`,
    by their names here, on the inputs of each step.

    Returns the last outputs, the gradients of their weighed sum by each
    differentiable input and by each weight, and the states afterwards."""
    layer, call = layer if isinstance(layer, tuple) else (layer, layer)
    if weights:
        call(*map(tensor, steps[0]))  # its first call makes them
    own = {name: variable(layer, name) for name in [*weights, *states]}
    for name, array in {**weights, **states}.items():
        own[name].assign(tensor(array))
    # Whatever has states asks whether it is training.
    mode = {"training": training} if states else {}
    weighed = [tensor(c) for c in cotangents]
    count = len(differentiable)

    def run(inputs):
        outputs = call(*inputs, **mode)
        many = isinstance(outputs, (tuple, list))
        outputs = list(outputs) if many else [outputs]
        sums = [keras.ops.sum(y * c) for y, c in zip(outputs, weighed)]
        return outputs, sum(sums)

    backward = globals()[keras.backend.backend()](
        run, differentiable, [own[name] for name in weights],
        [own[name] for name in states],
    )
    for arrays in steps:
        outputs, found = backward([tensor(a) for a in arrays])
    numpy = keras.ops.convert_to_numpy
    found = [numpy(gradient) for gradient in found]
    return (
        [numpy(y) for y in outputs],
        dict(zip(differentiable, found)),
        dict(zip(weights, found[count:])),
        {name: numpy(own[name]) for name in states},
    )


def tensorflow(run, places, weights, states):
    import tensorflow as tf

    def backward(inputs):
        sources = [inputs[place] for place in places]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            outputs, total = run(inputs)
        sources += [weight.value for weight in weights]
        found = tape.gradient(total, sources) if sources else []
        # That of a table is some rows of it: tf.IndexedSlices.
        return outputs, [tf.convert_to_tensor(one) for one in found]

    return backward


def torch(run, places, weights, states):
    import torch

    def backward(inputs):
        sources = [inputs[place].requires_grad_() for place in places]
        sources += [weight.value for weight in weights]
        outputs, total = run(inputs)
        return outputs, torch.autograd.grad(total, sources) if sources else []

    return backward


def jax(run, places, weights, states):
    import jax

    if not places and not weights:  # as it is, not compiled
        return lambda inputs: (run(inputs)[0], [])

    def total(sources, values, begun, inputs):
        pairs = [*zip(weights, values), *zip(states, begun)]
        now = dict(enumerate(inputs)) | dict(zip(places, sources))
        with keras.StatelessScope(pairs) as scope:
            outputs, total = run([now[place] for place in sorted(now)])
        after = [scope.get_current_value(state) for state in states]
        return total, (outputs, after)

    gradient = jax.jit(jax.grad(total, (0, 1), has_aux=True))

    def backward(inputs):
        (by_input, by_weight), (outputs, after) = gradient(
            [inputs[place] for place in places],
            [weight.value for weight in weights],
            [state.value for state in states], inputs)
        for state, value in zip(states, after):
            state.assign(value)
        return outputs, [*by_input, *by_weight]

    return backward


def variable(layer, name):
    """The variable by its path: "kernel", "cell.kernel", "layers.1.bias"."""
    for part in name.split("."):
        layer = layer[int(part)] if part.isdigit() else getattr(layer, part)
    return layer


def tensor(array):
    kind = "float32" if array.dtype == "float64" else None
    return keras.ops.convert_to_tensor(array, dtype=kind)


def optimise(make, weights, gradients, states=None, done=0):
    """A step of the optimiser that `make` returns for each of `gradients`;
    where it goes on, from its `states` after so many that are `done`.
    Returns the weights, and what is remembered of each: "<name>/<weight>"."""
    own = {n: keras.Variable(tensor(a), name=n) for n, a in weights.items()}
    optimizer = make()
    optimizer.build([*own.values()])
    optimizer.iterations.assign(done)
    slots = {
        f"{slot.name[len(name) + 1:]}/{name}": slot
        for slot in optimizer.variables
        for name in own
        if slot.name.startswith(f"{name}_")
    }
    for said, array in (states or {}).items():
        slots[said].assign(tensor(array))
    for now in gradients:
        optimizer.apply([tensor(now[name]) for name in own])
    numpy = keras.ops.convert_to_numpy
    return (
        {name: numpy(weight) for name, weight in own.items()},
        {said: numpy(slot) for said, slot in slots.items()},
    )


def rates(make, count):
    """The rate of each of `count` steps."""
    schedule = make()
    return [float(schedule(step)) for step in range(count)]


def draw(make, shape):
    """Numbers that an initialiser draws for a kernel (…, in, out)."""
    keras.utils.set_random_seed(3)  # with none that PyTorch does not cut
    return keras.ops.convert_to_numpy(make()(tuple(shape)))


def noise(layer, ones):
    """What `layer` makes of an image of ones in training."""
    seed = keras.random.SeedGenerator(0)
    layer.seed_generator.state.assign(seed.state)
    return keras.ops.convert_to_numpy(layer(tensor(ones), training=True))
