"""A framework's own file, loaded by its convnet.py alone, with nothing of
ours between: `accuracy.py REQUEST.json RESULT.json`.

tests/test_convert.py starts it under the framework's own interpreter, so it
is written for Python 3.6.
"""

import importlib
import json
import os
import sys
import threading

import numpy as np

sys.path.insert(
    0, os.path.join(os.path.dirname(os.path.dirname(__file__)), "snippets")
)
from worker import end_with_parent, in_layout

if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    with open(sys.argv[1]) as file:
        request = json.load(file)
    sys.path.insert(0, request["folder"])
    convnet = importlib.import_module("convnet")
    digits = np.load("digits.npz")
    accuracy = convnet.evaluate(
        convnet.load(request["path"]),
        in_layout(digits["test_images"], request["image_layout"]),
        digits["test_labels"],
    )
    with open(sys.argv[2], "w") as file:
        json.dump({"accuracy": float(accuracy)}, file)
