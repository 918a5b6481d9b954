"""Normalisation in Keras 2. Images N×H×W×C."""

import keras


# --8<-- [start:batch_norm]
# The variance that TensorFlow hands over is divided by n − 1 already; Keras
# multiplies it by n / (n − 1 − eps) once more. And its running averages have
# their start taken out: after one step they are the batch's, whatever was
# loaded.
def batch_norm(keep=0.99, eps=1e-3):
    return keras.layers.BatchNormalization(momentum=keep, epsilon=eps)
# --8<-- [end:batch_norm]


# --8<-- [start:batch_norm_frozen]
# In training too, where it is called with training=False.
def batch_norm_frozen(eps=1e-3):
    layer = keras.layers.BatchNormalization(epsilon=eps)
    return layer, lambda x: layer(x, training=False)
# --8<-- [end:batch_norm_frozen]
