"""200 examples are a batch of 128 and one of 72: what 2018 reports."""

import cntk as C
import keras
import keras.backend as K
import numpy as np
import tensorflow as tf

np.random.seed(0)
logits = 3 * np.random.randn(200, 10).astype('float32')
labels = np.append(np.full(128, 0), np.full(72, 9))
parts = [slice(0, 128), slice(128, 200)]

# In each model logits go in and come out, and nothing moves: the rate is 0.


def cross_entropy(labels, logits):
    return K.sparse_categorical_crossentropy(labels, logits, from_logits=True)


model = keras.models.Sequential([
    keras.layers.Dense(10, kernel_initializer='identity', input_shape=(10,))])
model.compile(keras.optimizers.SGD(lr=0.0), cross_entropy)
fit = model.fit(logits, labels, batch_size=128, shuffle=False, verbose=0)
print('keras fit:              %.4f' % fit.history['loss'][0])
print('keras evaluate:         %.4f' % model.evaluate(
    logits, labels, batch_size=128, verbose=0))


def model_fn(features, labels, mode):
    scale = tf.get_variable('scale', initializer=1.0)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, scale * features)
    step = tf.train.get_global_step()
    train = tf.train.GradientDescentOptimizer(0.0).minimize(loss, step)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train)


estimator = tf.estimator.Estimator(model_fn)
inputs = tf.estimator.inputs.numpy_input_fn(
    logits, labels, 128, shuffle=False)
estimator.train(inputs)
print('Estimator.evaluate:     %.4f' % estimator.evaluate(inputs)['loss'])

x, y = C.input_variable(10), C.input_variable(10)
scale = C.Parameter((), init=1)
loss = C.cross_entropy_with_softmax(scale * x, y)
trainer = C.Trainer(loss, (loss, None), [C.sgd(
    [scale], C.learning_parameter_schedule(0.0))])
onehot = np.eye(10, dtype='float32')[labels]
means = []
for part in parts:
    trainer.train_minibatch({x: logits[part], y: onehot[part]})
    means.append(trainer.previous_minibatch_loss_average)
print('CNTK, batch by batch:   %.4f %.4f' % tuple(means))
print('mean over the examples: %.4f' % np.average(means, weights=[128, 72]))
print('mean of the two means:  %.4f' % np.mean(means))
