"""Nesterov momentum on 100 given gradients, in frameworks of 2018."""

import keras.backend as K
import numpy as np
import tensorflow as tf
import torch
from keras.optimizers import SGD

gradients = np.random.RandomState(0).rand(100)


def run_keras(decay):
    w, g = K.variable(0.0), K.placeholder(())
    sgd = SGD(lr=0.05, decay=decay, momentum=0.9, nesterov=True)
    # The loss is g · w, so its gradient is g.
    step = K.function([g], [w], sgd.get_updates(g * w, [w]))
    for value in gradients:
        step([value])
    return K.get_value(w)


def run_torch(decay, scheduler_first=True):
    w = torch.nn.Parameter(torch.zeros(()))
    sgd = torch.optim.SGD([w], lr=0.05, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        sgd, lambda step: 1 / (1 + decay * step))
    for value in gradients:
        if scheduler_first:
            schedule.step()
        w.grad = torch.tensor(value, dtype=torch.float32)
        sgd.step()
        if not scheduler_first:
            schedule.step()
    return float(w)


def run_tensorflow(decay):
    w, g = tf.Variable(0.0), tf.placeholder(tf.float32)
    count = tf.Variable(0)
    rate = tf.train.inverse_time_decay(0.05, count, 1, decay)
    step = tf.train.MomentumOptimizer(rate, 0.9, use_nesterov=True)
    step = step.minimize(g * w, count, [w])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for value in gradients:
            session.run(step, {g: value})
        return session.run(w)


print('                                   decay 0   decay 0.01')
for name, run in [
    ('keras.optimizers.SGD', run_keras),
    ('torch.optim.SGD', run_torch),
    ('… its scheduler stepped after it',
     lambda decay: run_torch(decay, scheduler_first=False)),
    ('tf.train.MomentumOptimizer', run_tensorflow),
]:
    print('%-33s %8.3f   %10.3f' % (name, run(0), run(0.01)))
