"""The defaults of what the listings of 2018 call."""

import inspect

import cntk as C
import keras
import tensorflow as tf
import torch
from torch import nn

calls = [
    ('keras.layers.Conv2D', keras.layers.Conv2D,
     'strides padding activation kernel_initializer bias_initializer'),
    ('keras.layers.MaxPooling2D', keras.layers.MaxPooling2D,
     'strides padding'),
    ('keras.layers.Dense', keras.layers.Dense, 'activation'),
    ('keras.backend.sparse_categorical_crossentropy',
     keras.backend.sparse_categorical_crossentropy, 'from_logits'),
    ('keras.optimizers.SGD', keras.optimizers.SGD,
     'lr momentum decay nesterov'),
    ('nn.Conv2d', nn.Conv2d, 'stride padding'),
    ('nn.MaxPool2d', nn.MaxPool2d, 'stride padding'),
    ('nn.Dropout', nn.Dropout, 'p'),
    ('F.cross_entropy', nn.functional.cross_entropy, 'reduction'),
    ('torch.optim.SGD', torch.optim.SGD, 'momentum nesterov weight_decay'),
    ('tf.layers.conv2d', tf.layers.conv2d,
     'strides padding activation kernel_initializer'),
    ('tf.layers.max_pooling2d', tf.layers.max_pooling2d, 'strides padding'),
    ('tf.layers.dense', tf.layers.dense, 'activation'),
    ('tf.layers.dropout', tf.layers.dropout, 'rate training'),
    ('tf.losses.sparse_softmax_cross_entropy',
     tf.losses.sparse_softmax_cross_entropy, 'reduction'),
    ('tf.train.MomentumOptimizer', tf.train.MomentumOptimizer,
     'use_nesterov'),
    ('C.layers.Convolution', C.layers.Convolution,
     'strides pad init_bias'),
    ('C.layers.MaxPooling', C.layers.MaxPooling, 'strides pad'),
    ('C.layers.Dense', C.layers.Dense, 'init_bias'),
    ('C.layers.Dropout', C.layers.Dropout, 'dropout_rate keep_prob'),
    ('C.nesterov', C.nesterov, 'unit_gain'),
    ('C.learning_parameter_schedule', C.learning_parameter_schedule,
     'minibatch_size'),
]
for name, call, arguments in calls:
    if inspect.isclass(call):
        call = call.__init__
    call = inspect.unwrap(call)
    parameters = inspect.signature(call).parameters
    shown = []
    for argument in arguments.split():
        default = parameters[argument].default
        # CNTK wraps what default_options() may override.
        default = getattr(default, 'value', default)
        shown.append('%s must be given' % argument
                     if default is inspect.Parameter.empty
                     else '%s=%r' % (argument, default))
    print('%s: %s' % (name, ', '.join(shown)))
