"""What each mistake of Home's switches costs, in NumPy, float64.

Of mnist-5k's 1,000 test digits, which data/mnist.safetensors has not seen:
how many are read right, and how sure the network is on the average. Writes
breaks.json; a test computes it again, and Chromium counts the same.
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load

from lab import mnist
from lab.frameworks import ROOT, reference

digits = mnist.load()
images = digits.test_images.reshape(-1, 28, 28, 1) / 255
shared = load((ROOT / "data" / "mnist.safetensors").read_bytes())
own = reference().framework.functions()


def predicted(weights=shared, images=images):
    model = own["build_model"]()
    own["load_weights"](model, weights)
    return own["predict"](model, images)


def bytes_as_ours(kernel):
    """O×I×H×W as it lies in memory, under the name H×W×I×O."""
    theirs = np.ascontiguousarray(kernel.transpose(3, 2, 0, 1))
    return theirs.reshape(kernel.shape)


def dense_by_channel():
    rows = shared["dense.kernel"].reshape(7, 7, 64, 10)
    return rows.transpose(2, 0, 1, 3).reshape(3136, 10)


kernels = {
    name: bytes_as_ours(shared[name])
    for name in ("conv1.kernel", "conv2.kernel")
}
right = predicted()
found = {
    "none": right,
    "flatten": predicted(shared | {"dense.kernel": dense_by_channel()}),
    "bytes": predicted(shared | kernels),
    "swapped": predicted(images=images.transpose(0, 2, 1, 3)),
    "pixels": predicted(images=images * 255),
    "twice": own["softmax"](right),
}
record = {
    name: {
        "right": int((p.argmax(axis=1) == digits.test_labels).sum()),
        "sure": round(float(p.max(axis=1).mean()), 4),
    }
    for name, p in found.items()
}
if __name__ == "__main__":
    path = Path(__file__).with_name("breaks.json")
    path.write_text(json.dumps(record, indent=1) + "\n")
    print(path.read_text(), end="")
