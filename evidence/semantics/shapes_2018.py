"""CNTK's defaults on this network, and its pad=True at stride 2."""

import cntk as C
import numpy as np
import tensorflow as tf
import torch


def network(**options):
    """Widths after each layer, features and parameters."""
    layers = [
        C.layers.Convolution((3, 3), 32, pad=options['pad']),
        C.layers.MaxPooling((2, 2), strides=options['strides']),
        C.layers.Convolution((3, 3), 64, pad=options['pad']),
        C.layers.MaxPooling((2, 2), strides=options['strides'])]
    x = C.input_variable((1, 28, 28))
    widths = [28]
    for layer in layers:
        x = layer(x)
        widths.append(x.shape[1])
    dense = C.layers.Dense(10)(x)
    return '%s, %d features, %d parameters' % (
        ' → '.join(map(str, widths)), np.prod(x.shape),
        sum(np.prod(p.shape) for p in dense.parameters))


print('as the network wants it:', network(pad=True, strides=2))
print("MaxPooling's default:   ", network(pad=True, strides=1))
print("Convolution's default:  ", network(pad=False, strides=2))

print("sums over 3 of 1 2 3 4 5 6 7 8, stride 2, 'same':")
row = np.arange(1, 9, dtype='float32')
x = C.input_variable((1, 8))
conv = C.convolution(C.constant(np.ones((1, 1, 3), 'float32')), x, (1, 2),
                     auto_padding=[False, True])
print('  C.convolution, auto_padding:', *conv.eval(
    {x: row.reshape(1, 1, 8)}).ravel().astype(int))
kept = tf.nn.conv1d(row.reshape(1, 8, 1), np.ones((3, 1, 1), 'float32'), 2,
                    'SAME')
print('  tf.nn.conv1d, SAME:         ', *tf.Session().run(kept)
      .ravel().astype(int))
kept = torch.nn.functional.conv1d(torch.tensor(row).reshape(1, 1, 8),
                                  torch.ones(1, 1, 3), stride=2, padding=1)
print('  torch conv1d, padding=1:    ', *kept.numpy().ravel().astype(int))
