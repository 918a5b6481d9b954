"""The ConvNet's weights in PyTorch, from and to the shared layout.

Shared: kernels height × width × in × out; the dense layer's rows in the order
height, width, channel of the features that they read. PyTorch has kernels
out × in × height × width, and its flatten puts the channel first.
"""

import torch


@torch.no_grad()
def load_weights(model, arrays):
    conv1, conv2, dense = model[0], model[3], model[7]
    for conv, name in (conv1, "conv1"), (conv2, "conv2"):
        kernel = torch.as_tensor(arrays[f"{name}.kernel"])      # 3×3×in×out
        conv.weight.copy_(kernel.permute(3, 2, 0, 1))           # out×in×3×3
        conv.bias.copy_(torch.as_tensor(arrays[f"{name}.bias"]))
    rows = torch.as_tensor(arrays["dense.kernel"])              # 3136×10
    rows = rows.reshape(7, 7, 64, 10).permute(3, 2, 0, 1)       # 10×64×7×7
    dense.weight.copy_(rows.reshape(10, 3136))
    dense.bias.copy_(torch.as_tensor(arrays["dense.bias"]))


def dump_weights(model):
    conv1, conv2, dense = model[0], model[3], model[7]
    rows = dense.weight.reshape(10, 64, 7, 7).permute(2, 3, 1, 0)
    arrays = {
        "conv1.kernel": conv1.weight.permute(2, 3, 1, 0),
        "conv1.bias": conv1.bias,
        "conv2.kernel": conv2.weight.permute(2, 3, 1, 0),
        "conv2.bias": conv2.bias,
        "dense.kernel": rows.reshape(3136, 10),
        "dense.bias": dense.bias,
    }
    return {
        name: array.detach().cpu().numpy().copy(order="C")
        for name, array in arrays.items()
    }
