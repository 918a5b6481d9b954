"""How the tests run a layer, an optimiser, a schedule of MLX's."""

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim
import numpy as np
from mlx.utils import tree_flatten, tree_map


def layer(layer, steps, cotangents, weights, states, training, differentiable):
    """Run `layer` with `weights` and `states`, by their names here, on the
    inputs of each step.

    Returns the last outputs, the gradients of their weighed sum by each
    differentiable input and by each weight, and the states afterwards."""
    module = isinstance(layer, nn.Module)
    # Of NumPy's float64 mx.array makes float32.
    weights, states = tree_map(mx.array, (weights, states))
    weighed = tree_map(mx.array, cotangents)
    if module:
        layer.train(training)
        layer.load_weights([*states.items()], strict=False)

    def run(weights, sources, inputs):
        if module:
            layer.load_weights(summed(weights), strict=False)
        given = dict(zip(differentiable, sources))
        found = layer(*[given.get(n, x) for n, x in enumerate(inputs)])
        outputs = [*found] if isinstance(found, tuple) else [found]
        return sum((y * c).sum() for y, c in zip(outputs, weighed)), outputs

    gradient = mx.value_and_grad(run, argnums=(0, 1))
    for arrays in steps:
        inputs = tree_map(mx.array, arrays)
        # One more, for it refuses to differentiate by nothing.
        sources = [inputs[n] for n in differentiable] + [mx.zeros(1)]
        (_, outputs), found = gradient(weights, sources, inputs)
    after = dict(tree_flatten(layer.parameters())) if module else {}
    outputs, (by_weight, by_input) = tree_map(np.array, (outputs, found))
    states = {name: np.array(after[name]) for name in states}
    return outputs, dict(zip(differentiable, by_input)), by_weight, states


def summed(weights):
    """`weights` as pairs; "+b" is added to the first numbers of b."""
    found = dict(weights)
    for name in [name for name in weights if name[0] == "+"]:
        of, more = found[name[1:]], found.pop(name)
        found[name[1:]] = of + mx.pad(more, (0, len(of) - len(more)))
    return [*found.items()]


def optimise(make, weights, gradients, states=None, done=0):
    """A step of the optimiser that `make` returns for each of `gradients`;
    where it goes on, from its `states` after so many that are `done`.
    Returns the weights, and what is remembered of each: "<name>/<weight>"."""
    model = nn.Module()
    for name, array in weights.items():
        setattr(model, name, mx.array(array))
    made = make()
    if not isinstance(made, tuple):
        made = made, made.update
    optimizer, update, *averages = made
    if states is not None:
        optimizer.init(model.parameters())
        optimizer.state["step"] = mx.array(done, mx.uint64)
        for said, array in states.items():
            slot, name = said.split("/")
            optimizer.state[name][slot] = mx.array(array)
    for now in gradients:
        update(model, tree_map(mx.array, now))
    remembered = {
        f"{said}/{name}": np.array(array)
        for name in weights
        for said, array in optimizer.state[name].items()
    }
    for average in averages:
        remembered |= {f"average/{n}": np.array(average[n]) for n in weights}
    return tree_map(np.array, dict(model.parameters())), remembered


def rates(make, count):
    """The rate of each of `count` steps."""
    optimizer, found = optim.SGD(make()), []
    for _ in range(count):
        optimizer.apply_gradients({}, {})
        found.append(optimizer.learning_rate.item())
    return found


def draw(make, shape):
    """Numbers that an initialiser draws for a kernel, here (out, …, in)."""
    mx.random.seed(0)
    return np.array(make()(mx.zeros((shape[-1], *shape[:-1]))))


def noise(layer, ones):
    """What `layer` makes of an image of ones in training."""
    mx.random.seed(0)
    return np.array(layer(mx.array(ones)))
