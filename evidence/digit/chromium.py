"""Home's network.js in Chromium: its logits against float64, and its speed.

The weights and the batch are those of `python -m snippets parity`. The time
is that of one digit forward, the median of rounds of 50 once it is warm.
Writes chromium.json.
"""

import json
import os
from pathlib import Path

import numpy as np
from safetensors.numpy import load

from lab import mnist
from lab.frameworks import ROOT, reference
from pages.chromium import opened

ROUNDS = 40
WEIGHTS = ROOT / "data" / "initial.safetensors"
RUN = """async ({ bytes, images, rounds }) => {
  const { read, forward } = await import(new URL("network.js", location.href));
  const weights = read(Uint8Array.from(bytes).buffer);
  const inputs = images.map((image) => Float32Array.from(image));
  const logits = inputs.map((image) => [...forward(weights, image).logits]);
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    for (let n = 0; n < 50; n++) forward(weights, inputs[n]);
    times.push((performance.now() - begin) / 50);
  }
  return { logits, times };
}"""


def measured(page, rounds=ROUNDS):
    """The largest difference of any logit, and the record of the rest, of
    a page that is in the module's folder."""
    images = np.float32(mnist.load().train_images[:128].reshape(128, 784))
    images /= 255
    own = reference().framework.functions()
    model = own["build_model"]()
    own["load_weights"](model, load(WEIGHTS.read_bytes()))
    right, _ = own["forward"](model, images.reshape(128, 28, 28, 1))
    found = page.evaluate(RUN, {
        "bytes": list(WEIGHTS.read_bytes()),
        "images": images.tolist(),
        "rounds": rounds,
    })
    return {
        "browser": page.context.browser.version,
        "cores": os.cpu_count(),
        "max_abs_logits": float(abs(found["logits"] - right).max()),
        "ms_per_digit": {
            "median": round(float(np.median(found["times"])), 2),
            "slowest_round": round(max(found["times"]), 2),
            "rounds": rounds,
        },
    }


if __name__ == "__main__":
    path = Path(__file__).with_name("chromium.json")
    with opened(ROOT / "docs" / "assets" / "digit") as (page, address):
        page.goto(address + "digit.css")
        record = measured(page)
    path.write_text(json.dumps(record, indent=1) + "\n")
    print(path.read_text(), end="")
