"""How the tests run a layer, an optimiser, a schedule of JAX' and Flax'."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx


def layer(layer, steps, cotangents, weights, states, training,
          differentiable):
    """Run `layer` with `weights` and `states`, by their names here, on the
    inputs of each step.

    Returns the last outputs, the gradients of their weighed sum by each
    differentiable input and by each weight, and the states afterwards."""
    module = isinstance(layer, nnx.Module)
    if module:
        (layer.train if training else layer.eval)()
    weighed = [tensor(c) for c in cotangents]
    weights, states = jax.tree.map(tensor, (weights, states))

    def run(weights, sources, states, inputs):
        # A copy belongs to this trace, and may change in it.
        copy = nnx.clone(layer) if module else layer
        for name, array in {**weights, **states}.items():
            variable(copy, name).set_value(array)
        found = copy(*[sources.get(n, x) for n, x in enumerate(inputs)])
        outputs = [*found] if isinstance(found, tuple) else [found]
        total = sum((y * c).sum() for y, c in zip(outputs, weighed))
        after = {name: variable(copy, name).get_value() for name in states}
        return total, (outputs, after)

    gradient = jax.jit(jax.grad(run, argnums=(0, 1), has_aux=True))
    for arrays in steps:
        inputs = [tensor(a) for a in arrays]
        sources = {place: inputs[place] for place in differentiable}
        (by_weight, by_input), (outputs, states) = gradient(
            weights, sources, states, inputs)
    return jax.tree.map(np.asarray, (outputs, by_input, by_weight, states))


def variable(module, name):
    """The variable by its path: "layers.0.kernel"; of a dictionary of paths
    "kernel/u"."""
    for part in name.split("."):
        if isinstance(module, dict):
            module = module[tuple(part.split("/"))]
        else:
            digit = part.isdigit()
            module = module[int(part)] if digit else getattr(module, part)
    return module


def tensor(array):
    kind = "float32" if array.dtype == "float64" else array.dtype
    return jnp.asarray(array.astype(kind))


def optimise(make, weights, gradients, states=None, done=0):
    """A step of the optimiser that `make` returns for each of `gradients`;
    where it goes on, from its `states` after so many that are `done`.
    Returns the weights, and what is remembered of each: "<name>/<weight>"."""
    optimizer, weights = make(), jax.tree.map(tensor, weights)
    state = optimizer.init(weights)

    def carried(path, leaf):
        if isinstance(path[-1], jax.tree_util.DictKey):
            said = f"{path[-2].name}/{path[-1].key}"
            return tensor(states[said]) if said in states else leaf
        return jnp.full_like(leaf, done)  # how many steps there were

    if states is not None:
        state = jax.tree.map_with_path(carried, state)

    @jax.jit
    def step(weights, state, now):
        updates, state = optimizer.update(now, state, weights)
        return optax.apply_updates(weights, updates), state

    for now in gradients:
        weights, state = step(weights, state, jax.tree.map(tensor, now))
    remembered = {
        f"{path[-2].name}/{path[-1].key}": np.asarray(array)
        for path, array in jax.tree.leaves_with_path(state)
        if isinstance(path[-1], jax.tree_util.DictKey)
    }
    return jax.tree.map(np.asarray, weights), remembered


def rates(make, count):
    """The rate of each of `count` steps."""
    schedule = make()
    return [float(schedule(step)) for step in range(count)]


def draw(make, shape):
    """Numbers that an initialiser draws for a kernel (…, in, out)."""
    return np.asarray(make()(jax.random.key(0), tuple(shape)))


def noise(layer, ones):
    """What `layer` makes of an image of ones in training."""
    return np.asarray(layer(jnp.asarray(ones)))
