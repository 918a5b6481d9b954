"""The defaults of what the listings of today call."""

import inspect

import keras
import optax
import tensorflow as tf
import torch
from flax import nnx
from torch import nn

calls = {
    "keras.layers.Conv2D": (keras.layers.Conv2D, "strides padding activation"
                            " kernel_initializer bias_initializer"),
    "keras.layers.MaxPooling2D": (keras.layers.MaxPooling2D,
                                  "strides padding"),
    "keras.layers.Dense": (keras.layers.Dense, "activation"),
    "keras.losses.SparseCategoricalCrossentropy": (
        keras.losses.SparseCategoricalCrossentropy, "from_logits reduction"),
    "keras.optimizers.SGD": (keras.optimizers.SGD, "learning_rate momentum"
                             " nesterov weight_decay"),
    "nn.Conv2d": (nn.Conv2d, "stride padding"),
    "nn.MaxPool2d": (nn.MaxPool2d, "stride padding"),
    "nn.Flatten": (nn.Flatten, "start_dim"),
    "nn.Dropout": (nn.Dropout, "p"),
    "cross_entropy": (nn.functional.cross_entropy, "reduction"),
    "torch.optim.SGD": (torch.optim.SGD, "lr momentum nesterov weight_decay"),
    "torch.load": (torch.load, "weights_only"),
    "tf.nn.conv2d": (tf.nn.conv2d, "strides padding data_format"),
    "tf.nn.max_pool2d": (tf.nn.max_pool2d, "strides padding data_format"),
    "nnx.Conv": (nnx.Conv, "strides padding"),
    "nnx.max_pool": (nnx.max_pool, "strides padding"),
    "nnx.Dropout": (nnx.Dropout, "rate deterministic"),
    "tf.nn.dropout": (tf.nn.dropout, "rate"),
    "optax.sgd": (optax.sgd, "momentum nesterov"),
}
for name, (call, arguments) in calls.items():
    if inspect.isclass(call):
        call = call.__init__
    parameters = inspect.signature(call).parameters
    shown = [
        f"{argument}={parameters[argument].default!r}"
        if parameters[argument].default is not inspect.Parameter.empty
        else f"{argument} must be given"
        for argument in arguments.split()
    ]
    print(f"{name}: {', '.join(shown)}")
