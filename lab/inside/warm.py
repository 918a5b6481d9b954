"""Many tasks for one start: `warm.py FOLDER MODULE …`.

Imports the modules, the first ones from FOLDER; then reads a line of JSON for
each task, forks, and does in the child what main.py does. Of each it writes a
line with the child's pid, and one with its exit status.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def line() -> str:
    """The next line of standard input, and not a byte more: a child has the
    same."""
    found = b""
    while not found.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            sys.exit()
        found += byte
    return found.decode()


def do(task: str) -> None:
    """As subprocess.Popen starts main.py."""
    said = json.loads(task)
    os.environ.clear()
    os.environ.update(said["env"])
    os.chdir(said["cwd"])
    errors = os.open(said["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(errors, 2)
    sys.argv = ["main.py", "request.json", "result.json"]
    runpy.run_path(os.path.join(HERE, "main.py"), run_name="__main__")


if __name__ == "__main__":
    answers = os.dup(1)
    os.dup2(2, 1)
    sys.path[0] = sys.argv[1]
    sys.path.append(ROOT)
    for name in sys.argv[2:]:
        importlib.import_module(name)
    # A child need not collect at its end what it was given: 2 s of TensorFlow.
    if hasattr(gc, "freeze"):  # from Python 3.7
        gc.freeze()
    os.write(answers, b"ready\n")
    while True:
        task = line()
        # It ends for the child when this process does: main.py looks.
        held, given = os.pipe()
        child = os.fork()
        if not child:
            os.setsid()
            os.dup2(held, 0)
            os.close(given)
            os.close(answers)
            do(task)
            break
        os.close(held)
        os.write(answers, b"%d\n" % child)
        _, status = os.waitpid(child, 0)
        os.close(given)
        code = os.WEXITSTATUS(status)
        if os.WIFSIGNALED(status):
            code = -os.WTERMSIG(status)
        # What the task started goes with it.
        with contextlib.suppress(OSError):
            os.killpg(child, signal.SIGKILL)
        os.write(answers, b"%d\n" % code)
