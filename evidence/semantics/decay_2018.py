"""Keras 2's decay: the step that it makes after 5,628 others."""

import keras.backend as K
from keras.optimizers import SGD

w = K.variable(0.0)
sgd = SGD(lr=0.05, decay=1e-6)
step = K.function([], [], sgd.get_updates(w, [w]))  # the gradient is 1
for iterations in 0, 5628:
    K.set_value(sgd.iterations, iterations)
    K.set_value(w, 0)
    step([])
    print('after %4d steps: %.5f' % (iterations, -K.get_value(w)))
