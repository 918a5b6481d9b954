"""CNTK's nesterov on the same 100 gradients, and what unit_gain does."""

import cntk as C
import numpy as np

gradients = np.random.RandomState(0).rand(100)


def run(decay, rate=0.05, **options):
    w, g = C.Parameter((), init=0), C.input_variable(())
    loss = w * g  # its gradient is g
    learner = C.nesterov([w], C.learning_parameter_schedule(rate),
                         C.momentum_schedule(0.9), **options)
    trainer = C.Trainer(loss, (loss, None), [learner])
    for step, value in enumerate(gradients):
        learner.reset_learning_rate(
            C.learning_parameter_schedule(rate / (1 + decay * step)))
        trainer.train_minibatch({g: np.array([value], 'float32')})
    return float(w.value)


print('                           decay 0   decay 0.01')
for name, options in [
    ('unit_gain=False', {'unit_gain': False}),
    ('its default', {}),
    ('its default, rate 0.5', {'rate': 0.5}),
]:
    print('%-25s %8.3f   %10.3f' % (
        name, run(0, **options), run(0.01, **options)))
