"""One task with one framework: `main.py REQUEST.json RESULT.json`.

lab/processes.py starts this file in a process of its own, under the
framework's own interpreter, so all of lab/inside/ is written for Python 3.6
as well. A task is a module beside this one: its run(request) returns a dict
for RESULT.json and arrays for RESULT.npz. A task of several processes is
started once more for each of them, by launch.py; the first of them returns
what there is to return, the others None.
"""

import gc
import importlib
import json
import os
import signal
import sys
import threading

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))


def end_with_parent() -> None:
    # Standard input is a pipe that nobody writes to: it ends when the parent
    # does, however the parent ends, and nothing may outlive it.
    os.read(0, 1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        request = json.load(file)
    # First the framework's folder, for convnet.py and what lies beside it, in
    # the place of this one: nothing that a framework imports may be found
    # here. The project last, for lab.inside.
    sys.path[0] = request["folder"]
    sys.path.append(ROOT)
    launch = importlib.import_module("lab.inside.launch")
    worker = launch.MARK in os.environ
    if worker:
        launch.follow_parent()
    else:
        threading.Thread(target=end_with_parent, daemon=True).start()
    if request.get("launch") and not worker:
        launch.launch(request, [os.path.abspath(__file__), *sys.argv[1:]])
        sys.exit(0)
    task = importlib.import_module("lab.inside." + request["task"])
    try:
        answer = task.run(request)
    except BaseException as error:
        if worker:
            said = " ".join(str(error).split())[:300]
            said = type(error).__name__ + ": " + said
            launch.tell("failed", os.getpid(), error=said)
        raise
    # What a framework holds need not be collected at the end: 2 s of
    # TensorFlow.
    if hasattr(gc, "freeze"):  # from Python 3.7
        gc.freeze()
    if answer is None:
        sys.exit(0)
    result, arrays = answer
    if arrays:
        np.savez(sys.argv[2].replace(".json", ".npz"), **arrays)
    with open(sys.argv[2], "w") as file:
        json.dump(result, file)
