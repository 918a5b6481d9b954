"""Train the network that Home's drawings meet: data/mnist.safetensors.

The PyTorch listing, its own optimiser, on the whole MNIST (MNIST_DIR, or
downloaded), less the digits that mnist-5k tests on: those stay unseen, and
Home counts how many of them are read right. Minutes on a CPU.
"""

import runpy

import numpy as np
from safetensors.numpy import save_file

from lab import mnist
from lab.frameworks import ROOT, SNIPPETS

EPOCHS = 12

small, whole = mnist.load("mnist-5k"), mnist.load("mnist")
held_out = {image.tobytes() for image in small.test_images}
kept = [image.tobytes() not in held_out for image in whole.train_images]
images, labels = whole.train_images[kept], whole.train_labels[kept]

own = runpy.run_path(str(SNIPPETS / "pytorch2" / "convnet.py"))
weights = runpy.run_path(str(SNIPPETS / "pytorch2" / "weights.py"))


def nchw(images):
    return (images / np.float32(255)).reshape(-1, 1, 28, 28)


model = own["build_model"](seed=0)
own["train"](model, nchw(images), labels, epochs=EPOCHS)
of_5k, of_mnist = (
    own["evaluate"](model, nchw(d.test_images), d.test_labels)
    for d in (small, whole)
)
print(f"{len(images):,} digits, {EPOCHS} epochs")
print(f"mnist-5k's test digits, unseen: {of_5k:.3f}; MNIST's: {of_mnist:.4f}")
save_file(
    weights["dump_weights"](model),
    ROOT / "data" / "mnist.safetensors",
    metadata={
        "made by": f"PyTorch, seed 0, {EPOCHS} epochs of mnist without "
        "mnist-5k's test digits",
        "test accuracy": f"{of_5k:.3f} of mnist-5k, {of_mnist:.4f} of mnist",
    },
)
