"""The post's Keras snippet uses two names that it never defines."""

from keras.layers import Conv2D
from keras.models import Sequential

# --8<-- [start:fault]
try:
    Sequential().add(Conv2D(32, (3, 3), input_shape=input_shape))
except NameError as error:
    print(error)

try:
    SGD(lr=0.05, decay=1e-6, momentum=0.9, nesterov=True)
except NameError as error:
    print(error)
# --8<-- [end:fault]
