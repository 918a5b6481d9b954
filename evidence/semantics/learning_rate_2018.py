"""CNTK's learning rates: one step of a weight whose gradient is 1."""

import cntk as C
import numpy as np

schedules = [
    ('learning_parameter_schedule(0.05)',
     C.learning_parameter_schedule(0.05)),
    ('… minibatch_size=128',
     C.learning_parameter_schedule(0.05, minibatch_size=128)),
    ('… minibatch_size=1',
     C.learning_parameter_schedule(0.05, minibatch_size=1)),
    ('learning_parameter_schedule_per_sample(0.05)',
     C.learning_parameter_schedule_per_sample(0.05)),
]
print('digits in the batch                              128      32')
for name, schedule in schedules:
    steps = []
    for size in 128, 32:
        w, x = C.Parameter((), init=0), C.input_variable(())
        learner = C.sgd([w], schedule)
        trainer = C.Trainer(w * x, (w * x, None), [learner])
        trainer.train_minibatch({x: np.ones(size, 'float32')})
        steps.append(-float(w.value))
    print('%-44s %7.4f %7.4f' % (name, steps[0], steps[1]))
