"""Two lines of PyTorch programs from before 0.4, in PyTorch 1.0."""

import warnings

import torch
from torch.autograd import Variable

loss = torch.nn.functional.mse_loss(torch.zeros(3), torch.ones(3))
print('loss.data[0]')
try:
    print(loss.data[0])
except IndexError as error:
    print('   ', 'IndexError:', str(error).split('.')[0])

print('Variable(x, volatile=True)')
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    x = Variable(torch.zeros(3), volatile=True)
    print('   ', 'warning:', str(caught[-1].message).split('.')[0])
    weights = torch.ones(3, requires_grad=True)
    print('    its graph is kept:', (weights * x).requires_grad)
